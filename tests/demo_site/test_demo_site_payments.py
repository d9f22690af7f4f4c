"""Payments of an invoice at the demo site: what they move, what is refused, and what is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from published_forms import as_json, validate

from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.shown import unposted
from xlpy.demo.site.store import Site

INVOICE = 4401  # 1,006.64 in USD, of the customer of memo 10010
PAYMENTS = f"/finance/invoices/{INVOICE}/payments"
TWENTY = {"type": "P", "amount": 20.00, "paymentDate": "2026-11-03T00:00:00Z", "invoice": {"id": INVOICE}}


@pytest.fixture
def site():
    site = generate_site(invoices=20)
    site.clock = lambda: datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    return site


def shown(caller, invoice=INVOICE):
    record = caller.get(f"/finance/invoices/{invoice}")
    assert record["balance"] == record["total"] - record["payments"] - record["credits"]
    return record["payments"], record["credits"], record["balance"]


def paid(caller, **changes):
    return caller.post(PAYMENTS, {**TWENTY, **changes}, status=201)


def changed(caller, payment, **values):
    operations = [{"op": "replace", "path": f"/{name}", "value": value} for name, value in values.items()]
    return caller.ask("PATCH", f"{PAYMENTS}/{payment['id']}", json=operations)


def test_a_payment_is_recorded_changed_replaced_and_removed(caller, site):
    total = site.records.invoices[INVOICE].total
    assert caller.get(PAYMENTS) == []
    made = paid(caller)
    validate(as_json(made), "InvoicePayment")
    assert (made["amount"], made["paymentDate"], made["invoiceTotal"]) == (20, "2026-11-03T00:00:00Z", total)
    assert caller.get(PAYMENTS) == [made] == [caller.get(f"{PAYMENTS}/{made['id']}")]
    assert shown(caller) == (Decimal(20), 0, total - 20)
    answer = changed(caller, made, amount=450.25, paymentDate="2026-11-04T00:00:00Z")
    validate(answer.json(), "InvoicePayment")
    assert (answer.json()["amount"], answer.json()["paymentDate"]) == (450.25, "2026-11-04T00:00:00Z")
    assert shown(caller) == (Decimal("450.25"), 0, total - Decimal("450.25"))
    whole = caller.ask("PUT", f"{PAYMENTS}/{made['id']}", json={"amount": float(total)})
    assert whole.status_code == 200
    assert "paymentDate" not in whole.json()  # left out: cleared
    assert shown(caller) == (total, 0, 0)
    assert caller.ask("DELETE", f"{PAYMENTS}/{made['id']}").status_code == 204
    assert caller.get(PAYMENTS) == []
    assert shown(caller) == (0, 0, total)


def test_a_payment_without_a_date_takes_todays(caller):
    body = {name: value for name, value in TWENTY.items() if name != "paymentDate"}
    assert caller.post(PAYMENTS, body, status=201)["paymentDate"] == "2026-11-05T00:00:00Z"


def test_a_second_plain_payment_is_refused(caller):
    paid(caller)
    body = caller.refusal("POST", PAYMENTS, 400, json={**TWENTY, "amount": 1.0})
    validate(body, "ErrorResponseMessage")
    assert "has a payment already" in body["errors"][0]["message"]
    assert len(caller.get(PAYMENTS)) == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"amount": 0}, "positive"),
        ({"amount": -5.0}, "positive"),
        ({"amount": 20.001}, "2 decimals"),
        ({"amount": 1006.65}, "1006.64 that are left"),
        ({"amount": None}, "required"),
        ({"amount": "20"}, "wrong type"),
        ({"invoice": {"id": 4402}}, "another invoice"),
        ({"source": "WisePay"}, "plain"),
        ({"credit": {"id": 4410}}, "can't be set"),
        ({"shoeSize": 44}, "not known"),
    ],
)
def test_what_can_not_be_paid_is_refused_and_nothing_changes(caller, change, why):
    before = shown(caller)
    body = caller.refusal("POST", PAYMENTS, 400, json={**TWENTY, **change})
    assert why in body["errors"][0]["message"]
    made = paid(caller)
    if set(change) == {"amount"}:
        operation = {"op": "replace", "path": "/amount", "value": change["amount"]}
        caller.refusal("PATCH", f"{PAYMENTS}/{made['id']}", 400, json=[operation])
    assert caller.get(PAYMENTS) == [made]
    assert before[2] - shown(caller)[2] == 20


def test_what_the_site_fills_in_can_not_be_changed(caller):
    made = paid(caller)
    for name in ("balance", "invoiceTotal", "appliedBy"):
        value = "me" if name == "appliedBy" else 1
        assert changed(caller, made, **{name: value}).status_code == 400
    assert caller.get(PAYMENTS) == [made]


def test_unknown_invoices_and_payments_are_not_found(caller):
    made = paid(caller)
    caller.refusal("GET", "/finance/invoices/9/payments", 404)
    caller.refusal("POST", "/finance/invoices/9/payments", 404, json={"amount": 1.0})
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        for path in (f"{PAYMENTS}/{made['id'] + 1}", f"/finance/invoices/4402/payments/{made['id']}"):
            caller.refusal(method, path, 404, json={"amount": 1.0} if method in ("PUT", "PATCH") else None)
    caller.refusal("GET", f"{PAYMENTS}/count", 404)


def memo_with_invoice(site):
    """A credit memo, and an invoice of the same customer that is larger."""
    invoices = list(site.records.invoices.values())
    return next(
        (memo, invoice)
        for memo in invoices
        for invoice in invoices
        if memo.is_credit and memo.company_id == invoice.company_id and invoice.total > -memo.total
    )


def test_an_applied_credit_memo_moves_both_documents(caller, site):
    memo, invoice = memo_with_invoice(site)
    path = f"/finance/invoices/{invoice.id}/payments"
    most = -memo.total - Decimal("0.01")
    applied = site.apply_credit(memo.id, invoice.id, most)
    (row,) = caller.get(path)
    validate(as_json(row), "InvoicePayment")
    assert (row["credit"]["identifier"], row["amount"], row["source"]) == (memo.number, most, "Default")
    assert shown(caller, invoice.id) == (0, most, invoice.total - most)
    assert shown(caller, memo.id) == (0, -most, Decimal("-0.01"))
    caller.post(path, {"amount": 0.5}, status=201)  # beside it
    assert shown(caller, invoice.id)[:2] == (Decimal("0.5"), most)
    with pytest.raises(ValueError, match="can't be applied"):
        site.apply_credit(memo.id, invoice.id, Decimal("0.02"))
    stranger = next(i.id for i in site.records.invoices.values() if i.company_id != memo.company_id)
    for wrong in ((invoice.id, memo.id), (memo.id, stranger), (memo.id, memo.id)):
        with pytest.raises(ValueError, match="no credit memo for"):
            site.apply_credit(*wrong, Decimal(1))
    site.delete_payment(invoice.id, applied.id)
    assert shown(caller, invoice.id)[1] == shown(caller, memo.id)[1] == 0


def test_a_credit_memo_is_applied_changed_and_taken_off_through_the_api(caller, site):
    memo, invoice = memo_with_invoice(site)
    path, left = f"/finance/invoices/{invoice.id}/payments", -memo.total
    body = {"amount": 1.5, "credit": {"id": memo.id}, "invoice": {"id": invoice.id}}
    made = caller.post(path, body, status=201)
    validate(as_json(made), "InvoicePayment")
    assert made["credit"]["id"] == memo.id
    assert (shown(caller, invoice.id)[1], shown(caller, memo.id)[2]) == (Decimal("1.5"), Decimal("1.5") - left)
    change = [{"op": "replace", "path": "/amount", "value": float(left)}]
    assert caller.ask("PATCH", f"{path}/{made['id']}", json=change).status_code == 200
    assert shown(caller, memo.id)[2] == 0
    too_much = [{"op": "replace", "path": "/amount", "value": float(left) + 0.01}]
    caller.refusal("PATCH", f"{path}/{made['id']}", 400, json=too_much)
    caller.refusal("POST", path, 400, json=body)  # once on an invoice
    assert caller.ask("DELETE", f"{path}/{made['id']}").status_code == 204
    assert shown(caller, invoice.id)[1] == shown(caller, memo.id)[1] == 0
    caller.refusal("POST", path, 400, json=body | {"credit": {"id": invoice.id}})
    caller.refusal("POST", path, 400, json=body | {"amount": float(left) + 0.01})
    site.harsh.credits_refused = True
    caller.refusal("POST", path, 400, json=body)


def test_somebody_elses_payments_are_shown_and_only_plain_ones_can_be_changed(caller, site):
    site.add_payment(INVOICE, Decimal("5.00"), date(2026, 11, 2), source="WisePay", by="KMorales")
    (row,) = caller.get(PAYMENTS)
    assert (row["source"], row["appliedBy"]) == ("WisePay", "KMorales")
    assert changed(caller, row, amount=6.0).status_code == 400
    site.add_payment(INVOICE, Decimal("7.00"), date(2026, 11, 3))
    assert caller.refusal("POST", PAYMENTS, 400, json=TWENTY)
    assert shown(caller)[0] == 12
    for amount in (Decimal(0), Decimal("1006.64")):
        with pytest.raises(ValueError, match="can't be paid"):
            site.add_payment(INVOICE, amount, date(2026, 11, 3))


def test_payments_are_kept_and_a_backup_brings_everything_back(caller, site, tmp_path):
    made = paid(caller)
    memo, invoice = memo_with_invoice(site)
    site.apply_credit(memo.id, invoice.id, Decimal("1.00"))
    site.save(tmp_path / "site.json")
    again = Site.load(tmp_path / "site.json")
    assert again.backup() == site.backup()
    assert again.payments_on(INVOICE) == site.payments_on(INVOICE)
    assert again.payments_on(invoice.id)[0].credit_id == memo.id
    backup = site.backup()
    caller.create_batch("B", list(site.records.entries))
    caller.ask("DELETE", f"{PAYMENTS}/{made['id']}")
    site.restore(backup)
    assert caller.get("/finance/accounting/batches") == []
    assert caller.get(PAYMENTS) == [made]
    assert len(caller.get("/finance/accounting/unpostedinvoices")) == 20
    with pytest.raises(ValueError, match="Expecting value"):
        site.restore(b"no site")


def test_a_fault_comes_before_the_work_or_after_it(caller, site):
    site.faults.add(Fault(FaultKind.SERVER_TIMEOUT, "POST", PAYMENTS, after=True))
    assert caller.ask("POST", PAYMENTS, json=TWENTY).status_code == 500
    (made,) = caller.get(PAYMENTS)
    site.faults.add(Fault(FaultKind.HTML, "PATCH", f"{PAYMENTS}/.*", status=200))
    assert changed(caller, made, amount=21.0).text.startswith("<!DOCTYPE")
    assert caller.get(PAYMENTS)[0]["amount"] == 20
    for kind in (FaultKind.UNAUTHORIZED, FaultKind.FORBIDDEN, FaultKind.NOT_FOUND, FaultKind.TOO_MANY):
        site.faults.add(Fault(kind, "DELETE", f"{PAYMENTS}/.*", retry_after=1))
        assert caller.ask("DELETE", f"{PAYMENTS}/{made['id']}").status_code == int(kind)
    assert caller.get(PAYMENTS) == [made]


def test_invoices_are_found_by_ids_and_numbers_without_making_every_row(caller, site, monkeypatch):
    made = []
    real = unposted.invoice_record
    monkeypatch.setattr(unposted, "invoice_record", lambda s, i: made.append(i.id) or real(s, i))

    def found(conditions, **more):
        made.clear()
        rows = caller.get("/finance/invoices", conditions=conditions, pageSize=1000, **more)
        assert caller.get("/finance/invoices/count", conditions=conditions)["count"] == len(rows)
        return [row["invoiceNumber"] for row in rows], len(made) // 2

    assert found("id in (4401,4403,9)") == (["10001", "10003"], 2)
    assert found('invoiceNumber in ("10002","10004","x")') == (["10002", "10004"], 2)
    assert found('INVOICENUMBER = "10002"') == (["10002"], 1)
    assert found('id in (4401,4403) and type = "CreditMemo"') == (["10003"], 2)
    assert found('id in (4401,4403) and invoiceNumber in ("10001")', fields="invoiceNumber") == (["10001"], 2)
    assert found("id = 4401 and id = 4402") == ([], 0)
    # What does not pin them down is looked for among all of them.
    assert found('id = 4401 or invoiceNumber = "10002"')[0] == ["10001", "10002"]
    assert found('(id = 4401 or id = 4402) and total > 0 and (id in (4402) or type = "Standard")')[0] == [
        "10001",
        "10002",
    ]
    assert "10001" not in found("id != 4401")[0]
    assert "10001" not in found("id not in (4401)")[0]
    made.clear()
    fields = "id,invoiceNumber,total,payments,balance,status/name"
    assert caller.get("/finance/invoices", conditions='invoiceNumber="10001"', fields=fields) == [
        {
            "id": INVOICE,
            "invoiceNumber": "10001",
            "total": Decimal("1006.64"),
            "payments": 0,
            "balance": Decimal("1006.64"),
            "status": {"name": "Closed"},
        }
    ]
    assert made == [INVOICE]


def test_the_list_of_invoices_shows_the_batch_they_are_in_or_were_in(caller, site, entry_ids):
    documents = caller.export(includedInvoiceIds=[4401, 4402])
    caller.create_batch("20261031KM-I", [number for document in documents for number in entry_ids(document)])
    site.unbatch(4402)
    listed = caller.get("/finance/invoices", conditions="id in (4401,4402,4404)")
    validate(as_json(listed), "Invoice[]")
    rows = {row["id"]: row for row in listed}
    assert rows[4401]["glBatch"]["name"] == "20261031KM-I"
    assert "unbatchedBatch" not in rows[4401]
    assert rows[4402]["unbatchedBatch"]["name"] == "20261031KM-I"
    assert "glBatch" not in rows[4402]
    assert {"glBatch", "unbatchedBatch"}.isdisjoint(rows[4404])
    assert all(row["accountNumber"] and row["currency"]["currencyCode"] for row in rows.values())
