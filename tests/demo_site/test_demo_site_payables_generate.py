"""The generated expenses, procurement and stock sales: the same for a seed, complete, and known to the firm."""

from __future__ import annotations

import pytest

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.payables_records import Receipt
from xlpy.demo.site.store import Site


def known_accounts(site):
    rows = site.table("glAccounts").values()
    texts = {":".join(row[f"segment{n}"] for n in range(1, 4) if f"segment{n}" in row) for row in rows}
    texts |= {":".join(row[f"cogs{n}"] for n in range(1, 4)) for row in rows if "cogs1" in row}
    return texts | {row["inventory"] for row in rows if "inventory" in row}


def test_the_same_seed_gives_the_same_payables_and_another_one_another():
    def records(seed):
        return generate_site(seed=seed, invoices=0, expenses=60, procurement=60).records

    assert records(3) == records(3)
    assert records(3).expenses != records(4).expenses
    assert records(3).receipts != records(4).receipts


@pytest.mark.parametrize("mistakes", [True, False])
@pytest.mark.parametrize("count", [0, 1, 5, 30, 200])
def test_there_is_as_much_as_asked_for(count, mistakes):
    site = generate_site(invoices=1, expenses=count, procurement=count, mistakes=mistakes)
    assert len(site.unposted_expense_ids()) == len(site.unposted_product_ids()) == count


def test_invoices_stay_the_same_when_other_kinds_are_added():
    alone = generate_site(invoices=80).records.invoices
    assert generate_site(invoices=80, expenses=20).records.invoices == alone
    assert generate_site(invoices=80, procurement=20, cogs=False).records.invoices == alone
    assert generate_site(invoices=80, procurement=20).records.invoices != alone


@pytest.mark.parametrize("mistakes", [True, False])
def test_goods_from_stock_are_sold_credited_and_drop_shipped_with_their_cost(mistakes):
    site = generate_site(invoices=120, procurement=1, mistakes=mistakes)
    lines = [(invoice, line) for invoice in site.records.invoices.values() for line in invoice.lines if line.cost]
    assert len(lines) > 10
    assert any(invoice.is_credit for invoice, _ in lines)
    assert any(line.drop_shipped for _, line in lines)
    assert {invoice.location_id for invoice, _ in lines} == {2, 3}
    for _, line in lines:
        assert site.table("catalog")[line.item_id]["productClass"] == "Inventory"
        assert line.cost > 0
        assert {line.cost_account, line.inventory_account} <= known_accounts(site)
    assert not any(line.cost for i in generate_site(mistakes=False).records.invoices.values() for line in i.lines)


def test_without_mistakes_every_cross_reference_is_there_and_nothing_is_company_paid():
    site = generate_site(invoices=0, expenses=80, procurement=80, mistakes=False)
    assert {m.manage_id: m.vendor_id for m in firm.MEMBERS} == {
        number: row["vendorNumber"] for number, row in site.table("members").items() if "vendorNumber" in row
    }
    assert all(site.table("companies")[v.manage_id]["vendorIdentifier"] == v.vendor_id for v in firm.VENDORS)
    assert {n: row["locationXref"] for n, row in site.table("warehouses").items()} == {
        n: xref for n, (_, xref) in firm.WAREHOUSES.items()
    }
    expenses = site.records.expenses.values()
    assert all(expense.reimbursable and not expense.company_advance for expense in expenses)
    numbers = [
        (site.records.orders[r.order_id].vendor_id, r.vendor_invoice_number)
        for r in site.records.receipts.values()
        if r.vendor_invoice_number
    ]
    assert len(numbers) == len(set(numbers))
    paid = generate_site(invoices=0, expenses=14, mistakes=False, company_paid=True).records.expenses.values()
    assert {expense.classification for expense in paid} == {"Reimbursable", "NonReimbursable", "Personal"}


def test_the_mistakes_of_a_kind_come_with_that_kind_only():
    only_invoices = generate_site()
    assert "vendorNumber" in only_invoices.table("members")[firm.MEMBER_WITHOUT_VENDOR]
    assert "vendorIdentifier" in only_invoices.table("companies")[firm.VENDOR_WITHOUT_XREF]
    both = generate_site(expenses=1, procurement=1)
    assert "vendorNumber" not in both.table("members")[firm.MEMBER_WITHOUT_VENDOR]
    assert "vendorIdentifier" not in both.table("companies")[firm.VENDOR_WITHOUT_XREF]
    assert "locationXref" not in both.table("warehouses")[firm.WAREHOUSE_WITHOUT_XREF]
    assert "vendorIdentifier" in generate_site(expenses=1).table("companies")[firm.VENDOR_WITHOUT_XREF]


def test_every_account_is_known_to_manage_and_to_the_firm():
    site = generate_site(invoices=0, expenses=150, procurement=150)
    used = {text for e in site.records.expenses.values() for text in (e.account, e.credit_account)}
    for document in site.procurement():
        used |= {
            text
            for line in document.lines
            for name in type(line).__slots__
            if name.endswith("account")
            for text in [getattr(line, name)]
            if text
        }
        if isinstance(document, Receipt):
            used |= {document.account, *(tax.account for tax in document.taxes)}
    assert used <= known_accounts(site)
    for text in used:
        account, *segments = text.split(":")
        assert account in firm.ACCOUNTS
        assert not segments or (segments[0] in firm.DEPARTMENTS and segments[1] in firm.OFFICES)
    assert {"6200", "6150", "6100", "2010", "2000", "5300", "1250"} <= {text.split(":")[0] for text in used}


def test_the_closed_period_has_a_receipt_only_when_asked_for():
    def early(**options):
        site = generate_site(invoices=0, procurement=40, **options)
        return [document.day for document in site.procurement() if document.day < firm.FIRST_DATE]

    assert len(early()) == 1
    assert early(mistakes=False) == []
    assert len(early(mistakes=False, closed_period=True)) == 1


def test_a_kept_site_has_everything_as_it_was(tmp_path):
    site = generate_site(invoices=5, expenses=30, procurement=30)
    site.save(tmp_path / "site.json")
    again = Site.load(tmp_path / "site.json")
    assert again.records == site.records
    assert again.unposted_product_ids() == site.unposted_product_ids()
