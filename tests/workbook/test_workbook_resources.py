"""The workbook's sources are found in a checkout and in an installed package, and their absence is said in words."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import xlpy
from xlpy import resources
from xlpy.errors import ResourceMissing
from xlpy.excel.workbook.builder import build_workbook

PACKAGE = Path(xlpy.__file__).parent


def test_a_checkout_has_them_beside_the_package() -> None:
    assert (resources.resource_folder("workbook") / "vba" / "Ribbon.bas").is_file()
    assert resources.resource_folder("templates").is_dir()


def test_an_installed_package_carries_them_and_builds_the_same_file(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(PACKAGE, site / "xlpy", ignore=shutil.ignore_patterns("__pycache__", "_workbook", "_templates"))
    shutil.copytree(resources.resource_folder("workbook"), site / "xlpy" / "_workbook")
    made = tmp_path / "made.xlsm"
    subprocess.run(
        [sys.executable, "-m", "xlpy.excel.workbook.builder", str(made)],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    here = tmp_path / "here.xlsm"
    build_workbook(here)
    assert hashlib.sha256(made.read_bytes()).digest() == hashlib.sha256(here.read_bytes()).digest()


def test_a_broken_installation_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "files", lambda _: tmp_path / "xlpy")
    with pytest.raises(ResourceMissing, match=r"'workbook' of this product was not found .* install the package again"):
        resources.resource_folder("workbook")
