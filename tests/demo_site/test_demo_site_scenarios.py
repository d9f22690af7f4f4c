"""What people do at Manage's screens, and keeping a demo for later."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.errors import SettingsError


def test_reopening_gives_new_entry_ids_and_the_old_ones_are_stale(caller, site, entry_ids):
    (before,) = caller.export(includedInvoiceIds=[4401])
    site.reopen_and_close(4401)
    (after,) = caller.export(includedInvoiceIds=[4401])
    assert after["total"] == before["total"]
    assert set(entry_ids(after)).isdisjoint(entry_ids(before))
    body = {"batchIdentifier": "B", "exportInvoicesFlag": True, "processedRecordIds": entry_ids(before)}
    caller.refusal("POST", "/finance/accounting/batches", 400, json=body)
    caller.create_batch("B", entry_ids(after))


def test_reopening_with_a_change_moves_the_first_line_and_the_total(caller, site):
    (before,) = caller.export(includedInvoiceIds=[4401])
    site.reopen_and_close(4401, change=Decimal("12.34"))
    (after,) = caller.export(includedInvoiceIds=[4401])
    assert after["total"] - before["total"] == Decimal("12.34")
    assert before["detail"][0]["total"] - after["detail"][0]["total"] == Decimal("12.34")
    assert [line["total"] for line in after["detail"][1:]] == [line["total"] for line in before["detail"][1:]]
    assert after["total"] + sum(line["total"] for line in after["detail"]) == 0
    row = caller.get("/finance/accounting/unpostedinvoices", conditions="billingLogId = 4401")[0]
    assert (row["total"], row["id"]) == (after["total"], after["detail"][0]["id"])


def test_unbatching_gives_one_document_back_and_names_its_batch(caller, site, entry_ids):
    documents = caller.export(includedInvoiceIds=[4401, 4402])
    caller.create_batch("B", [number for document in documents for number in entry_ids(document)])
    with pytest.raises(ValueError, match="un-batch it first"):
        site.reopen_and_close(4401)
    site.unbatch(4401)
    assert site.batch_of(4401) is None
    assert site.batch_of(4402) == "B"
    invoice = caller.get("/finance/invoices/4401")
    assert "glBatch" not in invoice
    assert invoice["unbatchedBatch"]["name"] == "B"
    assert len(caller.export(includedInvoiceIds=[4401])) == 1
    with pytest.raises(ValueError, match="in no batch"):
        site.unbatch(4401)


def test_an_invoice_without_gl_entries_is_listed_but_not_exported_until_reopened(caller, site):
    site.lose_entries(4401)
    assert 4401 in site.unposted_invoice_ids()
    assert caller.export(includedInvoiceIds=[4401]) == []
    assert caller.get("/finance/invoices/4401/glEntries/") == []
    site.reopen_and_close(4401)
    assert len(caller.export(includedInvoiceIds=[4401])) == 1


def test_the_account_and_the_terms_xref_are_mended_by_patch(caller, site):
    company, terms = firm.COMPANY_WITHOUT_ACCOUNT, firm.TERMS_WITHOUT_XREF
    patch = [{"op": "add", "path": "/accountNumber", "value": firm.ACCOUNT_TO_GIVE}]
    answer = caller.ask("PATCH", f"/company/companies/{company}", json=patch)
    assert answer.json()["accountNumber"] == firm.ACCOUNT_TO_GIVE
    patch = [{"op": "replace", "path": "termsXref", "value": "00"}]  # without the slash it works too
    assert caller.ask("PATCH", f"/finance/billingTerms/{terms}", json=patch).status_code == 200
    rows = caller.get("/finance/accounting/unpostedinvoices", conditions=f"company/id = {company}")
    assert {row["accountNumber"] for row in rows} == {firm.ACCOUNT_TO_GIVE}
    assert {t["billingTermsXref"] for t in caller.export() if t["billingTerms"]["id"] == terms} == {"00"}
    caller.ask("PATCH", f"/company/companies/{company}", json=[{"op": "remove", "path": "/accountNumber"}])
    assert "accountNumber" not in caller.get(f"/company/companies/{company}")
    caller.ask("PATCH", f"/company/companies/{company}", json=[{"op": "replace", "path": "/country/id", "value": 2}])
    assert site.table("companies")[company]["country"]["id"] == 2


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "replace"},
        [],
        [{"op": "move", "path": "/name", "value": "x"}],
        [{"op": "replace", "path": "/id", "value": 5}],
        [{"op": "replace", "path": "/shoeSize", "value": 5}],
        [{"op": "replace", "path": "/name/first", "value": "x"}],
        [{"op": "replace", "path": "/name", "value": 5}],
        [{"op": "replace", "path": "/name", "value": "x" * 51}],
        [{"op": "remove", "path": "/name"}],
        [{"op": "replace", "path": "/dueDays", "value": "30"}],
        [{"op": "replace", "path": "/name", "value": "New"}, {"op": "remove", "path": "/dueDays"}],
    ],
)
def test_a_bad_patch_changes_nothing(caller, patch):
    before = caller.get("/finance/billingTerms/3")
    caller.refusal("PATCH", "/finance/billingTerms/3", 400, json=patch)
    assert caller.get("/finance/billingTerms/3") == before


def test_a_kept_site_goes_on_where_it_was(caller, site, entry_ids, tmp_path):
    (document,) = caller.export(includedInvoiceIds=[4401])
    caller.create_batch("B", entry_ids(document))
    site.set_company_account(263, "NOVA01")
    site.set_terms_xref(5, "00")
    site.negative_credit_headers = False
    path = tmp_path / "site.json"
    site.save(path)
    again = Site.load(path)
    assert again.records == site.records
    assert again.batch_of(4401) == "B"
    again.reopen_and_close(4402)
    assert max(again.records.entries) > max(site.records.entries)


@pytest.mark.parametrize("text", ["", "{}", '{"server_version": 5}', "not json"])
def test_any_other_file_is_refused(tmp_path, text):
    path = tmp_path / "site.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"site\.json can't be read"):
        Site.load(path)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SettingsError):
        Site.load(tmp_path / "none.json")


def test_clearing_a_field_leaves_it_out():
    site = generate_site(invoices=1)
    site.set_terms_xref(3, "")
    assert "termsXref" not in site.table("billingTerms")[3]
