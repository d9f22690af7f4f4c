from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sl_release_company import build_company
from sqlalchemy import Engine

from xlpy.demo.company.seed import make_company
from xlpy.sl.sqlite import sqlite_engine


@pytest.fixture(scope="session")
def seeded_company() -> Iterator[sqlite3.Connection]:
    engine = sqlite_engine("sqlite://")
    build_company(engine)
    with engine.connect() as connection:
        yield connection.connection.driver_connection
    engine.dispose()


@pytest.fixture
def company(seeded_company: sqlite3.Connection) -> Iterator[Engine]:
    """The company of the recorded cases, freshly seeded."""
    engine = sqlite_engine("sqlite://")
    copy = engine.raw_connection()
    seeded_company.commit()
    seeded_company.backup(copy.driver_connection)
    copy.close()
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "company.sqlite"
    make_company(f"sqlite:///{path.as_posix()}").dispose()
    return path


@pytest.fixture
def demo(made: Path) -> Iterator[Engine]:
    """The demo company, as its user finds it."""
    engine = sqlite_engine("sqlite://")
    with closing(sqlite3.connect(made)) as source, closing(engine.raw_connection()) as copy:
        source.backup(copy.driver_connection)
    yield engine
    engine.dispose()
