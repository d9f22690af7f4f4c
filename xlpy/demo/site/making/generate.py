"""Making a demo site of any size: the firm's masters, a month of invoices and more, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from xlpy.demo import firm
from xlpy.demo.site.catalog import LAPTOP
from xlpy.demo.site.making.expenses import make_expenses
from xlpy.demo.site.making.invoices import (
    FORMULA_MEMOS,
    ODD_MEMOS,
    ONE,
    Desk,
    Draft,
    a_deposit,
    a_line,
    an_item_line,
    close,
    credited,
    from_stock,
    sold_from_stock,
)
from xlpy.demo.site.making.procurement import add_procurement
from xlpy.demo.site.masters import DEPOSITS, make_tables
from xlpy.demo.site.memory import Records
from xlpy.demo.site.records import Line
from xlpy.demo.site.store import Site

FIRST_INVOICE_NUMBER = 10_001
FIRST_RECORD_ID = 4_401
_CUSTOMERS = {customer.identifier: customer for customer in firm.CUSTOMERS}
_SEPTEMBER = (date(2026, 9, 28), date(2026, 9, 30))
_NOVEMBER = (date(2026, 11, 2), date(2026, 11, 4), date(2026, 11, 9))
_PORT = next(c.identifier for c in firm.CUSTOMERS if c.tax_code == "FL-PORT")
_NO_ACCOUNT = next(c.identifier for c in firm.CUSTOMERS if c.manage_id == firm.COMPANY_WITHOUT_ACCOUNT)
_NO_XREF = tuple(
    c.identifier
    for c in firm.CUSTOMERS
    if c.terms == next(t.sl_id for t in firm.TERMS if t.manage_id == firm.TERMS_WITHOUT_XREF)
)


def generate_site(
    *,
    seed: int = 1,
    invoices: int = 60,
    expenses: int = 0,
    procurement: int = 0,
    mistakes: bool = True,
    server_version: str = "v2025.8.114523",
    closed_period: bool | None = None,
    as_bill: bool = True,
    company_paid: bool | None = None,
    cogs: bool | None = None,
    glentry_rec_id: bool | None = None,
) -> Site:
    """Make a site with ``invoices`` unposted invoices, numbered from 10001, ``expenses`` and ``procurement``.

    With ``mistakes``, those of the list in ``xlpy.demo.firm`` are planted; without, none of them is there.
    ``closed_period``: whether two invoices (and a receipt) are dated in September, which is closed in SL; None means
    with the mistakes only. Some 40 invoices, 14 expenses and 16 of procurement are enough to have one of everything;
    with fewer, the later kinds are left out.

    ``as_bill``: whether the accounting package transfers expenses as bills. ``company_paid``: whether some expenses
    were paid by the company, and one is personal; None means with the mistakes only. ``cogs``: whether invoices sell
    goods from stock, with their cost; None means with procurement only. ``glentry_rec_id``: whether the export names
    the GL entries of adjustments; None means when the server's version is 2026.11 or later.
    """
    site = Site(
        Records(
            server_version,
            "v2025_1",
            make_tables(
                mistakes=mistakes,
                as_bill=as_bill,
                expense_mistakes=mistakes and expenses > 0,
                procurement_mistakes=mistakes and procurement > 0,
            ),
            adjustment_entry_ids=_release(server_version) >= (2026, 11) if glentry_rec_id is None else glentry_rec_id,
        )
    )
    desk = Desk(seed)
    september = mistakes if closed_period is None else closed_period
    drafts = _drafts(desk, mistakes=mistakes, september=september, cogs=procurement > 0 if cogs is None else cogs)
    days = (firm.THROUGH_DATE - firm.FIRST_DATE).days + 1
    for index in range(invoices):
        draft = next(drafts)
        on = draft.on or firm.FIRST_DATE + timedelta(days=index * days // invoices)
        number = str(FIRST_INVOICE_NUMBER + index)
        site.add_invoice(close(draft, record_id=FIRST_RECORD_ID + index, number=number, on=on, clerk=index))
    paid = mistakes if company_paid is None else company_paid
    for expense in make_expenses(seed=seed, count=expenses, company_paid=paid):
        site.add_expense(expense)
    add_procurement(site, seed=seed, count=procurement, mistakes=mistakes, september=september)
    return site


def _release(server_version: str) -> tuple[int, ...]:
    """Return year and number of a version such as ``v2025.8.114523``."""
    return tuple(int(part) for part in server_version.removeprefix("v").split(".")[:2])


def _drafts(desk: Desk, *, mistakes: bool, september: bool, cogs: bool) -> Iterator[Draft]:
    yield from _one_of_each_type(desk)
    if cogs:
        yield from _stock_sales(desk)
    if mistakes:
        yield from _planted(desk)
    else:
        port = _CUSTOMERS[_PORT]
        yield Draft("Standard", port, (desk.service(port), desk.discount(port), desk.expense(port)))
    yield from _out_of_month(desk, september=september)
    yield from _special_cases(desk)
    # The mistakes stay one or two of each, however many invoices there are.
    rare = {_PORT, _NO_ACCOUNT, *_NO_XREF} if mistakes else set()
    usual = [customer for customer in firm.CUSTOMERS if customer.identifier not in rare]
    while True:
        draft = _usual(desk, desk.random.choice(usual))
        yield desk.with_goods(draft) if cogs else draft


def _stock_sales(desk: Desk) -> Iterator[Draft]:
    acme, delta, law, fischer = (_CUSTOMERS[name] for name in ("Acme", "DeltaLog", "EvergreenLaw", "FischerKG"))
    switch = sold_from_stock("SWITCH24", 1, delta)
    yield Draft("Standard", acme, (desk.service(acme), sold_from_stock("PATCH10", 12, acme)), memo="Cabling")
    yield Draft("Standard", delta, (switch, sold_from_stock("PATCH10", 5, delta), desk.service(delta)))
    yield Draft("CreditMemo", acme, credited([sold_from_stock("PATCH10", 2, acme)]), memo="Two cables came back")
    yield Draft("Standard", law, (sold_from_stock("UPS1500", 1, law, drop_shipped=True), desk.service(law)))
    yield Draft("Standard", fischer, (sold_from_stock("DOCK-C", 2, fischer), desk.service(fischer)))


def _one_of_each_type(desk: Desk) -> Iterator[Draft]:
    acme, ink, delta = _CUSTOMERS["Acme"], _CUSTOMERS["InkPress"], _CUSTOMERS["DeltaLog"]
    dental, law, parks, jones = (_CUSTOMERS[name] for name in ("BayDental", "EvergreenLaw", "CityTampa", "JonesDoe"))
    yield Draft("Standard", acme, (desk.service(acme), desk.product(acme), desk.expense(acme)), memo="October work")
    yield Draft("Agreement", dental, (desk.agreement(dental), desk.agreement_product(dental)))
    yield Draft("CreditMemo", law, credited([desk.service(law)]), memo="Billed twice")
    yield Draft("DownPayment", ink, (a_deposit(Decimal(1500), "50 % on order, press network"),))
    yield Draft("Miscellaneous", parks, (_misc("Domain names, three years", Decimal("86.97"), "TP"),))
    yield Draft("Progress", delta, (desk.service(delta), desk.service(delta)), description="Warehouse project, part 2")
    yield Draft(
        "Consolidated", jones, (desk.service(jones), desk.agreement(jones), desk.product(jones), desk.expense(jones))
    )


def _planted(desk: Desk) -> Iterator[Draft]:
    nova, port, acme, dental = (_CUSTOMERS[name] for name in (_NO_ACCOUNT, _PORT, "Acme", "BayDental"))
    inactive = f"{firm.INACTIVE_ACCOUNT}:300:TP"
    yield Draft("Standard", nova, (desk.service(nova),))
    yield Draft("Agreement", nova, (desk.agreement(nova),))
    for customer in (acme, dental):
        yield Draft("Standard", customer, (desk.service(customer), replace(desk.product(customer), account=inactive)))
    yield Draft("Standard", port, (desk.service(port), desk.product(port)))
    yield Draft("Agreement", port, (desk.agreement(port), desk.agreement_product(port)))
    for name in _NO_XREF:
        yield Draft("Standard", _CUSTOMERS[name], (desk.service(_CUSTOMERS[name]),))
    yield Draft("Standard", acme, (desk.service(acme),), avalara=True)
    yield Draft("Standard", dental, (desk.service(dental), from_stock(25)))


def _out_of_month(desk: Desk, *, september: bool) -> Iterator[Draft]:
    for day in (*(_SEPTEMBER if september else ()), *_NOVEMBER):
        customer = _CUSTOMERS["EvergreenLaw" if day.month == 9 else "JonesDoe"]
        yield Draft("Standard", customer, (desk.service(customer),), on=day)


def _special_cases(desk: Desk) -> Iterator[Draft]:
    acme, law, ink = (_CUSTOMERS[name] for name in ("Acme", "EvergreenLaw", "InkPress"))
    fischer, kestrel = _CUSTOMERS["FischerKG"], _CUSTOMERS["KestrelUK"]
    school, parks, munoz, aero = (_CUSTOMERS[name] for name in ("LakeSchool", "CityTampa", "Muñoz", "OrlandoAero"))
    ordered = an_item_line(LAPTOP, "4200:300:OR", Decimal(3), taxable=True)
    yield Draft("Standard", fischer, (desk.service(fischer), desk.expense(fischer)), memo="Prüfung „Büro Hamburg“")
    yield Draft("Agreement", kestrel, (desk.agreement(kestrel),))
    yield Draft("CreditMemo", fischer, credited([desk.service(fischer)]), memo="Gutschrift")
    yield Draft("Standard", munoz, (desk.service(munoz, memo=ODD_MEMOS[1]),))
    yield Draft("Standard", aero, (desk.service(aero), desk.product(aero)))
    yield Draft("Agreement", school, (_prepaid(Decimal(2400)),), prepayment=True)
    yield Draft("Standard", ink, (ordered, a_deposit(Decimal(-1500), "Down payment applied")))
    yield Draft("Progress", ink, (desk.service(ink), desk.service(ink)), description="=1+2")
    yield Draft("Standard", acme, (a_line("R", "4000:100:TP", "Warranty, no charge", ONE, Decimal(0)),))
    yield Draft("Standard", law, _evened_out(Decimal(100)), memo="Exchange, evened out")
    yield Draft("Standard", law, (desk.service(law), a_line("R", "4000:100:TP", "Courtesy", ONE, Decimal(0))))
    yield Draft("Standard", acme, (desk.service(acme), desk.discount(acme)))
    yield Draft("Miscellaneous", parks, (_misc("Return of spare parts", Decimal("-45.50"), "TP"),), memo="Net credit")
    yield Draft("CreditMemo", acme, (*credited([desk.product(acme)]), _misc("Restocking fee", Decimal(15), "TP")))
    yield Draft("Consolidated", acme, tuple(desk.service(acme, memo=memo) for memo in (*ODD_MEMOS, *FORMULA_MEMOS)))
    yield Draft("Standard", law, (desk.service(law),), memo=ODD_MEMOS[0], description="@SUM of all visits")


def _usual(desk: Desk, customer: firm.FirmCustomer) -> Draft:
    """Return an everyday invoice for a customer: mostly work and agreements, a few of everything else."""
    dice = desk.random.random()
    memo = desk.odd_memo() if desk.random.random() < 0.1 else ""
    if dice < 0.45:
        lines = [desk.service(customer) for _ in range(desk.random.randint(1, 4))]
        if desk.random.random() < 0.4:
            lines.append(desk.product(customer))
        if desk.random.random() < 0.3:
            lines.append(desk.expense(customer))
        if desk.random.random() < 0.1:
            lines.append(desk.discount(customer))
        return Draft("Standard", customer, tuple(lines), memo=memo)
    if dice < 0.75:
        return Draft("Agreement", customer, (desk.agreement(customer), desk.agreement_product(customer)), memo=memo)
    if dice < 0.85:
        return Draft(
            "Consolidated", customer, (desk.service(customer), desk.agreement(customer), desk.product(customer))
        )
    if dice < 0.91:
        return Draft("CreditMemo", customer, credited([desk.service(customer)]), memo=memo)
    if dice < 0.95:
        return Draft("Progress", customer, (desk.service(customer), desk.service(customer)), memo=memo)
    if dice < 0.98:
        office = "OR" if customer.city == "Orlando" else "TP"
        return Draft("Miscellaneous", customer, (_misc("Domain name, one year", Decimal("28.99"), office),), memo=memo)
    return Draft("DownPayment", customer, (a_deposit(Decimal(desk.random.randint(2, 30) * 100), "Deposit on order"),))


def _misc(memo: str, amount: Decimal, office: str) -> Line:
    return a_line("R", f"4000:100:{office}", memo, ONE, amount)


def _prepaid(amount: Decimal) -> Line:
    return a_line("RA", DEPOSITS, "Prepaid block of hours", ONE, amount)


def _evened_out(amount: Decimal) -> tuple[Line, Line]:
    return (
        a_line("R", "4100:200:TP", "Replacement", ONE, amount),
        a_line("R", "4100:200:TP", "Return", ONE, -amount),
    )
