"""The stage of the log in: a demo Manage site, a demo SL company, a keyring in memory and a SQL Server that is none."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import keyring
import pytest
from login_stage import SECRET, Memory

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.login.form import LoginForm
from xlpy.profile import vault
from xlpy.sl.ledger_book.ledger import create_ledger

sys.path.insert(0, str(Path(__file__).parents[1] / "sl_ground"))  # its SQL Server that only records


@pytest.fixture(autouse=True)
def ring() -> Iterator[Memory]:
    """The user's keyring."""
    before, memory = keyring.get_keyring(), Memory()
    keyring.set_keyring(memory)
    vault.try_again()
    yield memory
    keyring.set_keyring(before)
    vault.try_again()


@pytest.fixture(scope="session")
def site_url() -> Iterator[str]:
    with serve(generate_site(invoices=2, expenses=1, procurement=1)) as running:
        yield running.url


@pytest.fixture(scope="session")
def company_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sl") / "company.sqlite"
    engine = make_company(f"sqlite:///{path.as_posix()}")
    create_ledger(engine)
    engine.dispose()
    return path


@pytest.fixture
def typed(tmp_path: Path, site_url: str, company_file: Path) -> LoginForm:
    """A form for the demo, filled in without a mistake."""
    return LoginForm(
        tmp_path / "settings.toml",
        server=str(company_file),
        company=firm.COMPANY_ID,
        user=firm.SL_USER,
        site=site_url,
        manage_company=access.COMPANY,
        client_id=access.CLIENT_ID,
        public_key=access.PUBLIC_KEY,
        private_key=access.PRIVATE_KEY,
    )


@pytest.fixture
def on_server(typed: LoginForm) -> LoginForm:
    """The same with a SQL Server login, on a server that ``sql_server`` stands in for."""
    typed.server, typed.database, typed.company = "SQLSRV1\\SL", "DEMOSystem", "0060"
    typed.login_kind, typed.login, typed.sql_password = "SQL Server login", "xlpy", SECRET
    return typed


CATALOGUE = [
    *(("vs_userrec", name, "char", width, 0, 0) for name, width in (("UserId", 47), ("RecType", 1))),
]


@pytest.fixture
def sql_server(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A SQL Server with a system database and one company; ``refuse`` an error, change ``answers``, read ``sent``."""
    from sl_ground_recorder import Recorder

    import xlpy.sl.connection.engine

    server = Recorder(
        {
            "sys.databases": [("DEMOApp", None, 7), ("DEMOSystem", 5, None), ("HR [x]]; DROP", None, None)],
            "INFORMATION_SCHEMA.TABLES": [("Company",)],
            "[CpnyName]": [("0060", "Demo Firm", "DEMOApp", 1), ("0070", "Old Firm", "OLDApp", 0)],
            "COLUMN_NAME AS column_name": CATALOGUE,
            "COLLATIONPROPERTY": [(1252,)],
            "vs_userrec": [("KMORALES",)],
        }
    )
    monkeypatch.setattr(
        xlpy.sl.connection.engine, "mssql_engine", partial(xlpy.sl.connection.engine.mssql_engine, module=server)
    )
    return server


@pytest.fixture
def answers_on_stdin(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], None]:
    import io

    def give(lines: list[str]) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return give
