"""What of the invoices that this program posted is still owed, by SL. Reads only; the payment sync writes to Manage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import round_money
from xlpy.domain.values.transactions import Kind, Posting
from xlpy.services.run.session import Session


@dataclass(frozen=True, slots=True)
class UnpaidRow:
    """An invoice or credit memo (negative) with a balance in SL, in its currency; ``batch_identifier``: Manage's."""

    invoice: str
    customer: str
    issued: date | None
    due: date | None
    days_overdue: int | None
    total: Decimal
    balance: Decimal
    currency: str
    state_in_sl: str
    batch_identifier: str
    billing_log_id: int


def unpaid(session: Session) -> tuple[UnpaidRow, ...]:
    """Return what is open of the posting ledger's invoices, oldest due date first.

    Raises ``ManageError`` (the posting ledger is kept by Manage site) and ``SlError``.
    """
    from xlpy.domain.facts.books import BooksNeeds
    from xlpy.sl.ledger_book.ledger import all_postings_of, check_ledger
    from xlpy.sl.reading.books import read_books
    from xlpy.sl.reading.other_documents import read_open_balances

    own = sl_key(session.sl.cpny_id)
    with session.sl.engine.connect() as connection:
        check_ledger(connection)
        postings = all_postings_of(connection, session.manage.host, session.manage.company)
        mine = [p for p in postings if p.key.kind is Kind.INVOICE and sl_key(p.cpny_id) == own]
        latest: dict[str, Posting] = {p.key.record_id: p for p in sorted(mine, key=lambda p: p.generation)}
        parts = {
            ("AR", part.bat_nbr, sl_key(part.doc_type), sl_key(part.ref_nbr)): (posting, part)
            for posting in latest.values()
            for part in posting.parts
            if part.module == "AR"
        }
        books = read_books(connection, session.sl, BooksNeeds())
        balances = read_open_balances(connection, session.sl, {key[1] for key in parts})
    today = session.today()
    rows = []
    for key, open_balance in balances.items():
        if key not in parts:
            continue
        posting, part = parts[key]
        decimals = books.currencies.get(sl_key(open_balance.currency), books.base_decimals)
        balance = round_money(open_balance.balance, decimals)
        if not balance:  # SL's columns are floats: what is left of a sum that came to nothing is not owed
            continue
        rows.append(
            UnpaidRow(
                invoice=posting.number,
                customer=open_balance.cust_id,
                issued=open_balance.doc_date,
                due=open_balance.due_date,
                days_overdue=(today - open_balance.due_date).days if open_balance.due_date else None,
                total=round_money(open_balance.total, decimals),
                balance=balance,
                currency=open_balance.currency,
                state_in_sl=str(part.state),
                batch_identifier=posting.batch_identifier,
                billing_log_id=int(posting.key.record_id),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.due or date.min, row.invoice)))
