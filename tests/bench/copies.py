"""Three demo companies alike, for a push, for what it would write, and for the floor: on SQLite, or on a SQL Server."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "sql_server"))

from sql_server_stage import SERVER, address_of, new_database
from sqlalchemy import text

from tests.bench.stage import make_sl
from xlpy.demo.company.seed.company import seed_company
from xlpy.demo.company.tables import create_tables
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.ledger_book.ledger import create_ledger

NAMES = ("sl", "capture", "floor")


@dataclass(frozen=True)
class Copies:
    """Addresses of the companies (``[sl] url``), and what they are on."""

    ours: str
    capture: str
    floor: str
    where: str


@contextmanager
def three_companies(folder: Path) -> Iterator[Copies]:
    """Make them: databases of their own on the server that ``XLPY_TEST_ODBC`` names, else files in ``folder``."""
    with ExitStack() as stack:
        if os.environ.get(SERVER):
            databases = [stack.enter_context(new_database("xlpy_bench")) for _ in NAMES]
            addresses = [address_of(os.environ[SERVER], name) for name in databases]
            for address, name in zip(addresses, databases, strict=True):
                _fill(address, name)
            yield Copies(*addresses, where="T-SQL server")
            return
        first = make_sl(folder)
        files = [folder / f"{name}.sqlite" for name in NAMES]
        for other in files[1:]:
            shutil.copyfile(files[0], other)
        yield Copies(first, *(f"sqlite:///{file.as_posix()}" for file in files[1:]), where="SQLite")


def _fill(address: str, database: str) -> None:
    engine = mssql_engine(address)
    create_tables(engine)
    seed_company(engine, mistakes=False)
    create_ledger(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE vs_company SET DatabaseName = :name"), {"name": database})
    engine.dispose()
