"""The workbook as it is delivered, built once for a file of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlpy.excel.workbook.builder import build_workbook


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("built") / "Manage to SL.xlsm"
    build_workbook(path)
    return path
