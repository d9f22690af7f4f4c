"""Taxes of receipts: groups, memos, taxable amounts."""

from __future__ import annotations

from dataclasses import replace

from domain_story import MASTERS, levels, tax_code
from payables_story import (
    AP_BOOKS,
    D,
    ap_masters,
    item_line,
    only_document,
    purchase_tax,
    received,
    stopped,
    taxed,
)

from xlpy.domain.values.money import total

# --- taxes ------------------------------------------------------------------------------------------------------


def test_the_group_carries_the_tax_and_is_posted_to_the_purchase_accounts() -> None:
    voucher = only_document(received(taxed()))
    assert [(slot.tax_id, slot.cury_tax, slot.cury_taxable) for slot in voucher.taxes] == [
        ("FL-HILL", D("7.00"), D("100.00"))
    ]
    assert [(tax.tax_id, tax.acct, tax.cury_tax) for tax in voucher.tax_postings] == [
        ("FLSTATE", "1250", D("6.00")),
        ("HILLCTY", "1250", D("1.00")),
    ]
    assert voucher.cury_total == D("107.00")


def test_a_return_gives_its_tax_back() -> None:
    back = taxed(
        lines=(item_line(1, "100.00"),),
        taxes=(purchase_tax(2, "6.00"), purchase_tax(3, "1.00", "0.01")),
        total=D("-107.00"),
    )
    adjustment = only_document(received(back))
    assert (adjustment.doc_type, adjustment.cury_total) == ("AD", D("107.00"))
    assert [(slot.tax_id, slot.cury_tax, slot.cury_taxable) for slot in adjustment.taxes] == [
        ("FL-HILL", D("7.00"), D("100.00"))
    ]


def test_several_tax_lines_of_one_level_are_added() -> None:
    split = taxed(taxes=(purchase_tax(2, "-4.00"), purchase_tax(4, "-2.00"), purchase_tax(3, "-1.00", "0.01")))
    assert [slot.cury_tax for slot in only_document(received(split)).taxes] == [D("7.00")]


def test_only_taxable_lines_are_the_taxable_amount() -> None:
    lines = (item_line(1, "-96.37", taxable=True), item_line(5, "-50.00", taxable=False))
    mixed = taxed(lines=lines, taxes=(purchase_tax(2, "-5.78"), purchase_tax(3, "-0.96", "0.01")), total=D("153.11"))
    assert [(slot.tax_id, slot.cury_tax, slot.cury_taxable) for slot in only_document(received(mixed)).taxes] == [
        ("FL-HILL", D("6.74"), D("96.37"))
    ]


def test_a_taxable_amount_that_explains_every_level_is_found_without_the_lines_saying_it() -> None:
    lines = (item_line(1, "-37.50"), item_line(5, "-60.00"))
    mixed = taxed(lines=lines, taxes=(purchase_tax(2, "-2.25"), purchase_tax(3, "-0.38", "0.01")), total=D("100.13"))
    slots = only_document(received(mixed)).taxes
    assert {slot.cury_taxable for slot in slots} == {D("37.50")}
    assert total(slot.cury_tax for slot in slots) == D("2.63")


def test_taxes_that_the_group_would_split_otherwise_stand_one_by_one() -> None:
    odd = taxed(taxes=(purchase_tax(2, "-6.02"), purchase_tax(3, "-0.98", "0.01")))
    slots = only_document(received(odd)).taxes
    assert [(slot.tax_id, slot.cury_tax) for slot in slots] == [("FLSTATE", D("6.02")), ("HILLCTY", D("0.98"))]


def test_levels_of_one_rate_are_told_by_the_memo() -> None:
    code = tax_code(11, "FL-HILL", ("FLSTATE", "0.06"), ("HILLCTY", "0.06"))
    rows = {**AP_BOOKS.taxes, "HILLCTY": replace(AP_BOOKS.taxes["HILLCTY"], rate=D(6))}
    books = replace(AP_BOOKS, taxes=rows)
    masters = ap_masters(tax_codes={**MASTERS.tax_codes, 11: code})
    named = taxed(
        taxes=(purchase_tax(2, "-6.00", memo="Level 2 Purchase Tax"), purchase_tax(3, "-6.00", memo="Level 1 Tax"))
    )
    voucher = only_document(received(named, books=books, masters=masters))
    assert [(tax.tax_id, tax.cury_tax) for tax in voucher.tax_postings] == [("FLSTATE", D(6)), ("HILLCTY", D(6))]
    nameless = taxed(taxes=(purchase_tax(2, "-6.00"), purchase_tax(3, "-6.00")))
    assert stopped(received(nameless, books=books, masters=masters)) == {"RCPT-TAX-LEVEL"}


def test_levels_of_the_header_are_used_when_they_have_amounts() -> None:
    given_levels = levels(("6.00", "100.00"), ("1.00", "100.00"))
    voucher = only_document(received(taxed(tax_levels=given_levels, taxes=(purchase_tax(2, "-7.00", "0.07"),))))
    assert [(slot.tax_id, slot.cury_tax) for slot in voucher.taxes] == [("FL-HILL", D("7.00"))]
