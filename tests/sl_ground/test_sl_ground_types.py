"""What is written to SL comes back; what SL would cut, replace or refuse is refused before."""

# ruff: noqa: DTZ001 # SL keeps the local time of the PC

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Table, func, insert, literal, select, text, update
from sqlalchemy.dialects import mssql, sqlite
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError

from xlpy.demo.company.tables import create_tables
from xlpy.domain.values.dates import NO_DATE
from xlpy.errors import SlError
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.connection.types import (
    SlAmount,
    SlDate,
    SlFlag,
    SlMinute,
    SlText,
    TextRefused,
    ValueRefused,
    round_to_minute,
)

many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
in_cp1252 = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=30)


def put(connection: Connection, catalogue: Catalogue, name: str, **values: object) -> Table:
    connection.execute(insert(catalogue.table(name)), catalogue.blank_row(name) | values)
    return catalogue.table(name)


@many
@given(cents=st.integers(-(10**13), 10**13))
def test_amounts_to_the_cent_survive(sl_connection: Connection, sl_catalogue: Catalogue, cents: int) -> None:
    amount = Decimal(cents).scaleb(-2)
    table = put(sl_connection, sl_catalogue, "SlsTaxHist", TaxId="T", YrMon="202610", TotTaxColl=amount)
    found = sl_connection.execute(select(table.c.TotTaxColl)).scalar_one()
    sl_connection.execute(table.delete())
    assert found == amount
    assert isinstance(found, Decimal)
    assert not found.is_signed() or found < 0


@many
@given(rate=st.decimals("0.000000001", "9999", places=9))
def test_rates_keep_nine_decimals(sl_connection: Connection, sl_catalogue: Catalogue, rate: Decimal) -> None:
    table = put(sl_connection, sl_catalogue, "CuryRate", FromCuryId="EUR", Rate=rate)
    found = sl_connection.execute(select(table.c.Rate)).scalar_one()
    sl_connection.execute(table.delete())
    assert found == rate


def test_sum_of_amounts_is_a_decimal_without_the_dust_of_floats(
    sl_connection: Connection, sl_catalogue: Catalogue
) -> None:
    table = sl_catalogue.table("Batch")
    for number in range(3):
        put(sl_connection, sl_catalogue, "Batch", Module="AR", BatNbr=f"{number:06}", CrTot=Decimal("0.1"))
    assert sl_connection.execute(select(func.sum(table.c.CrTot))).scalar_one() == Decimal("0.3")
    assert sl_connection.execute(select(func.sum(table.c.CrTot)).where(table.c.Module == "XX")).scalar_one() is None


@pytest.mark.parametrize(
    "amount", [Decimal("NaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1e18"), 1.5, "12.00"]
)
def test_what_is_no_amount_is_refused(sl_connection: Connection, sl_catalogue: Catalogue, amount: object) -> None:
    with pytest.raises(ValueRefused, match="amount"):
        put(sl_connection, sl_catalogue, "Batch", CrTot=amount)


def test_more_than_nine_decimals_are_rounded_half_away_from_zero() -> None:
    kind, dialect = SlAmount(), sqlite.dialect()
    assert kind.process_bind_param(Decimal("0.1234567895"), dialect) == 0.12345679
    assert kind.process_bind_param(Decimal("-0.1234567895"), dialect) == -0.12345679
    assert str(kind.process_bind_param(Decimal("-0.00"), dialect)) == "0.0"
    assert kind.process_result_value(-0.0, dialect) == 0
    assert str(kind.process_result_value(-0.0, dialect)) == "0"
    assert kind.process_result_value(0.1 + 0.2, dialect) == Decimal("0.3")


@many
@given(written=in_cp1252)
def test_texts_survive_but_for_trailing_blanks(
    sl_connection: Connection, sl_catalogue: Catalogue, written: str
) -> None:
    table = put(sl_connection, sl_catalogue, "Batch", Module="AR", Descr=written)
    found = sl_connection.execute(select(table.c.Descr)).scalar_one()
    sl_connection.execute(table.delete())
    assert found == written.rstrip(" ")


def test_text_comes_padded_when_it_is_read_raw(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    put(sl_connection, sl_catalogue, "Batch", Module="AR", BatNbr="000123", Descr="Söhne")
    raw = sl_connection.execute(text('SELECT "Descr", "BatNbr", "Acct" FROM "Batch"')).one()
    assert tuple(raw) == ("Söhne".ljust(30), "000123".ljust(10), " " * 10)


def test_text_written_by_hand_reads_like_any_other(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    table = put(sl_connection, sl_catalogue, "Batch", Module="AR", BatNbr="000123", Descr="x")
    empty = "' '" if sl_connection.dialect.name == "sqlite" else "''"  # the demo company refuses an empty text
    sl_connection.execute(text(f"""UPDATE "Batch" SET "Descr" = {empty}, "Status" = 'B ', "Acct" = 'A   ' """))
    assert tuple(sl_connection.execute(text('SELECT "Descr", "Status", "Acct" FROM "Batch"')).one()) == (
        " " * 30,
        "B",
        "A".ljust(10),
    )
    assert sl_connection.execute(select(table.c.Descr)).scalar_one() == ""


@pytest.mark.parametrize("asked", ["acme01", "ACME01", "Acme01   ", "aCmE01"])
def test_comparison_ignores_case_and_trailing_blanks(
    sl_connection: Connection, sl_catalogue: Catalogue, asked: str
) -> None:
    table = put(sl_connection, sl_catalogue, "Customer", CustId="Acme01", Name="Muñoz")
    assert sl_connection.execute(select(table.c.Name).where(table.c.CustId == asked)).scalar_one() == "Muñoz"
    assert sl_connection.execute(select(table.c.Name).where(table.c.CustId.in_([asked, "OTHER"]))).scalar_one()
    raw = text('SELECT COUNT(*) FROM "Customer" WHERE "CustId" = :asked')
    assert sl_connection.execute(raw, {"asked": asked + " "}).scalar_one() == 1
    assert sl_connection.execute(select(table.c.CustId).where(table.c.Name == "MUÑOZ")).scalar_one() == "Acme01"


def test_keys_that_differ_by_case_only_are_one_key(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    put(sl_connection, sl_catalogue, "RefNbr", RefNbr="inv1")
    with pytest.raises(DatabaseError), sl_connection.begin_nested():
        put(sl_connection, sl_catalogue, "RefNbr", RefNbr="INV1")


@pytest.mark.parametrize("too_long", ["0123456789A", "012345678é!", "äöüäöüäöüäö"])
def test_too_long_a_text_is_refused_before_it_is_sent(
    sl_connection: Connection, sl_catalogue: Catalogue, too_long: str
) -> None:
    with pytest.raises(TextRefused, match=r"takes 11 bytes .* only 10 fit") as refused:
        put(sl_connection, sl_catalogue, "RefNbr", RefNbr=too_long)
    assert too_long in str(refused.value)
    assert isinstance(refused.value, SlError)


def test_too_long_a_text_is_refused_by_the_table_too(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    table = put(sl_connection, sl_catalogue, "Batch", Module="AR")
    with pytest.raises(DatabaseError), sl_connection.begin_nested():
        sl_connection.execute(text("""UPDATE "Batch" SET "BatNbr" = '01234567890'"""))
    sl_connection.execute(text("""UPDATE "Batch" SET "BatNbr" = '0123456789      '"""))  # only blanks are cut
    assert sl_connection.execute(select(table.c.BatNbr)).scalar_one() == "0123456789"


@pytest.mark.parametrize(("written", "lacking"), [("Łódź", "Ł"), ("日本", "日"), ("Ωmega", "Ω"), ("→", "→")])
def test_a_character_that_the_code_page_lacks_is_named(
    sl_connection: Connection, sl_catalogue: Catalogue, written: str, lacking: str
) -> None:
    with pytest.raises(TextRefused, match=f"{lacking!r}.*cp1252"):
        put(sl_connection, sl_catalogue, "Customer", Name=written)


def test_width_counts_bytes_of_the_code_page() -> None:
    dialect = mssql.dialect()
    assert SlText(4, "cp1252").process_bind_param("äöüß", dialect) == "äöüß"
    assert SlText(4, "cp1250").process_bind_param("Łódź", dialect) == "Łódź"
    with pytest.raises(TextRefused, match="takes 6 bytes"):
        SlText(5, "cp932").process_bind_param("日本語", dialect)
    with pytest.raises(TextRefused):
        SlText(5, "utf-8").process_bind_param("äöü", dialect)


@pytest.mark.parametrize("column", ["BatNbr", "CrTot", "Rlsed", "NoteID", "Descr"])
def test_null_is_refused(sl_connection: Connection, sl_catalogue: Catalogue, column: str) -> None:
    with pytest.raises(DatabaseError), sl_connection.begin_nested():
        put(sl_connection, sl_catalogue, "Batch", **{column: None})


def test_every_column_must_be_given(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    with pytest.raises(DatabaseError), sl_connection.begin_nested():
        sl_connection.execute(insert(sl_catalogue.table("ARDoc")), {"CustId": "ACME01", "RefNbr": "1"})


@pytest.mark.parametrize("number", [32768, -32769])
def test_a_line_number_beyond_smallint_is_refused(
    sl_connection: Connection, sl_catalogue: Catalogue, number: int
) -> None:
    with pytest.raises((DatabaseError, StatementError)), sl_connection.begin_nested():
        put(sl_connection, sl_catalogue, "GLTran", Module="GL", BatNbr="000001", LineNbr=number)


@many
@given(day=st.dates(date(1900, 1, 2), date(2079, 6, 6)))
def test_dates_survive(sl_connection: Connection, sl_catalogue: Catalogue, day: date) -> None:
    table = put(sl_connection, sl_catalogue, "ARDoc", CustId="A", DocDate=day)
    found = sl_connection.execute(select(table.c.DocDate).where(table.c.DocDate == day)).scalar_one()
    sl_connection.execute(table.delete())
    assert found == day
    assert type(found) is date


def test_no_date_is_the_first_of_january_1900(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    table = put(sl_connection, sl_catalogue, "ARDoc", CustId="A", DocDate=None)
    assert sl_connection.execute(select(table.c.DocDate)).scalar_one() is None
    assert sl_connection.execute(text('SELECT "DocDate" FROM "ARDoc"')).scalar_one() == datetime(1900, 1, 1)
    assert len(sl_connection.execute(select(table.c.CustId).where(table.c.DocDate == NO_DATE)).all()) == 1


@pytest.mark.parametrize(
    "day", [date(1899, 12, 31), date(2079, 6, 7), datetime(2026, 10, 5, 8), "2026-10-05", 20261005]
)
def test_what_is_no_date_for_sl_is_refused(sl_connection: Connection, sl_catalogue: Catalogue, day: object) -> None:
    with pytest.raises(ValueRefused):
        put(sl_connection, sl_catalogue, "ARDoc", DocDate=day)


@many
@given(moment=st.datetimes(datetime(1900, 1, 2), datetime(2079, 6, 5)))
def test_times_come_back_as_whole_minutes(sl_connection: Connection, sl_catalogue: Catalogue, moment: datetime) -> None:
    table = put(sl_connection, sl_catalogue, "Batch", Module="AR", Crtd_DateTime=moment)
    found = sl_connection.execute(select(table.c.Crtd_DateTime)).scalar_one()
    sl_connection.execute(table.delete())
    assert found.second == found.microsecond == 0
    assert abs(found - moment) <= timedelta(seconds=30, milliseconds=1)


@pytest.mark.parametrize(
    ("given_time", "kept"),
    [
        ("12:35:00", "12:35"),
        ("12:35:29.998", "12:35"),
        ("12:35:29.999", "12:36"),
        ("12:35:30", "12:36"),
        ("12:35:59.999", "12:36"),
        ("23:59:45", "00:00"),
    ],
)
def test_minutes_round_as_on_sql_server(
    sl_connection: Connection, sl_catalogue: Catalogue, given_time: str, kept: str
) -> None:
    """SQL Server documents 29.998 seconds as the last that are rounded down, also by hand-written SQL."""
    moment = datetime.fromisoformat(f"2026-10-05 {given_time}")
    assert f"{round_to_minute(moment):%H:%M}" == kept
    batch = put(sl_connection, sl_catalogue, "Batch", Module="AR", LUpd_DateTime=moment)
    if sl_connection.dialect.name == "mssql":
        sl_connection.execute(text(f"""UPDATE "Batch" SET "LUpd_DateTime" = '2026-10-05 {given_time}'"""))
    found = sl_connection.execute(text('SELECT "LUpd_DateTime" FROM "Batch"')).scalar_one()
    assert f"{found:%H:%M:%S}" == f"{kept}:00"
    same = select(func.count()).select_from(batch).where(batch.c.LUpd_DateTime == found)
    assert sl_connection.execute(same).scalar_one() == 1
    written = text(f"""SELECT COUNT(*) FROM "Batch" WHERE "LUpd_DateTime" = '{found:%Y-%m-%d %H:%M}:00'""")
    assert sl_connection.execute(written).scalar_one() == 1


@pytest.mark.parametrize("value", ["'2026-10-05 12:35:45'", "'2026-10-05 12:35'", "'2026-10-05'", "''"])
def test_the_demo_company_keeps_whole_minutes_only_whoever_writes_them(value: str) -> None:
    """SQL Server would round it; here hand-written SQL is refused, so that nothing else can be in a date."""
    with demo_company() as connection, pytest.raises(IntegrityError, match=r"Batch\.LUpd_DateTime smalldatetime"):
        connection.execute(text(f'UPDATE "Batch" SET "LUpd_DateTime" = {value}'))


def test_the_demo_company_keeps_a_blank_for_an_empty_text_whoever_writes_it() -> None:
    """The driver reads an empty text of a padded column as None; SQL Server has blanks there."""
    with demo_company() as connection:
        with pytest.raises(IntegrityError, match=r"Batch\.Descr char\(30\)"):
            connection.execute(text("""UPDATE "Batch" SET "Descr" = ''"""))
        assert connection.execute(text('SELECT "Descr" FROM "Batch"')).scalar_one() == " " * 30


@contextmanager
def demo_company() -> Iterator[Connection]:
    """Give a demo company with one empty batch."""
    engine = sqlite_engine("sqlite://")
    create_tables(engine, ["Batch"])
    with engine.connect() as connection:
        put(connection, Catalogue.read(connection, ["Batch"]), "Batch", Module="AR")
        yield connection
    engine.dispose()


def test_flags_read_as_yes_or_no() -> None:
    kind, dialect = SlFlag(), sqlite.dialect()
    assert [kind.process_bind_param(value, dialect) for value in (True, False, 5, 0, None)] == [1, 0, 1, 0, None]
    assert [kind.process_result_value(value, dialect) for value in (1, 0, None)] == [True, False, None]


def test_literals_follow_the_same_rules() -> None:
    for dialect in (sqlite.dialect(), mssql.dialect()):
        compiled = select(
            literal(Decimal("0.10"), SlAmount()),
            literal(date(2026, 10, 5), SlDate()),
            literal(datetime(2026, 10, 5, 9, 59, 45), SlMinute()),
        ).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
        assert "0.1" in str(compiled)
        assert "2026-10-05 00:00:00" in str(compiled)
        assert "2026-10-05 10:00:00" in str(compiled)


def test_row_version_grows_with_insert_and_update(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    first = put(sl_connection, sl_catalogue, "Batch", Module="AR", BatNbr="000001")
    put(sl_connection, sl_catalogue, "Batch", Module="AR", BatNbr="000002")
    by_number = select(first.c.BatNbr, first.c.tstamp)
    before = {row.BatNbr: row.tstamp for row in sl_connection.execute(by_number)}
    sl_connection.execute(update(first).where(first.c.BatNbr == "000001").values(Rlsed=1))
    after = {row.BatNbr: row.tstamp for row in sl_connection.execute(by_number)}
    assert before["000001"] < before["000002"] < after["000001"]
    assert after["000002"] == before["000002"]
    assert all(len(version) == 8 for version in after.values())


def test_row_version_grows_for_every_row_of_a_set(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    table = sl_catalogue.table("Batch")
    rows = [sl_catalogue.blank_row("Batch") | {"Module": "AR", "BatNbr": f"{n:06}"} for n in range(20)]
    sl_connection.execute(insert(table), rows)
    changed = sl_connection.execute(update(table).values(Status="B"))
    assert changed.rowcount == 20
    assert len(set(sl_connection.execute(select(table.c.tstamp)).scalars())) == 20


def test_identity_counts_by_itself(sl_connection: Connection, sl_catalogue: Catalogue) -> None:
    table = sl_catalogue.table("ARTran")
    rows = [sl_catalogue.blank_row("ARTran") | {"RefNbr": "1", "LineNbr": line} for line in range(3)]
    sl_connection.execute(insert(table), rows)
    sl_connection.execute(insert(table), rows[0])
    ids = sl_connection.execute(select(table.c.RecordID).order_by(table.c.RecordID)).scalars().all()
    assert len(ids) == len(set(ids)) == 4
    assert ids[-1] > ids[0] > 0


def test_a_savepoint_really_rolls_back(sl_engine: Engine, sl_catalogue: Catalogue) -> None:
    table = sl_catalogue.table("RefNbr")
    with sl_engine.connect() as connection:
        with connection.begin():
            put(connection, sl_catalogue, "RefNbr", RefNbr="KEPT")
            with pytest.raises(RuntimeError), connection.begin_nested():
                put(connection, sl_catalogue, "RefNbr", RefNbr="UNDONE")
                raise RuntimeError
            with connection.begin_nested():
                put(connection, sl_catalogue, "RefNbr", RefNbr="ALSO")
        with pytest.raises(RuntimeError), connection.begin():
            with connection.begin_nested():  # a released savepoint goes with its transaction
                put(connection, sl_catalogue, "RefNbr", RefNbr="RELEASED")
            raise RuntimeError
    with sl_engine.begin() as connection:
        kept = connection.execute(select(table.c.RefNbr).order_by(table.c.RefNbr)).scalars().all()
        connection.execute(table.delete())
    assert kept == ["ALSO", "KEPT"]


def test_the_second_writer_waits_and_readers_do_not(tmp_path_factory: pytest.TempPathFactory) -> None:
    from xlpy.demo.company.tables import create_tables
    from xlpy.sl.connection.sqlite import sqlite_engine

    file = tmp_path_factory.mktemp("two") / "two.db"
    engine = sqlite_engine(f"sqlite:///{file}", lock_seconds=0.2)
    create_tables(engine, ["RefNbr"])
    with engine.connect() as connection:
        catalogue = Catalogue.read(connection, ["RefNbr"])
    table = catalogue.table("RefNbr")
    with engine.begin() as first:
        put(first, catalogue, "RefNbr", RefNbr="ONE")
        with engine.connect() as reader:
            assert reader.execute(select(table.c.RefNbr)).all() == []
        with pytest.raises(DatabaseError, match="locked"), engine.begin():
            raise AssertionError("a second writer got in")
    with engine.connect() as reader:
        reading = reader.execute(select(table.c.RefNbr)).scalars().all()
        with engine.begin() as writer:
            put(writer, catalogue, "RefNbr", RefNbr="TWO")
        assert reading == ["ONE"]
    with engine.connect() as reader:
        assert len(reader.execute(select(table.c.RefNbr)).all()) == 2
    file.unlink()  # no connection keeps the file open
