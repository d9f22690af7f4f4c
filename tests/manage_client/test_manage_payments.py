"""What is paid, through the client: read to the cent, and a payment is never recorded twice or taken for recorded."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.shown import unposted
from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageError, ManageRefused, ManageSpokeNonsense, ManageUnreachable
from xlpy.manage.client import ManageClient
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

SECRETS = ManageSecrets(access.PRIVATE_KEY, access.INTEGRATOR_PASSWORD)
INVOICE = 4401
PAYMENTS = f"/finance/invoices/{INVOICE}/payments"
PAID = Decimal("450.10")
DAY = date(2026, 11, 3)
UNCLEAR = [
    Fault(FaultKind.DROP_AFTER),
    Fault(FaultKind.SERVER_TIMEOUT, after=True),
    Fault(FaultKind.UNAVAILABLE, after=True),
    Fault(FaultKind.HTML, status=200, after=True),
    Fault(FaultKind.TEXT, status=502, after=True),
]
NOT_DONE = [
    Fault(FaultKind.DROP_BEFORE),
    Fault(FaultKind.SERVER_TIMEOUT),
    Fault(FaultKind.HTML, status=200),
    Fault(FaultKind.HTML, status=502),
]
REFUSED = [Fault(FaultKind.UNAUTHORIZED), Fault(FaultKind.FORBIDDEN)]


def named(fault):
    return f"{fault.kind}{fault.status or ''}"


@pytest.fixture(scope="module")
def running():
    with serve(generate_site(invoices=20)) as served:
        yield served


@pytest.fixture(scope="module")
def fresh(running):
    return running.site.backup()


@pytest.fixture
def site(running, fresh):
    site = running.site
    site.restore(fresh)
    site.faults.clear()
    site.calls.clear()
    site.clock = lambda: datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    return site


@pytest.fixture
def manage(running, site, slept):
    settings = ManageSettings(
        url=running.url,
        company=access.COMPANY,
        client_id=access.CLIENT_ID,
        public_key=access.PUBLIC_KEY,
        codebase="v4_6_release",
    )
    with ManageClient(settings, SECRETS, sleep=slept.append) as client:
        yield client


def arm(site, fault, method, path=f"{PAYMENTS}.*", *, times=1):
    site.faults.add(Fault(fault.kind, method, path, 1, times, fault.retry_after, fault.status, fault.after))


def sent(site, method):
    return sum(1 for known, _ in site.calls if known == method)


def balance(manage, invoice=INVOICE):
    return manage.invoices([invoice])[invoice].balance


def test_an_invoice_shows_what_manage_takes_for_paid(manage, site):
    mine = site.records.invoices[INVOICE]
    site.add_payment(INVOICE, Decimal("6.60"), DAY)
    invoice = manage.invoices([INVOICE])[INVOICE]
    assert (invoice.number, invoice.total, invoice.invoice_type) == ("10001", mine.total, mine.invoice_type)
    assert (invoice.payments, invoice.credits, invoice.balance) == (Decimal("6.60"), 0, mine.total - Decimal("6.60"))
    assert (invoice.currency, invoice.decimals, invoice.invoice_date) == (mine.currency, 2, mine.invoice_date)
    assert (invoice.batch, invoice.unbatched_from, invoice.status) == ("", "", "Closed")
    assert invoice.account_number == site.table("companies")[mine.company_id]["accountNumber"]
    assert invoice.company.id == mine.company_id
    memo = next(i for i in site.records.invoices.values() if i.is_credit)
    assert manage.invoices([memo.id])[memo.id].is_credit_memo


def test_an_invoice_names_its_batch_and_the_one_it_was_taken_out_of(manage, site):
    invoice = site.records.invoices[INVOICE]
    manage.create_batch("B", invoice.entry_ids, [Kind.INVOICE])
    assert manage.invoices([INVOICE])[INVOICE].batch == "B"
    site.unbatch(INVOICE)
    found = manage.invoices([INVOICE])[INVOICE]
    assert (found.batch, found.unbatched_from) == ("", "B")


def test_invoices_are_found_by_numbers_without_regard_to_case(manage, site, caplog):
    odd = ['10"01', "1\\", "O'Neil", "10\n01"]
    told = []
    with caplog.at_level(logging.WARNING, "xlpy.manage"):
        found = manage.invoices_numbered([" 10002 ", "10001", "10002", "", "77", *odd], lambda *now: told.append(now))
    assert sorted(invoice.number for invoice in found) == ["10001", "10002"]
    assert told == [(3, 3)]
    assert sum("Manage is not asked for it" in line for line in caplog.messages) == len(odd)
    assert manage.invoices_numbered(odd) == ()
    assert sent(site, "GET") == 1


def test_amounts_are_exact_in_a_currency_without_decimals(manage, site):
    yen = next(i for i in site.records.invoices.values() if not i.is_credit)
    site.records.invoices[yen.id] = replaced(yen, currency="JPY")
    site.changed()
    with pytest.raises(ManageError, match="exactly"):
        manage.create_payment(yen.id, Decimal("10.5"), DAY, decimals=0)
    manage.create_payment(yen.id, Decimal(100), DAY, decimals=0)
    assert manage.invoices([yen.id])[yen.id].decimals == 0
    assert [str(p.amount) for p in manage.payments_of(yen.id, decimals=0)] == ["100"]


def replaced(record, **changes):
    return type(record)(**{name: getattr(record, name) for name in record.__dataclass_fields__} | changes)


@pytest.mark.parametrize("amount", ["0.01", "0.07", "450.10", "1006.63", "999.99"])
def test_a_payment_arrives_to_the_cent(manage, site, amount):
    total = site.records.invoices[INVOICE].total
    made = manage.create_payment(INVOICE, Decimal(amount), DAY)
    assert made == manage.payments_of(INVOICE)[0]
    assert (made.amount, made.payment_date, made.invoice_id) == (Decimal(amount), DAY, INVOICE)
    assert made.is_plain
    assert made.applied_by
    assert [p.amount for p in site.payments_on(INVOICE)] == [Decimal(amount)]
    assert balance(manage) == total - Decimal(amount)


def test_a_payment_without_a_date_is_dated_by_manage(manage):
    assert manage.create_payment(INVOICE, PAID, None).payment_date == date(2026, 11, 5)


@pytest.mark.parametrize("amount", [Decimal("1.005"), Decimal("NaN"), Decimal("12345678901234567.89")])
def test_an_amount_that_can_not_be_sent_exactly_is_not_sent(manage, site, amount):
    with pytest.raises(ManageError, match="exactly"):
        manage.create_payment(INVOICE, amount, DAY)
    with pytest.raises(ManageError, match="exactly"):
        manage.change_payment(INVOICE, 7100, amount, DAY)
    assert site.calls == []


def test_a_payment_is_changed_and_removed(manage, site):
    made = manage.create_payment(INVOICE, PAID, DAY)
    changed = manage.change_payment(INVOICE, made.id, Decimal("500.05"), date(2026, 11, 9))
    assert (changed.id, changed.amount, changed.payment_date) == (made.id, Decimal("500.05"), date(2026, 11, 9))
    assert manage.change_payment(INVOICE, made.id, PAID, None).payment_date == date(2026, 11, 9)
    manage.remove_payment(INVOICE, made.id)
    assert manage.payments_of(INVOICE) == ()
    assert balance(manage) == site.records.invoices[INVOICE].total
    manage.remove_payment(INVOICE, made.id)  # gone is done
    manage.remove_payment(9, made.id)  # the invoice too


def test_a_second_payment_is_never_sent(manage, site):
    site.add_payment(INVOICE, Decimal(1), DAY, by="KMorales")
    with pytest.raises(ManageError, match="one payment record per invoice"):
        manage.create_payment(INVOICE, PAID, DAY)
    assert sent(site, "POST") == 0
    assert [p.applied_by for p in manage.payments_of(INVOICE)] == ["KMorales"]


def test_a_payment_beside_a_credit_memo_and_the_vendors_product_is_sent(manage, site):
    site.add_payment(INVOICE, Decimal(1), DAY, source="WisePay")
    manage.create_payment(INVOICE, PAID, DAY)
    assert [p.is_plain for p in manage.payments_of(INVOICE)] == [False, True]


def test_an_applied_credit_memo_is_not_plain(manage, site):
    invoices = list(site.records.invoices.values())
    memo, invoice = next(
        (m, i) for m in invoices for i in invoices if m.is_credit and i.company_id == m.company_id and i.total > 1
    )
    site.apply_credit(memo.id, invoice.id, Decimal(1))
    (applied,) = manage.payments_of(invoice.id)
    assert (applied.is_plain, applied.credit_id, applied.amount) == (False, memo.id, 1)
    assert manage.invoices([invoice.id])[invoice.id].credits == 1
    assert manage.invoices([memo.id])[memo.id].credits == -1


def test_what_manage_refuses_is_raised(manage, site):
    for amount in (Decimal(0), Decimal(-1), Decimal("1006.65")):
        with pytest.raises(ManageRefused) as refused:
            manage.create_payment(INVOICE, amount, DAY)
        assert refused.value.status == 400
    with pytest.raises(ManageRefused) as refused:
        manage.create_payment(9, PAID, DAY)
    assert refused.value.status == 404
    with pytest.raises(ManageRefused) as refused:
        manage.change_payment(INVOICE, 9, PAID, DAY)
    assert refused.value.status == 404
    assert site.payments_on(INVOICE) == ()


@pytest.mark.parametrize("fault", UNCLEAR, ids=named)
def test_after_an_unclear_answer_the_work_that_was_done_is_seen(manage, site, fault):
    arm(site, fault, "POST")
    made = manage.create_payment(INVOICE, PAID, DAY)
    assert [(p.id, p.amount) for p in site.payments_on(INVOICE)] == [(made.id, PAID)]
    arm(site, fault, "PATCH")
    assert manage.change_payment(INVOICE, made.id, Decimal(7), DAY).amount == 7
    arm(site, fault, "DELETE")
    manage.remove_payment(INVOICE, made.id)
    assert site.payments_on(INVOICE) == ()
    assert [sent(site, method) for method in ("POST", "PATCH", "DELETE")] == [1, 1, 1]


@pytest.mark.parametrize("fault", NOT_DONE, ids=named)
def test_after_an_unclear_answer_without_the_work_it_is_not_sent_again(manage, site, fault):
    arm(site, fault, "POST")
    with pytest.raises(ManageUnreachable, match=r"not known whether a payment of 450\.10 was recorded") as unclear:
        manage.create_payment(INVOICE, PAID, DAY)
    assert unclear.value.sent
    assert site.payments_on(INVOICE) == ()
    made = manage.create_payment(INVOICE, PAID, DAY)
    arm(site, fault, "PATCH")
    with pytest.raises(ManageUnreachable, match=r"was changed to 7\.00") as unclear:
        manage.change_payment(INVOICE, made.id, Decimal(7), DAY)
    assert unclear.value.sent
    arm(site, fault, "DELETE")
    with pytest.raises(ManageUnreachable, match="was removed") as unclear:
        manage.remove_payment(INVOICE, made.id)
    assert unclear.value.sent
    assert [p.amount for p in site.payments_on(INVOICE)] == [PAID]
    assert [sent(site, method) for method in ("POST", "PATCH", "DELETE")] == [2, 1, 1]


@pytest.mark.parametrize("fault", REFUSED, ids=named)
def test_a_clear_refusal_is_raised_as_it_is(manage, site, fault):
    made = manage.create_payment(INVOICE, PAID, DAY)
    calls = {
        "POST": lambda: manage.create_payment(4402, Decimal(1), DAY),
        "PATCH": lambda: manage.change_payment(INVOICE, made.id, Decimal(7), DAY),
        "DELETE": lambda: manage.remove_payment(INVOICE, made.id),
    }
    for method, call in calls.items():
        arm(site, fault, method, "/finance/invoices/.*")
        with pytest.raises(ManageRefused) as refused:
            call()
        assert refused.value.status == int(fault.kind)
    assert site.payments_on(4402) == ()
    assert [p.amount for p in site.payments_on(INVOICE)] == [PAID]


def test_too_many_requests_are_waited_for_as_manage_asks(manage, site, slept):
    too_many = Fault(FaultKind.TOO_MANY, retry_after=11)
    arm(site, too_many, "POST")
    made = manage.create_payment(INVOICE, PAID, DAY)
    arm(site, too_many, "PATCH")
    assert manage.change_payment(INVOICE, made.id, Decimal(7), DAY).amount == 7
    arm(site, too_many, "DELETE")
    manage.remove_payment(INVOICE, made.id)
    assert slept == [11, 11, 11]
    arm(site, too_many, "POST", times=None)
    with pytest.raises(ManageRefused) as refused:
        manage.create_payment(INVOICE, PAID, DAY)
    assert refused.value.status == 429
    assert site.payments_on(INVOICE) == ()


def test_after_too_many_requests_a_payment_that_is_there_stops_the_second_one(manage, site):
    arm(site, Fault(FaultKind.TOO_MANY, after=True), "POST")
    with pytest.raises(ManageRefused):
        manage.create_payment(INVOICE, PAID, DAY)
    assert sent(site, "POST") == 1
    assert len(site.payments_on(INVOICE)) == 1


def test_a_404_that_speaks_of_the_address_is_no_removed_payment(manage, site):
    made = manage.create_payment(INVOICE, PAID, DAY)
    arm(site, Fault(FaultKind.NOT_FOUND), "DELETE")
    with pytest.raises(ManageRefused) as refused:
        manage.remove_payment(INVOICE, made.id)
    assert refused.value.status == 404
    assert len(site.payments_on(INVOICE)) == 1


def test_when_manage_can_not_be_asked_afterwards_it_stays_unknown(manage, site, slept):
    arm(site, Fault(FaultKind.DROP_AFTER), "POST")

    def then_break(method, _path):
        if method == "POST":
            arm(site, Fault(FaultKind.SERVER_TIMEOUT), "GET", times=None)

    site.before_request = then_break
    try:
        with pytest.raises(ManageUnreachable, match="not known whether") as unclear:
            manage.create_payment(INVOICE, PAID, DAY)
    finally:
        site.before_request = None
    assert unclear.value.sent
    assert slept  # the reading was repeated
    assert len(site.payments_on(INVOICE)) == 1


def test_somebody_elses_payment_of_another_amount_is_not_taken_for_ours(manage, site):
    arm(site, Fault(FaultKind.DROP_BEFORE), "POST")

    def meanwhile(method, _path):
        if method == "POST":
            site.add_payment(INVOICE, Decimal(3), DAY)

    site.before_request = meanwhile
    try:
        with pytest.raises(ManageUnreachable):
            manage.create_payment(INVOICE, PAID, DAY)
    finally:
        site.before_request = None
    assert [p.amount for p in site.payments_on(INVOICE)] == [3]


def test_an_answer_without_an_id_is_settled_by_reading(client, stub, reply):
    base = "/v4_6_release/apis/3.0/finance/invoices/5/payments"
    mine = {"id": 8, "type": "P", "amount": 2.5, "paymentDate": "2026-11-03T00:00:00Z"}
    stub.on("GET", base, [], [mine])
    stub.on("POST", base, reply({"ok": True}, 201))
    assert client.create_payment(5, Decimal("2.50"), DAY).id == 8
    (call,) = stub.served(base, "POST")
    assert call.body == {
        "type": "P",
        "amount": 2.5,
        "invoice": {"id": 5},
        "paymentDate": "2026-11-03T00:00:00Z",
    }
    stub.on("PATCH", f"{base}/8", reply([1]))
    stub.on("GET", base, [{**mine, "amount": 3.25}])
    assert client.change_payment(5, 8, Decimal("3.25"), None).amount == Decimal("3.25")
    (call,) = stub.served(f"{base}/8", "PATCH")
    assert call.body == [{"op": "replace", "path": "/amount", "value": 3.25}]


def test_two_new_payments_of_that_amount_are_nobodys(client, stub, reply):
    base = "/v4_6_release/apis/3.0/finance/invoices/5/payments"
    mine = {"id": 8, "type": "P", "amount": 2.5, "paymentDate": "2026-11-03T00:00:00Z"}
    stub.on("GET", base, [], [mine, {**mine, "id": 9}])
    stub.on("POST", base, reply(b"<html>", 200))
    with pytest.raises(ManageUnreachable, match="not known whether"):
        client.create_payment(5, Decimal("2.50"), DAY)


def test_payments_that_are_no_list_are_no_payments(client, stub):
    stub.on("GET", "/v4_6_release/apis/3.0/finance/invoices/5/payments", {"value": []})
    with pytest.raises(ManageSpokeNonsense):
        client.payments_of(5)


def test_of_twenty_thousand_invoices_only_those_asked_for_are_made(monkeypatch, slept):
    site = generate_site(invoices=40)
    some = list(site.records.invoices.values())
    for number in range(20_000):
        copy = replaced(some[number % len(some)], id=100_000 + number, number=f"A{number}", has_entries=False)
        site.records.invoices[copy.id] = copy
    made = []
    real = unposted.invoice_record
    monkeypatch.setattr(unposted, "invoice_record", lambda s, i: made.append(i.id) or real(s, i))
    with serve(site) as served:
        settings = ManageSettings(served.url, access.COMPANY, access.CLIENT_ID, access.PUBLIC_KEY)
        with ManageClient(settings, SECRETS, sleep=slept.append) as manage:
            told = []
            ids = range(100_000, 100_250)
            assert set(manage.invoices(ids, lambda *now: told.append(now))) == set(ids)
            assert [now for now in told if now[1] != 250] == []
            assert told[-1] == (250, 250)
            assert len(made) == 250
            made.clear()
            found = manage.invoices_numbered([f"a{number}" for number in range(150)])
            assert len(found) == 150 == len(made)
