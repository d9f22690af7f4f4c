"""What SL's own release and posting did with recorded batches, and what ours does: the same, to the cent."""

from __future__ import annotations

from typing import Any

import pytest
from sl_release_company import PARTS, as_set, comparable, expected, put, read_cases, rows_of, table_of
from sqlalchemy import Engine

from xlpy.demo.company.release.run import release_and_post

CASES = [case for name in ("receivables", "journals", "payables", "payments") for case in read_cases(name)]
# Module → its table of reserved numbers, of documents, and how documents and balances name the customer or vendor.
NUMBERS = {"AR": "RefNbr", "GL": "RefNbr", "AP": "APRefNbr"}
PARTIES = {"AR": ("ARDoc", "CustId", "CustID"), "AP": ("APDoc", "VendId", "VendID")}


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_release_and_posting_do_what_sl_did(company: Engine, case: dict[str, Any]) -> None:
    module, bat_nbr = case["batch"]
    for name, rows in case["given"].items():
        put(company, name, *rows)
    numbered = {row["RefNbr"] for row in rows_of(company, NUMBERS[module])}

    outcome = release_and_post(company, module, bat_nbr)

    expect = case["expect"]
    assert [message.msg_id for message in outcome.release.messages] == expect.get("messages", [])
    assert outcome.release.status == expect["status"]
    errors = [outcome.release.error, outcome.posting.error if outcome.posting else None]
    assert [error for error in errors if error] == ([expect["error"]] if "error" in expect else [])
    situations = outcome.posting.situations if outcome.posting else ()
    assert list(situations) == expect.get("situations", [])
    bad = rows_of(company, "WrkReleaseBad", BatNbr=bat_nbr, Module=module)
    assert sorted(row["MsgID"] for row in bad) == sorted(expect.get("messages", []))
    post_bad = rows_of(company, "WrkPostBad", BatNbr=bat_nbr, Module=module)
    assert sorted(row["Situation"] for row in post_bad) == sorted(expect.get("situations", []))
    for part in PARTS:
        assert found(company, part, case) == wanted(module, part, expect), part
    assert {row["RefNbr"] for row in rows_of(company, NUMBERS[module])} == numbered


def wanted(module: str, part: str, expect: dict[str, Any]) -> Any:
    given = expect.get(part, [])
    rows = [given] if part == "after" else given
    return as_set([_line_as_sl_numbers_it(part, expected(module, part, row)) for row in rows])


def found(company: Engine, part: str, case: dict[str, Any]) -> Any:
    module, bat_nbr = case["batch"]
    name = table_of(module, part)
    if part in ("after", "gltran"):
        rows = rows_of(company, name, BatNbr=bat_nbr, Module=module)
    elif part in ("docs", "lines"):
        rows = rows_of(company, name, BatNbr=bat_nbr) if module in PARTIES else []
    elif part == "balances":
        docs, party, owner = PARTIES.get(module, ("ARDoc", "CustId", "CustID"))
        parties = {row[party] for row in rows_of(company, docs, BatNbr=bat_nbr)}
        rows = [row for row in rows_of(company, name) if module in PARTIES and row[owner] in parties]
    else:
        rows = rows_of(company, name)
    columns = expected(module, part, {}) | (expected(module, part, _first(part, case)) if _first(part, case) else {})
    if part == "accthist":
        rows = [row | _only_moved(row) for row in rows]
        return as_set([comparable(row, [*columns, *_only_moved(row)]) for row in rows])
    return as_set([_line_as_sl_numbers_it(part, comparable(row, columns)) for row in rows])


def _first(part: str, case: dict[str, Any]) -> dict[str, Any]:
    given = case["expect"].get(part, [])
    rows = [given] if part == "after" else given
    return {column: value for row in rows for column, value in row.items()}


def _only_moved(row: dict[str, Any]) -> dict[str, Any]:
    """The period balances that are not zero, and those of the period of all cases."""
    return {
        column: value
        for column, value in row.items()
        if column.startswith(("PtdBal", "YtdBal")) and (value or column.endswith("05"))
    }


def _line_as_sl_numbers_it(part: str, row: dict[str, str]) -> dict[str, str]:
    """Tax lines are numbered in any order, as the database happens to give the taxes."""
    return row | {"LineNbr": "any"} if part == "lines" and "T" in (row.get("TranClass"), row.get("LineType")) else row
