"""A little history of the demo company: invoices, a credit memo and vouchers of the month before, and a payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company.entry.invoices import EnteredDocument, enter_batch
from xlpy.demo.company.entry.payments import AppliedTo, enter_payment
from xlpy.demo.company.entry.vouchers import EnteredVoucher, enter_vouchers
from xlpy.demo.company.release.books import Books
from xlpy.demo.company.release.run import release_and_post

_ENTERED = date(2026, 9, 21)
_PAID = date(2026, 9, 30)
_PAYMENT = "4711"  # the customer's check

OLD_DOCUMENTS = (
    EnteredDocument("ACME01", "09001", Decimal("1250.00"), descr="Managed services, August"),
    EnteredDocument("BAYDEN", "09002", Decimal("480.00"), descr="Managed services, August"),
    EnteredDocument("CTAMPA", "09003", Decimal("3120.75"), descr="Network project"),
    EnteredDocument("DELTA1", "09004", Decimal("899.90"), descr="Managed services, August"),
    EnteredDocument("EVERGR", "09005", Decimal("2200.00"), descr="Server move"),
    EnteredDocument("GULFHO", "09006", Decimal("1540.20"), descr="Managed services, August"),
    EnteredDocument("HOLLY1", "09007", Decimal("310.00"), descr="Support"),
    EnteredDocument("JONES1", "09008", Decimal("760.50"), descr="Support"),
    EnteredDocument("EVERGR", "09009", Decimal("150.00"), doc_type="CM", descr="Goodwill, server move"),
)
OLD_VOUCHERS = (
    EnteredVoucher("BLUEL1", "BL-77120", Decimal("1437.60"), descr="Switches, September"),
    EnteredVoucher("CABLEW", "50318", Decimal("212.40"), descr="Patch cables"),
    EnteredVoucher("CABLEW", "50318-C", Decimal("18.75"), doc_type="AD", descr="Cables returned"),
    EnteredVoucher("E-JDOE", "EXP88", Decimal("96.30"), descr="Travel, September"),
)
OLD_EURO_VOUCHER = EnteredVoucher("DATAEU", "RE-2026-0914", Decimal("640.00"), descr="Firewall")
OLD_EURO_DOCUMENT = EnteredDocument("FISCHE", "09010", Decimal("1875.00"), descr="Fernwartung")


def enter_history(engine: Engine) -> None:
    """Enter, release and post the old documents, and a payment of the first of them (DocClass P, applied in full)."""
    entered: list[tuple[str, str]] = []
    with engine.begin() as connection:
        books = Books(connection)
        for documents in (list(OLD_DOCUMENTS), [OLD_EURO_DOCUMENT]):
            day = _ENTERED if documents[0] is not OLD_EURO_DOCUMENT else _PAID
            entered.append(("AR", enter_batch(books, documents, entered=day, period=firm.CLOSED_PERIOD)))
        for vouchers in (list(OLD_VOUCHERS), [OLD_EURO_VOUCHER]):
            day = _ENTERED if vouchers[0] is not OLD_EURO_VOUCHER else _PAID
            entered.append(("AP", enter_vouchers(books, vouchers, entered=day, period=firm.CLOSED_PERIOD)))
        books.save()
    for module, bat_nbr in entered:
        release_and_post(engine, module, bat_nbr)
    with engine.begin() as connection:
        books = Books(connection)
        applied = [AppliedTo(OLD_DOCUMENTS[0].ref_nbr, OLD_DOCUMENTS[0].amount)]
        paid = enter_payment(books, applied, on=_PAID, payment=_PAYMENT, period=firm.CLOSED_PERIOD, user=firm.SL_USER)
        books.save()
    release_and_post(engine, paid.module, paid.bat_nbr)
