"""The stage is built once; every story begins with it as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sync_stage import Stage, open_stage


@pytest.fixture(scope="session")
def built_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with open_stage(tmp_path_factory.mktemp("sync")) as ready:
        yield ready


@pytest.fixture
def stage(built_stage: Stage) -> Stage:
    built_stage.set_back()
    return built_stage
