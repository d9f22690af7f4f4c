"""Making the expenses of the demo firm's members, the same ones for the same seed.

Every tax is exact: net × rate of each level, rounded half up; an expense's total has its tax in it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice

from xlpy.demo import firm
from xlpy.demo.site.masters import DEPARTMENT_IDS, tax_rate
from xlpy.demo.site.payables_masters import (
    CHARGE_CODES,
    COMPANY_CARD,
    EXPENSE_ACCOUNTS,
    MEALS,
    MILEAGE,
    OWN_CARD,
    PAYABLE_MEMBERS,
    TRAVEL,
)
from xlpy.demo.site.payables_records import NON_REIMBURSABLE, PERSONAL, REIMBURSABLE, Expense
from xlpy.demo.site.records import TaxLevel
from xlpy.domain.values.money import round_money, total

FIRST_EXPENSE_ID = 611
FIRST_REPORT_ID = 301
_PLACES = ("Tampa airport", "Orlando", "Clearwater", "Port of Tampa", "Sarasota")
_WORDS = {MILEAGE: "Mileage", MEALS: "Meals", TRAVEL: "Travel"}
_JANE, _RAVI, _SOFIA, _TOM = (member.manage_id for member in firm.MEMBERS)
_ACME, _HAMBURG, _ORLANDO = (
    next(c.manage_id for c in firm.CUSTOMERS if c.identifier == name) for name in ("Acme", "FischerKG", "DeltaLog")
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An expense before it is approved. ``net``: without tax; ``customer``: 0 charges it to a charge code."""

    member: int
    on: date
    expense_type: int
    net: Decimal
    customer: int = _ACME
    memo: str = ""
    currency: str = firm.BASE_CURRENCY
    tax_code: str = ""
    classification: str = REIMBURSABLE
    company_card: bool = False
    advance: bool = False


def make_expenses(*, seed: int, count: int, company_paid: bool) -> Iterator[Expense]:
    """Yield ``count`` approved expenses from October on; some 12 are enough to have one of everything.

    ``company_paid``: whether some were paid by the company (its card, an advance) and one is personal.
    """
    reports: dict[tuple[int, date], int] = {}
    drafts = islice(_drafts(random.Random(f"expenses {seed}"), company_paid=company_paid), count)
    for index, draft in enumerate(drafts):
        start = period_start(draft.on)
        report = reports.setdefault((draft.member, start), FIRST_REPORT_ID + len(reports))
        yield _approve(draft, expense_id=FIRST_EXPENSE_ID + index, report_id=report, start=start)


def period_start(day: date) -> date:
    """Return the Monday that the expense period of a day begins with: the last one of October ends in November."""
    return day - timedelta(days=day.weekday())


def _drafts(dice: random.Random, *, company_paid: bool) -> Iterator[_Draft]:
    yield _Draft(_JANE, _october(5), MILEAGE, Decimal("33.95"))
    yield _Draft(_JANE, _october(6), MEALS, Decimal("48.20"), memo="Lunch with the harbour master")
    yield _Draft(_JANE, _october(8), TRAVEL, Decimal("312.40"), customer=_ORLANDO)
    yield _Draft(_SOFIA, _october(12), TRAVEL, Decimal("640.00"), customer=_HAMBURG, currency="EUR")
    yield _Draft(
        _SOFIA,
        _october(13),
        MEALS,
        Decimal("50.00"),
        customer=_HAMBURG,
        memo="Abendessen „Zum Anker“",
        currency="EUR",
        tax_code="DE-VAT",
    )
    if company_paid:
        yield _Draft(_TOM, _october(14), TRAVEL, Decimal("189.00"), classification=NON_REIMBURSABLE, company_card=True)
        yield _Draft(_SOFIA, _october(21), TRAVEL, Decimal("250.00"), memo="Advance for the trip", advance=True)
        yield _Draft(_JANE, _october(7), MEALS, Decimal("12.00"), classification=PERSONAL, company_card=True)
    yield _Draft(_RAVI, _october(13), MEALS, Decimal("20.00"), tax_code="FL-HILL")
    yield _Draft(_RAVI, _october(14), MILEAGE, Decimal("18.76"), customer=0)
    yield _Draft(_JANE, _october(14), MILEAGE, Decimal("-12.50"), memo="Mileage of 5 October, corrected")
    yield _Draft(_JANE, _october(15), MILEAGE, Decimal("40.20"))
    yield _Draft(_TOM, _october(27), MEALS, Decimal("-18.75"), memo="Tip claimed twice")
    yield _Draft(_SOFIA, _october(14), MEALS, Decimal("23.10"), memo="=1+2 coffees", customer=0)
    while True:
        yield _usual(dice)


def _usual(dice: random.Random) -> _Draft:
    kind = dice.choice((MILEAGE, MILEAGE, MEALS, TRAVEL))
    least, most = {MILEAGE: (400, 9_000), MEALS: (900, 7_500), TRAVEL: (4_000, 65_000)}[kind]
    return _Draft(
        dice.choice((_JANE, _RAVI, _SOFIA, _TOM)),
        _october(dice.randint(1, 31)),
        kind,
        Decimal(dice.randint(least, most)).scaleb(-2),
        customer=dice.choice((0, *(c.manage_id for c in firm.CUSTOMERS if c.currency == firm.BASE_CURRENCY))),
        memo=f"{_WORDS[kind]}, {dice.choice(_PLACES)}",
        tax_code="FL-HILL" if kind == MEALS and dice.random() < 0.5 else "",
    )


def _approve(draft: _Draft, *, expense_id: int, report_id: int, start: date) -> Expense:
    location = next((n for n, (name, _) in firm.LOCATIONS.items() if name == _city(draft.customer)), 2)
    department = "100" if draft.customer == 0 else "200"
    levels = _levels(draft)
    amount = draft.net + total(level.tax for level in levels)
    ticket = 0 if draft.customer == 0 else 1_000 + expense_id
    code = 0 if draft.customer else sorted(CHARGE_CODES)[expense_id % len(CHARGE_CODES)]
    closing = datetime(draft.on.year, draft.on.month, draft.on.day, 16, 30, tzinfo=UTC) + timedelta(days=2)
    return Expense(
        id=expense_id,
        member_id=draft.member,
        report_id=report_id,
        period_start=start,
        period_end=start + timedelta(days=6),
        day=draft.on,
        expense_type_id=draft.expense_type,
        classification=draft.classification,
        payment_method_id=COMPANY_CARD if draft.company_card else OWN_CARD,
        location_id=location,
        department_id=DEPARTMENT_IDS[department],
        account=f"{EXPENSE_ACCOUNTS[draft.expense_type]}:{department}:{firm.LOCATIONS[location][1]}",
        credit_account=PAYABLE_MEMBERS,
        gl_type="EE" if draft.customer else "EI",
        currency=draft.currency,
        total=amount,
        charge=f"Ticket #{ticket}" if ticket else CHARGE_CODES[code],
        memo=draft.memo or _WORDS[draft.expense_type],
        closed_at=closing,
        company_id=draft.customer,
        charge_code=code,
        ticket=ticket,
        billable=amount if draft.customer else Decimal(0),
        tax_code_id=next((c.manage_id for c in firm.TAX_CODES if c.code == draft.tax_code), 0),
        levels=levels,
        company_advance=draft.advance,
    )


def _levels(draft: _Draft) -> tuple[TaxLevel, ...]:
    code = next((code for code in firm.TAX_CODES if code.code == draft.tax_code), None)
    if code is None:
        return ()
    levels = []
    for level, agency in enumerate(code.agencies, start=1):
        rate = tax_rate(agency)
        levels.append(TaxLevel(level, code.code, agency, rate, round_money(draft.net * rate, 2), draft.net))
    return tuple(levels)


def _city(customer_id: int) -> str:
    return next((c.city for c in firm.CUSTOMERS if c.manage_id == customer_id), "")


def _october(day: int) -> date:
    return date(2026, 10, day)
