"""Connecting to SL: what is sent to SQL Server, which driver is taken, and what a refusal says."""

# ruff: noqa: DTZ001 # SL keeps the local time of the PC

from __future__ import annotations

import logging
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyodbc
import pytest
from sl_ground_recorder import Recorder
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy import engine as sqlalchemy_engine
from sqlalchemy.dialects import mssql

from xlpy.demo.company.tables import blank, create_tables, table
from xlpy.errors import SettingsError, SlError
from xlpy.profile.odbc import Target, best_driver, connection_url, odbc_parts, target_of
from xlpy.profile.settings import SlSettings
from xlpy.sl.connection import tsql
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.connect_errors import explain_connect_error
from xlpy.sl.connection.engine import (
    DESCRIBED_AT_MOST,
    described_length,
    mssql_engine,
    open_company,
    plain_update,
    server_of,
)
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.setup_script import WRITE

ODBC = "SERVER=SQLSRV1;DATABASE=DEMOApp;UID=xlpy;PWD=hush-hush"
URL = "mssql+pyodbc://xlpy:hush-hush@SQLSRV1/DEMOApp"


@pytest.mark.parametrize("typed", [ODBC, URL])
def test_every_connection_is_prepared_and_closed(typed: str) -> None:
    recorder = Recorder()
    engine = mssql_engine(typed, module=recorder, lock_seconds=7)
    for _ in range(2):
        with engine.connect() as connection:
            connection.execute(tsql.DATABASE_NAME)
    prepared = recorder.statements("XACT_ABORT")
    assert len(recorder.connected) == len(prepared) == 2  # no pool: each is a new connection
    assert prepared[0][0] == "SET XACT_ABORT OFF; SET ANSI_WARNINGS ON; SET LOCK_TIMEOUT 7000"
    assert len(recorder.statements("CLOSE")) == 2
    assert "DRIVER={ODBC Driver 18 for SQL Server}" in str(recorder.connected[0][0])


def test_values_are_bound_as_the_driver_wants_them_fast() -> None:
    recorder = Recorder()
    engine = mssql_engine(ODBC, module=recorder)
    documents = table("ARDoc")
    rows = [
        {"DocType": "IN", "RefNbr": f"{n}", "BatNbr": "000001", "BatSeq": n}
        | {"CustId": f"C{n}", "OrigDocAmt": Decimal("10.10"), "DocDate": date(2026, 10, 5), "DueDate": None, "Rlsed": 0}
        | {"Crtd_DateTime": datetime(2026, 10, 5, 9, 59, 40)}
        for n in range(3)
    ]
    with engine.begin() as connection:
        connection.execute(insert(documents), rows)
    ((statement, sent),) = recorder.statements("INSERT INTO [ARDoc]")
    assert recorder.fast == [True]
    assert "OUTPUT" not in statement
    names = [name.strip(" []") for name in statement[statement.index("(") + 1 : statement.index(")")].split(",")]
    bound = dict(zip(names, sent[0], strict=True))
    assert bound == {
        "CustId": "C0",
        "DocType": "IN",
        "RefNbr": "0",
        "BatNbr": "000001",
        "BatSeq": 0,
        "OrigDocAmt": 10.1,
        "DocDate": datetime(2026, 10, 5),
        "DueDate": datetime(1900, 1, 1),
        "Rlsed": 0,
        "Crtd_DateTime": datetime(2026, 10, 5, 10, 0),
    }
    assert type(bound["OrigDocAmt"]) is float
    assert type(bound["DocDate"]) is datetime


def test_texts_are_varchar_never_nvarchar() -> None:
    recorder = Recorder()
    engine = mssql_engine(ODBC, module=recorder)
    documents = table("ARDoc")
    with engine.connect() as connection:
        connection.execute(select(documents.c.RefNbr).where(documents.c.CustId == "ACME01"))
    types = {size[0] if isinstance(size, tuple) else size for size in recorder.input_sizes[-1]}
    assert types == {pyodbc.SQL_VARCHAR}


def test_a_setup_row_is_locked_by_a_hint() -> None:
    setup = table("ARSetup")
    statement = select(setup.c.LastBatNbr).with_hint(setup, tsql.LOCK_ROW, "mssql").where(setup.c.SetupId == "AR")
    assert "FROM [ARSetup] WITH (UPDLOCK, HOLDLOCK)" in str(statement.compile(dialect=mssql.dialect()))


def test_trusting_any_certificate_warns_every_time(caplog: pytest.LogCaptureFixture) -> None:
    for typed in (f"{ODBC};TrustServerCertificate=Yes", f"{URL}?TrustServerCertificate=yes"):
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            mssql_engine(typed, module=Recorder())
        assert "TrustServerCertificate" in caplog.text
        assert "hush-hush" not in caplog.text
    caplog.clear()
    mssql_engine(ODBC, module=Recorder())
    mssql_engine(f"{ODBC};TrustServerCertificate=no", module=Recorder())
    assert not caplog.text


@pytest.mark.parametrize(
    ("installed", "taken"),
    [
        (["SQL Server", "ODBC Driver 17 for SQL Server", "ODBC Driver 18 for SQL Server"], "18"),
        (["SQL Server", "ODBC Driver 17 for SQL Server", "SQLite3 ODBC Driver"], "17"),
        (["SQLite3 ODBC Driver", "SQL Server"], "SQL Server"),
    ],
)
def test_the_newest_driver_is_taken(installed: list[str], taken: str) -> None:
    assert taken in best_driver(installed)
    assert taken in odbc_parts(connection_url(ODBC, installed).query["odbc_connect"])["driver"]  # type: ignore[arg-type]
    assert taken in str(connection_url(URL, installed).query["driver"])


def test_the_users_driver_stays(tmp_path: Path) -> None:
    named = f"DRIVER={{Own}};{ODBC}"
    assert connection_url(named, []).query["odbc_connect"] == named
    assert connection_url("DSN=SL;UID=a", []).query["odbc_connect"] == "DSN=SL;UID=a"
    assert connection_url("mssql+pyodbc://a:b@mydsn", []).host == "mydsn"
    assert str(connection_url(f"{URL}?driver=Own", []).query["driver"]) == "Own"


def test_the_driver_of_the_wheel_is_taken_when_none_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "mssql_python_odbc"
    for machine in ("arm64", "x86_64"):
        library = package / "libs" / "linux" / "debian_ubuntu" / machine / "lib" / "libmsodbcsql-18.6.so.2.1"
        library.parent.mkdir(parents=True)
        library.touch()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("pyodbc.drivers", lambda: ["SQLite3 ODBC Driver", "SQL Server"])
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    taken = Path(best_driver())
    assert taken.is_relative_to(package)
    assert "arm64" in taken.parts
    monkeypatch.setattr("platform.system", lambda: "Windows")  # drivers are known by name only there
    assert best_driver() == "SQL Server"


def test_without_a_driver_it_says_what_to_install() -> None:
    with pytest.raises(SettingsError, match="ODBC Driver 18 for SQL Server"):
        connection_url(ODBC, ["SQLite3 ODBC Driver"])


@pytest.mark.parametrize(
    "typed", ["", "DEMOApp", "postgresql://a/b", "mssql+pymssql://a/b", "mssql+pyodbc://a:b:c/d:e"]
)
def test_what_is_no_address_is_a_setting_to_mend(typed: str) -> None:
    with pytest.raises(SettingsError) as error:
        open_company(SlSettings(url=typed, company="HPIT"))
    assert "url" in str(error.value)


def test_odbc_strings_with_braces_are_understood() -> None:
    parts = odbc_parts("Driver={ODBC Driver 18 for SQL Server}; Server = tcp:a\\b,1433 ;PWD={p;w}}d=}; Database=X")
    assert parts == {
        "driver": "ODBC Driver 18 for SQL Server",
        "server": "tcp:a\\b,1433",
        "pwd": "p;w}d=",
        "database": "X",
    }
    assert str(target_of(connection_url(ODBC, ["SQL Server"]))) == "server SQLSRV1, database DEMOApp"
    assert str(target_of(connection_url(URL, ["SQL Server"]))) == "server SQLSRV1, database DEMOApp"


REFUSALS = [
    (
        "08001",
        "[08001] [Microsoft][ODBC Driver 18 for SQL Server]TCP Provider: No such host is known. (11001)",
        "found",
    ),
    ("HYT00", "[HYT00] [Microsoft][ODBC Driver 18 for SQL Server]Login timeout expired (0)", "not found or did not"),
    ("28000", "[28000] Login failed for user 'xlpy'. (18456) (SQLDriverConnect)", "login .* was refused"),
    ("28000", '[28000] Cannot open database "DEMOApp" requested by the login. (4060); Login failed (18456)', "DEMOApp"),
    ("42000", '[42000] Cannot open database "DEMOApp" requested by the login. The login failed. (4060)', "DEMOApp"),
    (
        "01000",
        "[01000] [unixODBC][Driver Manager]Can't open lib 'ODBC Driver 18' : file not found (0)",
        "not installed",
    ),
    ("IM002", "[IM002] Data source name not found and no default driver specified (0)", "not installed"),
    (
        "08001",
        "[08001] SSL Provider: The certificate chain was issued by an authority that is not trusted. (-2146893019)",
        "does not trust the server's certificate",
    ),
    ("08001", "[08001] SSL Provider: [error:0A000086:SSL routines::certificate verify failed] (-1)", "certificate"),
    ("HY000", "[HY000] something else; PWD=hush-hush;", "something else"),
]


@pytest.mark.parametrize(("state", "said", "words"), REFUSALS)
def test_a_refusal_is_told_in_words_without_password(state: str, said: str, words: str) -> None:
    recorder = Recorder()
    recorder.refuse = pyodbc.OperationalError(state, said)
    with pytest.raises(SlError, match=words) as error:
        mssql_engine(ODBC, module=recorder).connect()
    assert "hush-hush" not in str(error.value)
    assert "hush-hush" not in str(explain_connect_error(recorder.refuse, Target("SQLSRV1", "DEMOApp")))


def test_an_error_of_a_statement_stays_the_drivers() -> None:
    recorder = Recorder()
    engine = mssql_engine(ODBC, module=recorder)
    with engine.connect() as connection:
        original = recorder.answers
        recorder.answers = None  # type: ignore[assignment]
        with pytest.raises(AttributeError):
            connection.execute(tsql.DATABASE_NAME)
        recorder.answers = original


def test_a_demo_company_that_is_not_there_is_not_made_by_accident(tmp_path: Path) -> None:
    settings = SlSettings(url=f"sqlite:///{tmp_path / 'new' / 'demo.db'}", company="HPIT", user=" KMORALES ")
    with pytest.raises(SlError, match="xlpy demo"):
        open_company(settings)
    assert not (tmp_path / "new").exists()
    company = open_company(settings, create=True)
    assert not company.catalogue.has("ARDoc")
    create_tables(company.engine, ["ARDoc"])
    company = open_company(settings)
    assert company.catalogue.has("ardoc")
    assert (company.cpny_id, company.sl_user, company.code_page) == ("HPIT", "KMORALES", "cp1252")
    assert server_of(company) == str(tmp_path / "new" / "demo.db")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "demo.db").write_text("This is not a database, but a text of some length.\n" * 50, encoding="utf-8")
    with pytest.raises(SlError, match="not a database"):
        open_company(SlSettings(url=f"sqlite:///{tmp_path / 'demo.db'}", company="HPIT"))


def test_the_code_page_comes_from_the_collation_or_the_settings(tmp_path: Path) -> None:
    recorder = Recorder({"COLLATIONPROPERTY": [(1250,)]})
    with mssql_engine(ODBC, module=recorder).connect() as connection:
        assert Catalogue.read(connection).code_page == "cp1250"
        assert Catalogue.read(connection, code_page="cp437").code_page == "cp437"
        recorder.answers["COLLATIONPROPERTY"] = [(99999,)]
        with pytest.raises(SlError, match="code_page"):
            Catalogue.read(connection)
        recorder.answers["COLLATIONPROPERTY"] = [(65001,)]
        assert Catalogue.read(connection).code_page == "utf-8"
    with sqlite_engine(f"sqlite:///{tmp_path / 'a.db'}").connect() as connection:
        assert Catalogue.read(connection).code_page == "cp1252"


@pytest.mark.parametrize("password", [" Winter 26", "Winter 26 ", " a}b;c "])
def test_a_password_with_blanks_around_it_goes_out_braced(password: str) -> None:
    """The driver drops blanks around a bare value ([MS-ODBCSTR] 2.1.1); SQLAlchemy braces only what has a semicolon."""
    typed = sqlalchemy_engine.URL.create(
        "mssql+pyodbc", "kmorales", password, "SQL01", 1433, "DEMOApp", {"driver": "ODBC Driver 18"}
    )
    given = connection_url(typed.render_as_string(hide_password=False), [])
    parts = odbc_parts(str(given.query["odbc_connect"]))
    assert parts["pwd"] == password
    assert (parts["server"], parts["database"], parts["uid"]) == ("SQL01,1433", "DEMOApp", "kmorales")
    assert f"PWD={{{password.replace('}', '}}')}}}" in str(given.query["odbc_connect"])


def test_a_statement_too_long_to_be_described_goes_row_by_row() -> None:
    """An INSERT into ItemSite with every column bound: 190 parameters and 3,462 characters become 4,114."""
    recorder = Recorder()
    engine = mssql_engine(ODBC, module=recorder)
    for name, fast in (("ItemSite", False), ("INTran", True)):
        source = table(name)
        columns = [column for column in source.columns if column.name not in ("tstamp", "RecordID")]
        rows = [{column.name: blank(column) for column in columns} for _ in range(2)]
        with engine.begin() as connection:
            connection.execute(insert(source), rows)
        ((statement, sent),) = recorder.statements(f"INSERT INTO [{name}]")
        assert recorder.fast.pop() is fast
        assert len(sent) == 2
        assert (described_length(statement) > DESCRIBED_AT_MOST) is not fast
    assert described_length("VALUES (?, ?)") == len("VALUES (@P1, @P2)")
    assert described_length(f"({', '.join('?' * 12)})") == len(f"({', '.join(f'@P{n}' for n in range(1, 13))})")


def test_an_update_names_its_columns_without_their_table() -> None:
    recorder = Recorder()
    bins = table("Location")
    moved = update(bins).where(bins.c.InvtID == bindparam("item")).values(QtyAvail=bins.c.QtyAvail + bindparam("by"))
    with mssql_engine(ODBC, module=recorder).begin() as connection:
        connection.execute(moved, [{"item": "PATCH10", "by": Decimal(1)}, {"item": "PATCH20", "by": Decimal(2)}])
    ((statement, sent),) = recorder.statements("UPDATE")
    assert statement == "UPDATE [Location] SET [QtyAvail]=([QtyAvail] + ?) WHERE [InvtID] = ?"
    assert sent == [(1.0, "PATCH10"), (2.0, "PATCH20")]
    other = "UPDATE [a] SET [b]=1 FROM [a] JOIN [c] ON [a].[d] = [c].[d]"
    assert plain_update(other) == other


def test_no_statement_of_the_product_is_too_long_to_be_described() -> None:
    """Even when a row fills every column of its table (SL 9.01)."""
    dialect = mssql.dialect(paramstyle="qmark")  # type: ignore[no-untyped-call]
    for name in WRITE:
        source = table(name)
        statement = str(insert(source).compile(dialect=dialect))
        assert described_length(statement) < DESCRIBED_AT_MOST, name
