"""Converters of columns remember, and nobody notices: what was refused is refused, what was another text stays one."""

# ruff: noqa: DTZ001 # SL keeps local time

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Engine, MetaData, Table, insert, select
from sqlalchemy.exc import StatementError

from xlpy.sl.connection.remembered import MOST, Remembered
from xlpy.sl.connection.rows import lowered_rows
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.connection.types import SlAmount, SlDate, SlFlag, SlMinute, SlText, ValueRefused
from xlpy.sl.reading.documents import ReadDocument

TABLE = Table(
    "Kept",
    MetaData(),
    Column("Text", SlText(10)),
    Column("Amount", SlAmount()),
    Column("Day", SlDate()),
    Column("Minute", SlMinute()),
    Column("Flag", SlFlag()),
)


@pytest.fixture
def engine() -> Iterator[Engine]:
    opened = sqlite_engine("sqlite://")
    TABLE.create(opened)
    yield opened
    opened.dispose()


def put(engine: Engine, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(insert(TABLE), [values])


def seen(engine: Engine, column: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(select(TABLE.c[column])).scalars())


@pytest.mark.parametrize(
    ("column", "good", "bad"),
    [
        ("Amount", Decimal(1), 1.0),
        ("Amount", Decimal(0), 0.0),
        ("Day", date(2026, 1, 5), datetime(2026, 1, 5, 8, 30)),
        ("Day", date(2026, 1, 5), "2026-01-05"),
        ("Text", "1", 1),
        ("Minute", datetime(2026, 1, 5), date(2026, 1, 5)),
    ],
)
def test_what_equals_a_value_that_was_seen_is_refused_all_the_same(
    engine: Engine, column: str, good: object, bad: object
) -> None:
    put(engine, **{column: good})
    for _ in range(2):
        with pytest.raises((ValueRefused, StatementError)):
            put(engine, **{column: bad})
    put(engine, **{column: good})
    assert seen(engine, column) == [good, good]


def test_times_of_two_zones_that_are_one_moment_stay_two_local_times(engine: Engine) -> None:
    here = datetime(2026, 1, 5, 8, 30, tzinfo=UTC)
    put(engine, Minute=here)
    put(engine, Minute=here.astimezone(timezone(timedelta(hours=2))))
    assert seen(engine, "Minute") == [datetime(2026, 1, 5, 8, 30), datetime(2026, 1, 5, 10, 30)]


def test_more_values_than_are_remembered_come_back_as_they_were_sent(engine: Engine) -> None:
    amounts = [Decimal(number % (MOST + 7)) / 8 for number in range(3 * MOST)]
    with engine.begin() as connection:
        connection.execute(insert(TABLE), [{"Amount": amount, "Text": f"{amount}"} for amount in amounts])
    assert seen(engine, "Amount") == amounts
    assert seen(engine, "Text") == [f"{amount}" for amount in amounts]


def test_a_converter_is_asked_once_and_forgets_when_there_are_too_many() -> None:
    asked: list[object] = []

    def convert(value: object) -> str:
        asked.append(value)
        return str(value)

    read = Remembered(convert, int)
    assert [read[1], read[1], read[2]] == ["1", "1", "2"]
    assert asked == [1, 2]
    assert [read["a"], read["a"]] == ["a", "a"]  # texts are not kept here
    assert asked == [1, 2, "a", "a"]
    for number in range(MOST):
        assert read[number] == str(number)
    assert len(read) <= MOST


def test_what_can_not_be_converted_is_refused_each_time() -> None:
    read = Remembered(int, str)
    for _ in range(2):
        with pytest.raises(ValueError, match="abc"):
            read["abc"]


values = st.one_of(
    st.none(), st.text(max_size=8), st.decimals(allow_nan=False, allow_infinity=False), st.dates(), st.booleans()
)


@given(st.dictionaries(st.text(min_size=1, max_size=6), values, min_size=1), values)
def test_the_hash_of_a_document_is_the_one_that_older_ledgers_hold(row: dict[str, Any], line: object) -> None:
    lines = [{"refnbr": line, "tstamp": b"1", "recordid": 7}, {"refnbr": "b", "lupd_user": "x", "100%": 1}]
    digest = hashlib.sha256()
    for each in (row, *lines):
        for name in sorted(each.keys() - {"tstamp", "recordid", "lupd_datetime", "lupd_prog", "lupd_user"}):
            digest.update(f"{name}={'' if each[name] is None else each[name]}\x1f".encode())
        digest.update(b"\x1e")
    assert ReadDocument(("IN", "1"), row, lines).rows_hash == digest.hexdigest()


def test_rows_are_keyed_by_lower_case_name(engine: Engine) -> None:
    put(engine, Text="a", Amount=Decimal("1.5"), Flag=True)
    with engine.connect() as connection:
        (row,) = lowered_rows(connection.execute(select(TABLE)))
    assert row == {"text": "a", "amount": Decimal("1.5"), "day": None, "minute": None, "flag": True}
