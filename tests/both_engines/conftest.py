from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desks import ENGINES, make_desk
from new_workbooks import put_new_workbook
from stories import Story, whole_story
from worlds import World, world

from xlpy.demo.site.door import access


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook as it is made."""
    path = tmp_path_factory.mktemp("pristine") / "Month end.xlsm"
    put_new_workbook(path)
    return path


def _laid_out(engine: str, pristine: Path, folder: Path) -> Any:
    path = folder / "Month end.xlsm"
    path.write_bytes(pristine.read_bytes())
    return ENGINES[engine](path)


@pytest.fixture(params=list(ENGINES))
def desk(request: pytest.FixtureRequest, pristine: Path, tmp_path: Path) -> Iterator[Any]:
    """An empty workbook on both engines, without a site: for what cells do."""
    made = _laid_out(request.param, pristine, tmp_path)
    yield made
    made.close()


@pytest.fixture
def small_desk_in_excel(pristine: Path, tmp_path: Path) -> Iterator[Any]:
    """An empty workbook in Excel, without a site."""
    made = _laid_out("Excel", pristine, tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world(tmp_path_factory.mktemp("world"), invoices=12, expenses=6, procurement=6) as made:
        yield made


@pytest.fixture(params=list(ENGINES))
def connected(
    request: pytest.FixtureRequest, tmp_path: Path, small_world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Any]:
    """A workbook on both engines whose buttons reach a site and a company; nothing is posted there."""
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    made = make_desk(request.param, tmp_path, profile=small_world.profile)
    yield made
    made.close()


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Story]:
    """The whole month on each engine, once: every button of the ribbon."""
    return {engine: whole_story(engine, tmp_path_factory.mktemp("story")) for engine in ENGINES}
