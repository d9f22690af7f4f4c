"""A preview's documents: their total, whether they foot, and what their ids are called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from xlpy.domain.preview.footing import BALANCED, Footing, footings
from xlpy.domain.preview.names import JournalNames
from xlpy.domain.preview.rows import MADE_AT_RELEASE, TO_BE_CREATED, WRITTEN, DocumentFacts, JournalRow, created_row
from xlpy.excel.tables.rows import preview_rows

FACTS = DocumentFacts(
    batch_number=1,
    position=1,
    module="AR",
    doc_type="IN",
    reference="10231",
    doc_date=date(2026, 10, 1),
    due_date=None,
    period="202610",
    terms="30",
    party="acme01",
    vendor_invoice="",
    currency="EUR",
)


def line(account: str, amount: str, base: str, *, debit: bool = False, facts: DocumentFacts = FACTS) -> JournalRow:
    amounts = Decimal(amount), Decimal(base)
    source = MADE_AT_RELEASE if debit else WRITTEN
    return facts.row(source, (account, "00000"), amounts, "words", "10231", on_debit=debit)


INVOICE = (line("4000", "100.00", "109.17"), line("2200", "7.00", "7.64"), line("1100", "107.00", "116.81", debit=True))


def test_a_documents_total_is_its_debits_and_it_foots_in_both_currencies() -> None:
    (footing,) = footings(INVOICE).values()
    assert footing == Footing(Decimal("107.00"), Decimal(0), Decimal(0))
    assert footing.check == BALANCED


def test_a_line_against_its_side_counts_negative() -> None:
    discount = (line("4000", "-7.00", "-7.64"), line("1100", "-7.00", "-7.64", debit=True))
    (footing,) = footings((*INVOICE, *discount)).values()
    assert (footing.total, footing.check) == (Decimal("100.00"), BALANCED)


def test_a_cent_that_is_missing_is_told_with_its_sign() -> None:
    (footing,) = footings((*INVOICE, line("4000", "0.01", "0.01"))).values()
    assert footing.check == "off by -0.01"
    (footing,) = footings((*INVOICE, replace(INVOICE[0], credit=None, base_credit=Decimal("-0.02")))).values()
    assert footing.check == "base off by 0.02"


def test_each_document_foots_by_itself_and_what_is_created_is_none() -> None:
    other = replace(FACTS, position=2)
    created = created_row("AR", "NEW01", ("1100", "00000"), "Customer New, class STD", "10231")
    rows = (created, *INVOICE, line("4000", "5.00", "5.00", facts=other))
    found = footings(rows)
    assert {key: one.check for key, one in found.items()} == {
        INVOICE[0].document: BALANCED,
        rows[-1].document: "off by -5.00",
    }


def test_the_sheets_rows_have_names_total_and_check_on_every_row_of_a_document() -> None:
    names = JournalNames({"1100": "Accounts receivable"}, {"ACME01": "Doe~Jane"}, {"ACME01": "Acme the vendor"})
    created = created_row("AR", "NEW01", ("1100", "00000"), "Customer New, class STD", "10231")
    rows = preview_rows((created, *INVOICE), names)
    assert [row["Check"] for row in rows] == ["To be created", *["Balanced"] * 3]
    assert [row["Document total"] for row in rows] == [None, *[Decimal("107.00")] * 3]
    assert [row["Account name"] for row in rows] == ["Accounts receivable", "", "", "Accounts receivable"]
    assert {row["Name"] for row in rows[1:]} == {"Doe, Jane"}, "a receivable is the customer's, whoever else has its id"
    assert [row["Source"] for row in rows] == [
        word[0].upper() + word[1:] for word in (TO_BE_CREATED, WRITTEN, WRITTEN, MADE_AT_RELEASE)
    ]
    assert all(row["Currency"] for row in rows[1:])
    assert names.party(replace(INVOICE[0], module="AP")) == "Acme the vendor"
