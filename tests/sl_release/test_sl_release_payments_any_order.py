"""Whatever is entered in whatever order, documents, applications, balances and general ledger agree to the cent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sl_release_company import rows_of
from sl_release_ledger import check_receivables_hold
from sqlalchemy import Engine

from xlpy.demo.company import payments
from xlpy.domain.values.money import round_money
from xlpy.errors import SlError

FIRST_DAY = date(2026, 10, 1)
# Customer and invoice: in dollars, and in euros with a rate that moves.
INVOICES = (("EVERGR", "09005"), ("FISCHE", "09010"))


def part(amount: Decimal, percent: int) -> Decimal:
    return max(round_money(amount * percent / 100, 2), Decimal("0.01"))


def balance(company: Engine, ref_nbr: str, doc_type: str) -> Decimal:
    return sum((row["CuryDocBal"] for row in rows_of(company, "ARDoc", RefNbr=ref_nbr, DocType=doc_type)), Decimal(0))


class Desk:
    """An accountant who does one thing after another with one invoice of a customer."""

    def __init__(self, company: Engine, customer: str, invoice: str) -> None:
        self.company = company
        self.customer = customer
        self.invoice = invoice
        self.credits: list[tuple[str, str]] = []  # DocType and reference
        self.write_offs: list[str] = []
        self.day = FIRST_DAY

    def do(self, action: str, percent: int, which: int) -> None:
        self.day += timedelta(days=1)
        try:
            ACTIONS[action](self, percent, which)
        except SlError as refused:  # the entry screen may refuse, the release may not
            if refused.text.startswith("SL refused"):
                raise

    def owed(self) -> Decimal:
        return balance(self.company, self.invoice, "IN")

    def credit(self, which: int) -> tuple[str, str]:
        return self.credits[which % len(self.credits)] if self.credits else ("PA", "NONE")

    def pay(self, percent: int, which: int) -> None:
        discount = part(self.owed(), 2) if which % 3 == 0 else Decimal(0)
        rate = Decimal("1.02") + Decimal(which) / 777
        paid = payments.pay(
            self.company,
            self.invoice,
            part(self.owed(), percent),
            on=self.day,
            discount=discount,
            rate=round_money(rate, 4),
        )
        self.credits.append(("PA", paid.ref_nbr))

    def enter_memo(self, percent: int, _which: int) -> None:
        memo = payments.enter_memo(self.company, self.customer, part(Decimal(500), percent), on=self.day)
        self.credits.append(("CM", memo.ref_nbr))

    def prepay(self, percent: int, _which: int) -> None:
        paid = payments.prepay(self.company, self.customer, part(Decimal(700), percent), on=self.day)
        self.credits.append(("PP", paid.ref_nbr))

    def apply(self, percent: int, which: int) -> None:
        doc_type, ref_nbr = self.credit(which)
        amount = part(min(self.owed(), balance(self.company, ref_nbr, doc_type)), min(percent, 100))
        way = payments.apply_credit_memo if doc_type == "CM" else payments.apply_payment
        way(self.company, ref_nbr, self.invoice, amount, on=self.day)

    def write_off(self, percent: int, _which: int) -> None:
        written = payments.write_off(self.company, self.invoice, part(self.owed(), percent), on=self.day)
        self.write_offs.append(written.ref_nbr)

    def write_off_credit(self, percent: int, which: int) -> None:
        doc_type, ref_nbr = self.credit(which)
        amount = part(balance(self.company, ref_nbr, doc_type), percent)
        payments.write_off_credit(self.company, ref_nbr, amount, on=self.day)

    def bounce(self, _percent: int, which: int) -> None:
        payments.bounce(self.company, self.credit(which)[1], on=self.day)

    def reverse(self, _percent: int, which: int) -> None:
        references = [*(ref for _, ref in self.credits), *self.write_offs] or ["NONE"]
        payments.reverse_payment(self.company, references[which % len(references)], on=self.day)

    def reverse_application(self, _percent: int, which: int) -> None:
        payments.reverse_application(self.company, self.credit(which)[1], self.invoice, on=self.day)


ACTIONS: dict[str, Callable[[Desk, int, int], None]] = {
    "pay": Desk.pay,
    "memo": Desk.enter_memo,
    "prepay": Desk.prepay,
    "apply": Desk.apply,
    "write off": Desk.write_off,
    "write off credit": Desk.write_off_credit,
    "bounce": Desk.bounce,
    "reverse": Desk.reverse,
    "reverse application": Desk.reverse_application,
}
STEPS = st.lists(
    st.tuples(st.sampled_from(sorted(ACTIONS)), st.sampled_from((1, 33, 50, 77, 100, 130)), st.integers(0, 60)),
    min_size=4,
    max_size=9,
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.sampled_from(INVOICES), steps=STEPS)
def test_documents_applications_balances_and_ledger_agree(
    demo_again: Callable[[], Engine], subject: tuple[str, str], steps: list[tuple[str, int, int]]
) -> None:
    company = demo_again()
    desk = Desk(company, *subject)
    desk.do("pay", 50, steps[0][2])
    for action, percent, which in steps:
        desk.do(action, percent, which)
    check_receivables_hold(company)
