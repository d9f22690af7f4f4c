"""What the settings say is what happens: account segments, tolerances, descriptions, periods, User columns."""

from __future__ import annotations

import pytest
from setup_stage import Firm

from xlpy.api import Books
from xlpy.demo import firm as demo
from xlpy.domain.facts.manage import GlSegments
from xlpy.domain.mapping.accounts import segments_used, split_account
from xlpy.domain.mapping.descriptions import described, unknown_placeholders
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.sl.screens.entry_rows import EntryStamp


def test_account_segments_in_the_order_of_the_settings() -> None:
    segments = GlSegments((0, 1, 2), ("Account", "Department", "Office"))
    assert segments_used(segments, ()) is segments
    taken = split_account("4001:200:TP", segments_used(segments, (1, 3, 2)), (2, 3))
    assert (taken.acct, taken.sub, taken.sub_fits) == ("4001", "TP200", True)
    assert split_account("HW:4001", segments_used(segments, (2,)), (2, 3)).acct == "4001"


def test_descriptions_are_filled_once_and_never_by_what_was_filled_in() -> None:
    assert described("{number} {company}", {"number": "{company}", "company": "Acme"}) == "{company} Acme"
    assert described(" {slip} ", {"slip": ""}) == ""
    assert described("{unknown}", {}) == "{unknown}"
    assert unknown_placeholders("expense_description", "{member} {number}") == ("number",)


@pytest.mark.parametrize(
    ("record_id", "columns", "stamped"),
    [
        ("77-PS118-purchase", {"APDoc": "User1"}, {"User1": "77-PS118-purchase"}),
        ("77-PS118-purchase", {"APDoc": "User5"}, {}),
        ("77-PSÜ-purchase", {"APDoc": "User1"}, {}),
        ("7", {"ARDoc": "User1"}, {}),
    ],
)
def test_an_id_is_stamped_whole_or_not_at_all(
    record_id: str, columns: dict[str, str], stamped: dict[str, str], firm: Firm
) -> None:
    stamp = EntryStamp("HPIT", "USD", "ACTUAL", "D", "202610", "K", None, user_columns=columns)  # type: ignore[arg-type]
    keys = (TransactionKey(Kind.PROCUREMENT, record_id), TransactionKey(Kind.PROCUREMENT, "8"))
    assert stamp.record_id("APDoc", keys) == stamped
    assert stamp.record_id("APDoc", ()) == {}


def _plan_of_everything(firm: Firm, **posting: object) -> object:
    with Books(firm.session(posting={"company_paid_account": demo.COMPANY_PAID_ACCOUNT, **posting})) as books:
        through = demo.THROUGH_DATE
        return books.plan(
            list(books.unposted(through=through).index),
            batch="RULES",
            through=through,
            expenses=list(books.unposted("expense", through=through).index),
            procurement=list(books.unposted("procurement", through=through).index),
        )


def test_vouchers_are_described_by_the_settings(firm: Firm) -> None:
    plan = _plan_of_everything(
        firm, receipt_description="PO {number}", expense_description="{member}", period="Current"
    )
    descriptions = {document.descr for batch in plan.ap.batches for document in batch.documents}  # type: ignore[attr-defined]
    assert any(text.startswith("PO ") for text in descriptions)
    assert not any("Expenses" in text for text in descriptions)
    assert plan.options.period == "Current"  # type: ignore[attr-defined]


def test_due_days_that_differ_are_noted_beyond_the_tolerance(firm: Firm) -> None:
    with firm.with_value("Terms", "DueIntrv", 31, "DueIntrv = 30"):
        noted = _plan_of_everything(firm).problems  # type: ignore[attr-defined]
        tolerated = _plan_of_everything(firm, due_days_tolerance=1).problems  # type: ignore[attr-defined]
    assert "TERMS-DAYS" in {problem.code for problem in noted}
    assert "TERMS-DAYS" not in {problem.code for problem in tolerated}
