"""Lists: pages, counts, order and fields."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from xlpy.demo.site.door.lists import ListQuery, page_of
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.shown.unposted import unposted_rows

UNPOSTED = "/finance/accounting/unpostedinvoices"


def test_a_page_has_25_rows_when_nothing_is_said(caller):
    assert len(caller.get(UNPOSTED)) == 25
    assert caller.get(f"{UNPOSTED}/count") == {"count": 60}


def test_navigable_pages_come_with_links_until_the_last(caller):
    first = caller.ask("GET", UNPOSTED, params={"pageSize": 25, "orderBy": "id"})
    assert set(first.links) == {"next", "last"}
    second = caller.session.get(first.links["next"]["url"], timeout=30)
    third = caller.session.get(second.links["next"]["url"], timeout=30)
    assert first.links["last"]["url"] == second.links["next"]["url"]
    assert set(third.links) == {"first"}
    ids = [row["id"] for page in (first, second, third) for row in page.json()]
    assert len(ids) == 60
    assert ids == sorted(set(ids))


def test_a_page_beyond_the_last_is_empty(caller):
    assert caller.get(UNPOSTED, page=9) == []


def test_forward_only_pages_go_by_id_until_there_is_no_link(caller):
    url, ids, pages = UNPOSTED, [], 0
    response = caller.ask("GET", url, params={"pageSize": 20}, headers={"pagination-type": "forward-only"})
    while True:
        pages += 1
        ids += [row["id"] for row in response.json()]
        if "next" not in response.links:
            break
        link = response.links["next"]["url"]
        assert parse_qs(urlsplit(link).query) == {"pageSize": ["20"], "pageId": [str(ids[-1])]}
        response = caller.session.get(link, headers={"pagination-type": "forward-only"}, timeout=30)
    assert pages == 3
    assert "Link" not in response.headers
    assert ids == sorted(row["id"] for row in caller.get(UNPOSTED, pageSize=1000))


def test_forward_only_links_keep_the_conditions(caller):
    params = {"pageSize": 2, "conditions": 'invoiceType = "Standard"'}
    response = caller.ask("GET", UNPOSTED, params=params, headers={"pagination-type": "forward-only"})
    assert parse_qs(urlsplit(response.links["next"]["url"]).query)["conditions"] == ['invoiceType = "Standard"']


def test_a_page_never_has_more_than_1000_rows():
    rows = unposted_rows(generate_site(invoices=1100))
    query = ListQuery({"pagesize": "5000"}, "http://demo/list")
    assert len(page_of(rows, "UnpostedInvoice", query).body) == 1000


def test_zero_as_page_size_means_the_default_and_words_are_refused(caller):
    assert len(caller.get(UNPOSTED, pageSize=0)) == 25
    caller.refusal("GET", UNPOSTED, 400, params={"pageSize": "many"})


def test_parameter_names_are_read_without_case(caller):
    assert len(caller.get(UNPOSTED, PAGESIZE=3)) == 3
    assert caller.get("/company/companies/count", childconditions="types/id = 2") == {"count": 0}
    assert caller.get("/company/companies/count", childConditions="types/id = 1") == {"count": 15}


def test_fields_pick_nested_fields_and_leave_the_rest_out(caller):
    rows = caller.get("/company/companies", fields="id, country/identifier,types/name,status", pageSize=1)
    (row,) = rows
    assert row["country"] == {"identifier": "US"}
    assert row["types"] == [{"name": "Customer"}]
    assert row["status"] == {"id": 1, "name": "Active"}
    assert set(row) == {"id", "country", "types", "status"}
    assert caller.get("/company/companies/251", fields="name") == {"name": "Bay Dental Group"}
    caller.refusal("GET", "/company/companies", 400, params={"fields": "id,shoeSize"})


def test_absent_fields_are_left_out_even_when_asked_for(caller):
    assert caller.get("/company/companies/263", fields="id,accountNumber") == {"id": 263}


def test_order_by_several_fields(caller):
    rows = caller.get(UNPOSTED, orderBy="company/name desc, total asc", pageSize=1000)
    keys = [(row["company"]["name"].casefold(), row["total"]) for row in rows]
    assert keys == sorted(sorted(keys, key=lambda key: key[1]), key=lambda key: key[0], reverse=True)


@pytest.mark.parametrize("order", ["total sideways", "company", "nothing", "id asc desc"])
def test_an_order_that_makes_no_sense_is_refused(caller, order):
    caller.refusal("GET", UNPOSTED, 400, params={"orderBy": order})


def test_one_row_by_its_id_and_its_tax_levels(caller):
    row = next(r for r in caller.get(UNPOSTED, pageSize=1000) if r.get("taxCode", {}).get("name") == "FL-PORT")
    assert caller.get(f"{UNPOSTED}/{row['id']}") == row
    levels = caller.get(f"{UNPOSTED}/{row['id']}/taxableLevels")
    assert [level["taxLevel"] for level in levels] == [1, 2, 3, 4, 5, 6]
    assert sum(level["taxAmount"] for level in levels) == row["salesTaxAmount"]
    assert row["levelSixTaxAmount"] == levels[5]["taxAmount"]
    caller.refusal("GET", f"{UNPOSTED}/1/taxableLevels", 404)


def test_the_lists_of_later_kinds_are_there_and_empty(caller):
    for kind in ("unpostedexpenses", "unpostedprocurement"):
        assert caller.get(f"/finance/accounting/{kind}") == []
        assert caller.get(f"/finance/accounting/{kind}/count") == {"count": 0}


def test_invoices_are_found_by_their_number(caller):
    fields = "id,invoiceNumber,type,total,payments,balance,status/name"
    rows = caller.get("/finance/invoices", conditions='invoiceNumber = "10002"', fields=fields)
    assert [(row["id"], row["type"], row["status"]) for row in rows] == [(4402, "Agreement", {"name": "Closed"})]
    assert rows[0]["balance"] == rows[0]["total"]
    assert rows[0]["payments"] == Decimal(0)


@pytest.mark.slow
def test_twenty_thousand_invoices_are_generated_and_listed_whole():
    site = generate_site(invoices=20_000, mistakes=False)
    ids = set()
    for page in range(1, 21):
        query = ListQuery({"pagesize": "1000", "page": str(page), "orderby": "id"}, "http://demo/list")
        answer = page_of(unposted_rows(site), "UnpostedInvoice", query)
        assert answer.encode().startswith(b'[{"id":')
        ids |= {row["billingLogId"] for row in answer.body}
    assert ids == set(site.unposted_invoice_ids())
    assert len(ids) == 20_000
