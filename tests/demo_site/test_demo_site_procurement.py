"""Receipts, adjustments and transfers: listed by GL line, exported with their odd signs, batched and un-batched."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from payables_calls import ACCOUNTING, export, mark, purchase_ids, unposted

from xlpy.demo import firm
from xlpy.demo.site.making.generate import generate_site

FIRST, SECOND, RETURN, NO_SLIP = "77-PS118-purchase", "77-PS121-purchase", "77-RMA-77-purchase", "78--purchase"


@pytest.fixture
def site():
    return generate_site(invoices=3, procurement=40, server_version="v2026.11.1")


def receipt(caller, product_id):
    (found,) = export(caller, "Products", includedProductIds=[product_id])["purchaseTransactions"]
    return found


def rows_by_id(caller):
    grouped = defaultdict(list)
    for row in unposted(caller, "procurement"):
        grouped[row["unpostedProductId"]].append(row)
    return grouped


def test_there_is_a_row_per_gl_line_and_several_share_an_id(caller, site):
    grouped = rows_by_id(caller)
    assert tuple(grouped) == site.unposted_product_ids()
    assert len(grouped) == 40
    assert {row["procurementType"] for rows in grouped.values() for row in rows} == {
        "Purchase",
        "Adjustment",
        "Transfer",
    }
    rows = grouped[FIRST]
    assert len(rows) == 5  # two items, freight, two levels of tax
    assert sum(row["total"] for row in rows) == receipt(caller, FIRST)["total"]
    assert {(row["purchaseOrder"]["id"], row["freightCost"]) for row in rows} == {(77, Decimal("18.50"))}
    assert len(grouped["13-adjustment"]) == len(grouped["59-transfer"]) == 2
    assert "purchaseDate" not in grouped["12-adjustment"][0]
    levels = caller.get(f"{ACCOUNTING}/unpostedprocurement/{rows[0]['id']}/taxableLevels")
    assert sum(level["taxAmount"] for level in levels) == rows[0]["taxTotal"] > 0
    adjusted = grouped["12-adjustment"][0]["id"]
    assert caller.get(f"{ACCOUNTING}/unpostedprocurement/{adjusted}/taxableLevels") == []


def test_every_receipt_balances_whatever_its_sign(caller):
    receipts = export(caller, "Products")["purchaseTransactions"]
    for found in receipts:
        lines, taxes = found["purchaseDetail"], found["purchaseDetailTax"]
        assert found["total"] + sum(x["total"] for x in lines) + sum(x["total"] for x in taxes) == 0
        for line in lines:
            assert line["cost"] == -line["total"]
            assert line["quantity"] * line["itemCost"] == line["total"]
            assert line["documentDate"].endswith("2026 5:21:58 AM")
        freight = [line for line in lines if line["glTypeId"] == "PF"]
        assert sum(-line["total"] for line in freight) == found["freightAmount"]
        assert all("item" not in line for line in freight)
        assert len(found.get("taxLevels", [])) == len(taxes)
    assert {found["currency"]["currencyCode"] for found in receipts} == {"USD", "EUR"}
    assert {line.get("uomScheduleXref", "") for found in receipts for line in found["purchaseDetail"]} == {
        "",
        "EA",
        "BOX",
    }


def test_a_receipts_lines_have_revenue_inventory_and_cost_accounts(caller):
    lines = {line.get("glItemId", "freight"): line for line in receipt(caller, FIRST)["purchaseDetail"]}
    cable, licence, freight = lines["PATCH10"], lines["LIC365"], lines["freight"]
    assert {cable["accountNumber"], licence["accountNumber"]} == {"4200:300:TP"}  # revenue: never posted to
    assert (cable["inventoryAccountNumber"], cable["costAccountNumber"]) == ("1400:000:00", "5200:300:TP")
    assert licence["costAccountNumber"] == "5400:300:TP"
    assert freight["accountNumber"] == "5300:300:TP"
    assert (cable["quantity"], cable["total"], cable["locationXref"]) == (-50, Decimal("-62.50"), "TPA")


def test_a_return_is_a_negative_receipt(caller):
    found = receipt(caller, RETURN)
    assert found["total"] == Decimal("-13.38")
    assert found["purchaseDetail"][0]["quantity"] == 10
    assert {tax["total"] for tax in found["purchaseDetailTax"]} == {Decimal("0.75"), Decimal("0.13")}


def test_an_order_received_in_parts_gives_receipts_of_one_number_and_several_slips(caller):
    first, second = receipt(caller, FIRST), receipt(caller, SECOND)
    assert first["documentNumber"] == second["documentNumber"] == "PO-0077"
    assert (first["packingSlip"], second["id"]) == ("PS118", "PO #PO-0077, Packing Slip: PS121")
    lines = caller.get("/procurement/purchaseorders/77/lineitems")
    assert [line["receivedQuantity"] for line in lines] == [70, 10, 1]  # ten of the first went back
    assert caller.get("/procurement/purchaseorders/77")["poNumber"] == "PO-0077"
    caller.refusal("GET", "/procurement/purchaseorders/7/lineitems", 404)


def test_vendor_invoices_are_given_missing_or_too_long(caller):
    receipts = export(caller, "Products")["purchaseTransactions"]
    numbers = [found["vendorInvoiceNumber"] for found in receipts]
    assert max(map(len, numbers)) > 15
    missing = receipt(caller, NO_SLIP)
    assert (missing["vendorInvoiceNumber"], missing["packingSlip"]) == ("", "")
    assert "vendorInvoiceDate" not in missing
    assert numbers.count(firm.DOUBLE_VENDOR_INVOICE) == 2
    direct = [found for found in receipts if found["dropshipFlag"]]
    assert [found["shipToCompany"]["identifier"] for found in direct] == ["Acme"]
    assert all(line["dropShippedFlag"] for line in direct[0]["purchaseDetail"] if "item" in line)


def test_the_same_slip_again_has_the_same_id_with_entries_of_its_own(caller, site):
    first = receipt(caller, NO_SLIP)
    mark(caller, "OCT-P", "Products", purchase_ids(first))
    assert site.batch_of_procurement(NO_SLIP) == "OCT-P"
    site.receive_again(NO_SLIP, vendor_invoice_number="EA-9", days_later=2)
    assert NO_SLIP in site.unposted_product_ids()
    assert site.batch_of_procurement(NO_SLIP) is None
    second = receipt(caller, NO_SLIP)
    assert second["total"] == first["total"]
    assert set(purchase_ids(second)).isdisjoint(purchase_ids(first))
    assert (second["vendorInvoiceNumber"], second["documentDate"]) == ("EA-9", "2026-10-14T00:00:00")
    site.unbatch_procurement(NO_SLIP)
    both = receipt(caller, NO_SLIP)  # now Manage shows the two as one
    assert both["total"] == 2 * first["total"]
    assert set(purchase_ids(both)) == {*purchase_ids(first), *purchase_ids(second)}
    with pytest.raises(ValueError, match="is no receipt"):
        site.receive_again("12-adjustment")


def test_adjustments_have_the_quantity_the_other_way_round(caller):
    found = {row["id"]: row for row in export(caller, "Products")["adjustmentTransactions"]}
    up, mixed = found["12"], found["13"]
    assert up["adjustmentDescription"] == "12-Cycle count"
    (line,) = up["adjustmentDetail"]
    assert (line["quantity"], line["cost"], line["total"]) == (-10, Decimal("1.25"), Decimal("12.50"))
    assert [x["quantity"] for x in mixed["adjustmentDetail"]] == [2, -5]
    for number, row in found.items():
        record = caller.get(f"/procurement/adjustments/{number}")
        details = record["adjustmentDetails"]
        assert [-x["quantity"] for x in row["adjustmentDetail"]] == [x["quantityAdjusted"] for x in details]
        for line, detail in zip(row["adjustmentDetail"], details, strict=True):
            assert line["total"] == -line["quantity"] * detail["unitCost"]
        assert row["accountNumber"] == "5900:300:TP"
        assert row["glTypeID"] == "IA"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"server_version": "v2025.8.114523"}, False),
        ({"server_version": "v2026.4.1"}, False),
        ({"server_version": "v2026.11.1"}, True),
        ({"server_version": "v2025.8.114523", "glentry_rec_id": True}, True),
        ({"server_version": "v2026.11.1", "glentry_rec_id": False}, False),
    ],
)
def test_newer_servers_name_the_entries_of_adjustments(options, named):
    assert generate_site(invoices=0, procurement=6, **options).records.adjustment_entry_ids is named


@pytest.mark.parametrize("named", [True, False])
def test_an_adjustments_entries_are_in_the_export_or_only_in_the_rows(caller, site, named):
    site.records.adjustment_entry_ids = named
    (row,) = export(caller, "Products", includedProductIds=["13-adjustment"])["adjustmentTransactions"]
    known = [line.get("glEntryRecID") for line in row["adjustmentDetail"]]
    listed = [r["id"] for r in rows_by_id(caller)["13-adjustment"]]
    assert known == (listed if named else [None, None])
    mark(caller, "OCT-P", "Products", listed)
    assert site.batch_of_procurement("13-adjustment") == "OCT-P"


def test_a_transfer_of_two_items_is_two_objects_with_one_id(caller, site):
    transfers = export(caller, "Products")["inventoryTransfers"]
    vans = [t for t in transfers if t["transferId"] == 59]
    assert [(t["item"]["identifier"], t["quantity"], t["total"]) for t in vans] == [
        ("PATCH10", 4, Decimal("5.00")),
        ("SWITCH24", 1, Decimal("180.00")),
    ]
    site.set_location_xref(firm.WAREHOUSE_WITHOUT_XREF, firm.LOCATION_XREF_TO_GIVE)
    for found in export(caller, "Products")["inventoryTransfers"]:
        assert found["total"] == found["quantity"] * found["cost"]
        assert found["total"] + found["offset"]["total"] == 0
        assert (found["transferFromLocationXref"], found["transferToLocationXref"]) == ("TPA", "ORL")
    listed = [row["id"] for row in rows_by_id(caller)["59-transfer"]]
    mark(caller, "A", "Products", listed)
    assert "59-transfer" in site.unposted_product_ids()  # its offsets are still open
    mark(caller, "B", "Products", [found["offset"]["id"] for found in vans])
    assert "59-transfer" not in site.unposted_product_ids()


def test_a_receipt_stays_unposted_without_its_freight_and_tax(caller, site):
    found = receipt(caller, FIRST)
    items = [line["id"] for line in found["purchaseDetail"] if line["glTypeId"] == "RP"]
    mark(caller, "OCT-P", "Products", items)
    assert FIRST in site.unposted_product_ids()
    assert [row["id"] for row in rows_by_id(caller)[FIRST]] == sorted(set(purchase_ids(found)) - set(items))


def test_a_batch_is_exported_again_as_it_was_and_deleted(caller, site):
    answer = export(caller, "Products", includedProductIds=[FIRST, "12-adjustment", "58-transfer"])
    ids = [row["id"] for name in (FIRST, "12-adjustment", "58-transfer") for row in rows_by_id(caller)[name]]
    ids += [found["offset"]["id"] for found in answer["inventoryTransfers"]]
    mark(caller, "OCT-P", "Products", ids)
    (batch,) = caller.get(f"{ACCOUNTING}/batches")
    entries = caller.get(f"{ACCOUNTING}/batches/{batch['id']}/entries", pageSize=1000)
    assert sorted(entry["id"] for entry in entries) == sorted(ids)
    assert {entry["purchaseOrder"]["name"] for entry in entries if "purchaseOrder" in entry} == {"PO-0077"}
    assert {entry["transfer"] for entry in entries if "transfer" in entry} == {"58"}
    body = {"exportProductsFlag": True, "thruDate": "2026-12-31T23:59:59Z"}
    again = caller.post(f"{ACCOUNTING}/batches/{batch['id']}/export", body)
    for part in ("purchaseTransactions", "adjustmentTransactions", "inventoryTransfers"):
        assert again[part] == answer[part]
    caller.ask("DELETE", f"{ACCOUNTING}/batches/{batch['id']}")
    assert site.unposted_product_ids() == tuple(rows_by_id(caller))
    assert len(site.unposted_product_ids()) == 40


def test_a_purchase_order_is_taken_out_of_its_batches_and_put_back(caller, site):
    path = "/procurement/purchaseorders/77"
    caller.refusal("POST", f"{path}/unbatch", 400)
    caller.refusal("POST", "/procurement/purchaseorders/7/unbatch", 404)
    for name, product_id in (("A", FIRST), ("B", SECOND), ("C", RETURN)):
        mark(caller, name, "Products", purchase_ids(receipt(caller, product_id)))
    assert all(line["batchedFlag"] for line in caller.get(f"{path}/lineitems"))
    assert caller.post(f"{path}/unbatch", None)["success"] is True
    assert {FIRST, SECOND, RETURN} <= set(site.unposted_product_ids())
    assert caller.post(f"{path}/rebatch", None)["success"] is True
    assert [site.batch_of_procurement(x) for x in (FIRST, SECOND, RETURN)] == ["A", "B", "C"]
    caller.refusal("POST", f"{path}/rebatch", 400)
    site.close_batch(caller.get(f"{ACCOUNTING}/batches", conditions='batchIdentifier="B"')[0]["id"])
    caller.refusal("POST", f"{path}/unbatch", 400)
    assert site.batch_of_procurement(FIRST) == "A"
    site.unbatch_procurement(FIRST)
    with pytest.raises(ValueError, match="closed batch"):
        site.unbatch_procurement(SECOND)


def test_the_request_is_honoured(caller):
    early = export(caller, "Products", thruDate="2026-10-09T23:59:59Z")["purchaseTransactions"]
    assert max(found["documentDate"] for found in early) == "2026-10-09T00:00:00"
    october = export(caller, "Products", thruDate="2026-10-31T23:59:59Z")["purchaseTransactions"]
    everything = export(caller, "Products")["purchaseTransactions"]
    assert [found["packingSlip"] for found in everything if found not in october] == ["PS150"]
    orlando = export(caller, "Products", locationId=3)
    assert {found["packingSlip"] for found in orlando["purchaseTransactions"]} == {"PS133"}
    assert orlando["inventoryTransfers"] == []
    without = export(caller, "Products", excludedProductIds=[FIRST])["purchaseTransactions"]
    assert [found for found in everything if found not in without] == [receipt(caller, FIRST)]
    caller.refusal("POST", f"{ACCOUNTING}/export", 400, json={"exportProductsFlag": True, "includedProductIds": []})


def test_the_vendor_xref_and_the_location_xref_are_mended(caller, site):
    number = firm.VENDOR_WITHOUT_XREF
    (row,) = [v for v in export(caller, "Products")["vendors"] if v["vendor"]["id"] == number]
    assert (row["vendorNumber"], row["accountNumber"]) == ("", "HP-4007")  # our number there is no vendor id
    site.set_vendor_xref(number, firm.VENDOR_XREF_TO_GIVE)
    assert caller.get(f"/company/companies/{number}")["vendorIdentifier"] == "CABLEW"
    patch = [{"op": "add", "path": "/vendorIdentifier", "value": "OTHER"}]
    assert caller.ask("PATCH", f"/company/companies/{number}", json=patch).status_code == 200
    assert "OTHER" in {found["vendorNumber"] for found in export(caller, "Products")["purchaseTransactions"]}
    assert "locationXref" not in caller.get("/procurement/warehouses/2")
    patch = [{"op": "add", "path": "/locationXref", "value": "ORL"}]
    assert caller.ask("PATCH", "/procurement/warehouses/2", json=patch).json()["locationXref"] == "ORL"
    caller.refusal("PATCH", "/procurement/warehouses/2", 400, json=[{**patch[0], "value": "x" * 11}])


def test_units_bins_and_types_are_the_firms(caller):
    assert {u["name"]: u.get("uomScheduleXref", "") for u in caller.get("/procurement/unitOfMeasures")} == {
        "Each": "EA",
        "Box": "BOX",
        "TB": "",
    }
    (box,) = caller.get("/procurement/unitOfMeasures/14/conversions")
    assert (box["quantity"], box["uomType"]["name"], box["parentUOM"]["name"]) == (firm.BOX_OF, "Each", "Box")
    assert caller.get("/procurement/unitOfMeasures/13/conversions") == []
    assert {b["id"]: b["warehouse"]["id"] for b in caller.get("/procurement/warehouseBins")} == {
        number: warehouse for number, (_, warehouse, _) in firm.BINS.items()
    }
    assert {t["typeXref"] for t in caller.get("/procurement/types")} >= {"InventoryPart", "Service"}
