from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sl_release_company import build_company
from sqlalchemy import Engine

from xlpy.demo.company.seed.company import make_company
from xlpy.sl.connection.sqlite import sqlite_engine


@pytest.fixture(scope="session")
def seeded_company() -> Iterator[sqlite3.Connection]:
    engine = sqlite_engine("sqlite://")
    build_company(engine)
    with engine.connect() as connection:
        yield connection.connection.driver_connection
    engine.dispose()


@pytest.fixture(scope="session")
def one_engine() -> Iterator[Callable[[sqlite3.Connection], Engine]]:
    """One engine for all tests, filled anew for each: a new one would compile every statement again."""
    engine = sqlite_engine("sqlite://")

    def filled_from(source: sqlite3.Connection) -> Engine:
        with closing(engine.raw_connection()) as copy:
            source.backup(copy.driver_connection)
        return engine

    yield filled_from
    engine.dispose()


@pytest.fixture
def company(seeded_company: sqlite3.Connection, one_engine: Callable[[sqlite3.Connection], Engine]) -> Engine:
    """The company of the recorded cases, freshly seeded."""
    seeded_company.commit()
    return one_engine(seeded_company)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("demo") / "company.sqlite"
    make_company(f"sqlite:///{path.as_posix()}").dispose()
    return path


@pytest.fixture
def demo_again(made: Path, one_engine: Callable[[sqlite3.Connection], Engine]) -> Callable[[], Engine]:
    """Gives the demo company as its user finds it, as often as a test wants a fresh one."""

    def fresh() -> Engine:
        with closing(sqlite3.connect(made)) as source:
            return one_engine(source)

    return fresh


@pytest.fixture
def demo(demo_again: Callable[[], Engine]) -> Engine:
    """The demo company, as its user finds it."""
    return demo_again()
