from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sl_release_company import build_company
from sqlalchemy import Engine

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
