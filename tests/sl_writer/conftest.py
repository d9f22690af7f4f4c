"""The small SL company of these tests, made once and copied for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sl_writer_books import Books, furnish

from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.sqlite import sqlite_engine


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SlCompany]:
    file = tmp_path_factory.mktemp("sl_writer") / "company.sqlite"
    engine = sqlite_engine(f"sqlite:///{file.as_posix()}")
    company = furnish(engine)
    engine.dispose()
    return file, company


@pytest.fixture
def books(furnished: tuple[Path, SlCompany], tmp_path: Path) -> Iterator[Books]:
    template, company = furnished
    file = tmp_path / "company.sqlite"
    shutil.copyfile(template, file)
    engine = sqlite_engine(f"sqlite:///{file.as_posix()}")
    yield Books(replace(company, engine=engine))
    engine.dispose()
