"""Making invoices of the demo firm: what was sold, its tax, and the texts people type.

Every amount is exact: a line is quantity × price to the cent, a level's tax its taxable × rate rounded half up.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import CATALOG_BY_ID, INVENTORY_ITEM
from xlpy.demo.site.masters import (
    COST_OF_GOODS,
    DEPARTMENT_IDS,
    DEPOSITS,
    INVENTORY,
    RECEIVABLE,
    RECEIVABLE_FOREIGN,
    tax_rate,
)
from xlpy.demo.site.payables_masters import CLERKS
from xlpy.demo.site.records import Invoice, Line, ReceivablePart, TaxLevel
from xlpy.domain.values.money import round_money, total

CENTS = 2
ONE = Decimal(1)
STOCK_SALES = 0.2  # of the everyday invoices
PORT_STEP = 20
ODD = Decimal("3.42")  # on prices for FL-PORT: the rounding of its six levels is not SL's split of their sum

DESCRIPTIONS = {
    "R": "Services",
    "RA": "Agreement",
    "RE": "Expenses",
    "RD": "Down Payment",
    "RP": "Taxable Products",
    "AP": "Agreement Products",
}
PLAIN_MEMOS = (
    "Help desk: mailbox migration of the front office",
    "Patch window, two servers",
    "Replaced UPS battery and tested the failover",
    "Wi-Fi survey of the second floor",
    "Quarterly review of backups",
    "On-site visit, printer queue",
    "New hire: account, laptop, phone",
    "Firewall rules for the new branch",
)
ODD_MEMOS = (
    "Conference room: moved the camera, re-ran the cabling under the raised floor, tested with three remote parties",
    "Año nuevo: sesión de formación para el equipo de Muñoz",
    "Straßenverkehrsamt-Schnittstelle geprüft („Testbetrieb“)",
    "日本語キーボード for the Tokyo visitors",
    "Cable “CAT‑6a”, 10 ft – blue; label: A/B & C",
)
FORMULA_MEMOS = ("=1+2", "@SUM(A1:A9)", "-5 degrees in the server room", "+x extension for the lobby phone")
EXPENSE_MEMOS = ("Parking, Tampa airport", "Mileage 42 mi", "Courier to Orlando", "Hotel, one night")


@dataclass(frozen=True, slots=True)
class Draft:
    """An invoice before it is closed: lines without tax. ``on``: None takes the date that falls to it."""

    invoice_type: str
    customer: firm.FirmCustomer
    lines: tuple[Line, ...]
    memo: str = ""
    description: str = ""
    prepayment: bool = False
    avalara: bool = False
    on: date | None = None


class Desk:
    """The billing desk: drafts the lines of an invoice for a customer, always the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def service(self, customer: firm.FirmCustomer, *, memo: str = "") -> Line:
        """Draft hours of work; on a project now and then."""
        project = self.random.random() < 0.3
        account = f"4100:200:{office_of(customer)}" if project else f"4000:100:{office_of(customer)}"
        if in_port(customer):
            quantity, price = (
                Decimal(self.random.randint(1, 8)),
                Decimal(PORT_STEP * self.random.randint(6, 9)) + ODD,
            )
        else:
            quantity, price = Decimal(self.random.randint(2, 36)) / 4, Decimal(self.random.choice((95, 125, 145, 165)))
        line = a_line("R", account, memo or self.random.choice(PLAIN_MEMOS), quantity, price, taxable=True)
        return replace(line, time_entry=self.random.randint(20_000, 99_999))

    def agreement(self, customer: firm.FirmCustomer) -> Line:
        """Draft the monthly fee of an agreement."""
        step = PORT_STEP if in_port(customer) else 5
        price = Decimal(step * self.random.randint(20, 90)) + (ODD if in_port(customer) else 0)
        memo = "Managed services, October 2026"
        return a_line("RA", f"4000:100:{office_of(customer)}", memo, ONE, price, taxable=True)

    def agreement_product(self, customer: firm.FirmCustomer) -> Line:
        """Draft a product of an agreement: GL type AP."""
        item = CATALOG_BY_ID[746 if in_port(customer) else self.random.choice((745, 746))]
        quantity = Decimal(self.random.randint(1, 6))
        return an_item_line(item.id, f"4000:100:{office_of(customer)}", quantity, taxable=True)

    def product(self, customer: firm.FirmCustomer) -> Line:
        """Draft a product that is not kept in stock."""
        item = CATALOG_BY_ID[self.random.choice((747, 748) if in_port(customer) else (740, 741, 742, 747, 748))]
        quantity = Decimal(self.random.randint(1, 12 if item.id == 740 else 3))
        return an_item_line(item.id, f"4200:300:{office_of(customer)}", quantity, taxable=True)

    def expense(self, customer: firm.FirmCustomer) -> Line:
        """Draft an expense passed on; never taxed."""
        price = Decimal(self.random.randint(400, 32_000)).scaleb(-2)
        memo = self.random.choice(EXPENSE_MEMOS)
        return a_line("RE", f"4300:200:{office_of(customer)}", memo, ONE, price)

    def discount(self, customer: firm.FirmCustomer) -> Line:
        """Draft a discount: a line against the invoice."""
        price = -Decimal(PORT_STEP * self.random.randint(1, 2) if in_port(customer) else self.random.randint(5, 60))
        account = f"4900:100:{office_of(customer)}"
        return a_line("R", account, "Loyalty discount", ONE, price, taxable=True)

    def with_goods(self, draft: Draft) -> Draft:
        """Add goods from stock to some of the standard invoices of customers outside the port."""
        if draft.invoice_type != "Standard" or in_port(draft.customer) or self.random.random() >= STOCK_SALES:
            return draft
        line = sold_from_stock(self.random.choice(("PATCH10", "UPS1500")), self.random.randint(1, 2), draft.customer)
        return replace(draft, lines=(*draft.lines, line))

    def odd_memo(self) -> str:
        """Pick a text that is long, or not plain ASCII, or looks like a formula."""
        return self.random.choice((*ODD_MEMOS, *FORMULA_MEMOS))


def a_line(gl_type: str, account: str, memo: str, quantity: Decimal, price: Decimal, *, taxable: bool = False) -> Line:
    """Return a line; its amount is quantity × price, which must be whole cents."""
    price = round_money(price, CENTS)
    amount = round_money(quantity * price, CENTS)
    return Line(0, gl_type, account, DESCRIPTIONS[gl_type], memo, quantity, price, amount, taxable=taxable)


def an_item_line(item_id: int, account: str, quantity: Decimal, *, taxable: bool) -> Line:
    """Return a line that sells a product of the catalog."""
    item = CATALOG_BY_ID[item_id]
    line = a_line(item.gl_type, account, item.description, quantity, item.price, taxable=taxable)
    return replace(line, item_id=item_id)


def a_deposit(amount: Decimal, memo: str) -> Line:
    """Return a down payment to the deposit account; applied later, it has the opposite sign."""
    return a_line("RD", DEPOSITS, memo, ONE, amount)


def from_stock(quantity: int) -> Line:
    """Return a line that sells stock of ours, with its cost."""
    line = an_item_line(INVENTORY_ITEM, "4200:300:TP", Decimal(quantity), taxable=True)
    cost = round_money(Decimal("4.20") * quantity, CENTS)
    return replace(line, cost=cost, cost_account=COST_OF_GOODS, inventory_account=INVENTORY)


def sold_from_stock(identifier: str, quantity: int, customer: firm.FirmCustomer, *, drop_shipped: bool = False) -> Line:
    """Return a line that sells an item of the firm's stock at its cost; ``drop_shipped``: the vendor ships it."""
    item = next(item for item in firm.ITEMS if item.identifier == identifier)
    line = an_item_line(item.manage_id, f"4200:300:{office_of(customer)}", Decimal(quantity), taxable=True)
    return replace(
        line,
        cost=round_money(item.cost * quantity, CENTS),
        cost_account=COST_OF_GOODS,
        inventory_account=INVENTORY,
        drop_shipped=drop_shipped,
    )


def credited(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Turn lines around, as a credit memo has them."""
    return tuple(replace(line, price=-line.price, amount=-line.amount) for line in lines)


def close(draft: Draft, *, record_id: int, number: str, on: date, clerk: int) -> Invoice:
    """Close a draft: add its tax by level and its receivable entries. GL entry ids come when the site takes it."""
    customer = draft.customer
    terms = next(t for t in firm.TERMS if t.sl_id == customer.terms)
    levels = () if draft.avalara else _tax_levels(customer, draft.lines)
    tax_lines = _avalara_lines(draft.lines) if draft.avalara else _tax_lines(levels)
    lines = (*draft.lines, *tax_lines)
    tax = total(line.amount for line in tax_lines)
    revenue = total(line.amount for line in draft.lines)
    parts = [ReceivablePart(0, revenue)] + ([ReceivablePart(0, tax)] if tax else [])
    department = next((line.account.split(":")[1] for line in lines if line.account.count(":") == 2), "100")
    return Invoice(
        id=record_id,
        number=number,
        invoice_type=draft.invoice_type,
        company_id=customer.manage_id,
        location_id=location_of(customer),
        department_id=DEPARTMENT_IDS.get(department, DEPARTMENT_IDS["100"]),
        invoice_date=on,
        due_date=on + timedelta(days=terms.days),
        due_days=terms.days,
        terms_id=terms.manage_id,
        currency=customer.currency,
        tax_code_id=0
        if draft.avalara
        else next((c.manage_id for c in firm.TAX_CODES if c.code == customer.tax_code), 0),
        account=RECEIVABLE if customer.currency == firm.BASE_CURRENCY else RECEIVABLE_FOREIGN,
        receivable=tuple(parts),
        lines=lines,
        levels=levels,
        closed_at=datetime(on.year, on.month, on.day, 14, 2, 11, tzinfo=UTC) + timedelta(days=1),
        closed_by=CLERKS[clerk % len(CLERKS)][1],
        memo=draft.memo,
        description=draft.description,
        customer_po=f"PO-{4000 + record_id}" if record_id % 4 == 0 else "",
        agreement=f"Managed services {customer.identifier}" if draft.invoice_type == "Agreement" else "",
        prepayment=draft.prepayment,
        avalara=draft.avalara,
    )


def location_of(customer: firm.FirmCustomer) -> int:
    """Return the Manage location that serves a customer: Orlando its own city, Tampa everybody else."""
    return next((number for number, (name, _) in firm.LOCATIONS.items() if name == customer.city), min(firm.LOCATIONS))


def office_of(customer: firm.FirmCustomer) -> str:
    """Return the office segment of a customer's revenue accounts."""
    return firm.LOCATIONS[location_of(customer)][1]


def in_port(customer: firm.FirmCustomer) -> bool:
    """Whether the customer's tax has six levels."""
    return customer.tax_code == "FL-PORT"


def _tax_levels(customer: firm.FirmCustomer, lines: Sequence[Line]) -> tuple[TaxLevel, ...]:
    base = total(line.amount for line in lines if line.taxable)
    code = next((code for code in firm.TAX_CODES if code.code == customer.tax_code), None)
    if code is None or not base:
        return ()
    levels = []
    for level, agency in enumerate(code.agencies, start=1):
        rate = tax_rate(agency)
        levels.append(TaxLevel(level, code.code, agency, rate, round_money(base * rate, CENTS), base))
    return tuple(levels)


def _tax_lines(levels: Sequence[TaxLevel]) -> tuple[Line, ...]:
    accounts = {tax.tax_id: tax.account for tax in firm.TAXES}
    return tuple(
        Line(
            0,
            "ST",
            accounts[level.agency],
            f"Level {level.level} Sales Tax",
            "Sales Tax",
            Decimal("0.0"),
            Decimal("0.00"),
            level.tax,
            tax_level=level.level,
        )
        for level in levels
        if level.tax
    )


def _avalara_lines(lines: Sequence[Line]) -> tuple[Line, ...]:
    tax = round_money(total(line.amount for line in lines if line.taxable) * Decimal("0.075"), CENTS)
    return (Line(0, "ST", "2200", "Avalara Sales Tax", "Sales Tax", Decimal("0.0"), Decimal("0.00"), tax),)
