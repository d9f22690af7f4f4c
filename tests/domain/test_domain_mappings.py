"""Every master of Manage with its SL partner, and the likeliest partner of a blank. Source: this product; the rules of
mapping are those of transactions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from inventory_story import STOCK_BOOKS, STOCK_MASTERS, STOCK_POSTING

from xlpy.domain.facts.manage import BillingTerms, ManageCompany
from xlpy.domain.facts.manage_expenses import Member
from xlpy.domain.facts.manage_procurement import Warehouse
from xlpy.domain.mapping.overview.likeness import SlName, likeliest
from xlpy.domain.mapping.overview.rows import MappingRow, Mappings, Master, SlNames
from xlpy.domain.values.rules import MasterRules
from xlpy.domain.values.statuses import MappingState

NAMES = SlNames(
    customers=(SlName("C-ACME", "Acme Holdings, Inc.", "33601"), SlName("C-BLUE", "Blue Lagoon", "33602")),
    vendors=(SlName("E-JDOE", "Doe~Jane", ""), SlName("V-EAGLE", "Eagle Supply", "32801")),
    sites=(SlName("TPA", "Warehouse Tampa"), SlName("ORL", "Warehouse Orlando")),
)


def rows(kind: Master, masters: Any = STOCK_MASTERS, *, may_create: bool = True, **more: Any) -> list[MappingRow]:
    rules = MasterRules() if may_create else MasterRules(customers=False, vendors=False, products=False)
    made = Mappings(masters, STOCK_BOOKS, STOCK_POSTING, rules, NAMES, more.get("vendors", frozenset()))
    return [row for row in made.rows() if row.kind is kind]


def company(**changes: Any) -> Any:
    plain = ManageCompany(900, "Acme", "ACME Holdings", zip="33601-1234")
    return replace(STOCK_MASTERS, companies={900: replace(plain, **changes)})


def test_a_blank_company_gets_the_likeliest_customer_and_why() -> None:
    (row,) = rows(Master.CUSTOMER, company())
    assert (row.state, row.in_manage, row.in_sl) == (MappingState.BLANK, "", "")
    assert (row.proposal, row.reason) == ("C-ACME", "same name, same zip code 33601: Acme Holdings, Inc.")
    assert "Account" in row.fix


def test_a_company_whose_customer_sl_lacks_is_created_or_missing() -> None:
    (made,) = rows(Master.CUSTOMER, company(account_number="ACME-NEW"))
    assert (made.state, made.in_manage) == (MappingState.CREATED, "ACME-NEW")
    (row,) = rows(Master.CUSTOMER, company(account_number="ACME-NEW"), may_create=False)
    assert (row.state, row.proposal) == (MappingState.MISSING, "C-ACME")


def test_a_company_of_a_vendors_type_is_asked_for_its_vendor() -> None:
    (row,) = rows(Master.VENDOR, company(name="The Eagle Supply Co."), vendors=frozenset({900}))
    assert (row.state, row.proposal) == (MappingState.BLANK, "V-EAGLE")
    assert rows(Master.CUSTOMER, company(name="Eagle"), vendors=frozenset({900})) == []


def test_a_member_is_found_by_the_name_of_a_person_as_sl_keeps_it() -> None:
    masters = replace(STOCK_MASTERS, members={31: Member(31, "JDoe", "Jane", "Doe", "")})
    (row,) = rows(Master.MEMBER, masters)
    assert (row.state, row.proposal) == (MappingState.BLANK, "E-JDOE")
    (mapped,) = rows(Master.MEMBER)
    assert (mapped.state, mapped.in_sl, mapped.proposal) == (MappingState.MAPPED, "E-JDOE", "")


def test_a_warehouse_without_location_xref_gets_the_site_of_its_name() -> None:
    masters = replace(STOCK_MASTERS, warehouses={1: Warehouse(1, "Tampa", ""), 2: Warehouse(2, "Orlando", "ORL")})
    assert [(row.name, row.state, row.proposal) for row in rows(Master.WAREHOUSE, masters)] == [
        ("Tampa", MappingState.BLANK, "TPA"),
        ("Orlando", MappingState.MAPPED, ""),
    ]


def test_terms_without_xref_get_the_only_ones_of_the_same_days() -> None:
    masters = replace(STOCK_MASTERS, terms={7: BillingTerms(7, "Thirty days", 30, "")})
    (row,) = rows(Master.TERMS, masters)
    thirty = [terms for terms in STOCK_BOOKS.terms.values() if terms.due_interval == 30]
    assert row.state is MappingState.BLANK
    assert row.proposal == (thirty[0].terms_id if len(thirty) == 1 else "")


def test_only_products_that_are_kept_in_stock_are_asked() -> None:
    shown = {row.record for row in rows(Master.PRODUCT)}
    assert shown == {item.identifier for item in STOCK_MASTERS.catalog.values() if item.product_class == "Inventory"}
    assert {row.state for row in rows(Master.PRODUCT)} == {MappingState.MAPPED, MappingState.CREATED}


def test_accounts_and_tax_codes_are_asked_as_documents_ask_them() -> None:
    masters = replace(STOCK_MASTERS, gl_accounts=frozenset({"1400:000:00", "1400:000:00:", "7777:000:00"}))
    accounts = {row.in_manage: row.state for row in rows(Master.ACCOUNT, masters)}
    assert accounts == {"1400:000:00": MappingState.MAPPED, "7777:000:00": MappingState.MISSING}
    for row in rows(Master.TAX_CODE):
        assert row.state in (MappingState.MAPPED, MappingState.MISSING)


@pytest.mark.parametrize(
    ("name", "zip_code", "expected"),
    [
        ("Blue Lagoon LLC", "", "C-BLUE"),
        ("Lagoon, Blue", "", "C-BLUE"),
        ("Acme Hold", "33601", "C-ACME"),  # the zip code carries what the name alone would not
        ("Acme Hold", "99999", ""),
        ("Somebody else", "33601", ""),
        ("", "33601", ""),
    ],
)
def test_likeness(name: str, zip_code: str, expected: str) -> None:
    assert likeliest((name,), zip_code, NAMES.customers).id == expected


def test_two_that_are_alike_propose_none() -> None:
    twins = (SlName("A", "Acme"), SlName("B", "ACME Inc"))
    assert likeliest(("Acme",), "", twins).id == ""
