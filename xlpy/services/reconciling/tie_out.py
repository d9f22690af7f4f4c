"""Tie-out: the page that an accountant prints and signs. Reads both systems, writes nothing.

Built from the same parts as *Reconcile*: Manage's side is the export of its batches, SL's side every document and
every posted line of the period. Balances as of now are put below, and are never judged: they are of no period.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from xlpy.domain.afterwards.tie_out import Area, TieLine, TieOutReport, TieOutRow
from xlpy.domain.facts.books import BooksNeeds, sl_key
from xlpy.domain.facts.periods import format_period
from xlpy.domain.values.money import ZERO, round_money
from xlpy.domain.values.statuses import TieState
from xlpy.errors import ManageRefused
from xlpy.services.reconciling.beside import NOT_TO_SL
from xlpy.services.reconciling.documents import key_of
from xlpy.services.reconciling.reconcile import Scope, read_sides, scope_of
from xlpy.services.reconciling.tie_out_sums import TieOutSums
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from xlpy.services.reconciling.join import Joined
    from xlpy.services.reconciling.sides import Sides

logger = logging.getLogger(__name__)


def tie_out(session: Session, period: str = "") -> TieOutReport:
    """Put Manage, posting ledger, SL's subledgers and its general ledger of a period side by side, by account.

    ``period``: as SL shows it (``10-2026``); empty: General Ledger's current one. Raises ``SettingsError`` when it
    can't be read, ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.services.reconciling.join import compare_sides
    from xlpy.sl.reading.documents_now import read_sl_side
    from xlpy.sl.reading.period_books import batches_of_period, ledger_of_period

    scope = _scope(session, period)
    sides = read_sides(session, scope)
    session.progress("Comparing", 0, 0)
    joined = compare_sides(sides)
    books, company = sides.books, session.sl
    sums = TieOutSums(scope.period, books.gl.base_currency, books.base_decimals)
    messages = []
    with company.engine.connect() as connection:
        whole = read_sl_side(connection, company, books, batches_of_period(connection, company, scope.period))
        in_ledger = ledger_of_period(connection, company, scope.period, books.gl.ledger_id)
        sums.call_deposits({leg.acct for share in sides.manage.shares for leg in share.deposits})
        sums.add_compared(joined.compared)
        balances = _Balances(session, connection, sides, scope.period)
        sums.call(balances.inventory_accounts, Area.INVENTORY)
        messages += _add_lost(sums, joined)
        ours = frozenset(key_of(part) for p in (*sides.postings, *sides.earlier) for part in p.parts)
        sums.add_subledger(whole.documents, ours, in_ledger)
        names = {sl_key(key): account.descr for key, account in books.accounts.items()}
        rows = (*sums.rows(names), *balances.rows(sums))
    report = TieOutReport(
        scope.period,
        books.gl.base_currency,
        f"{books.company.cpny_id} {books.company.name}".strip(),
        rows,
        tuple(messages + balances.messages),
    )
    logger.info("Tie-out %s: %s of %s accounts differ", scope.period, len(report.differing), len(report.accounts))
    return report


def _scope(session: Session, period: str) -> Scope:
    from xlpy.sl.reading.books import read_books

    if period.strip():
        return scope_of("", period.strip(), everything=False)
    with session.sl.engine.connect() as connection:
        current = read_books(connection, session.sl, BooksNeeds()).gl.per_nbr
    return scope_of("", format_period(current), everything=False)


def _add_lost(sums: TieOutSums, joined: Joined) -> list[str]:
    """Add what Manage has in its batches and SL does not have."""
    done = {id(member) for one in joined.compared for member in one.members}
    said: list[str] = []
    for member in joined.members:
        if id(member) in done or not member.compared or member.posting.state in NOT_TO_SL:
            continue
        text = ". ".join(text for _, text in member.findings) or "It has no document in SL"
        said.append(sums.add_lost(member.currency, member.legs, member.posting.number, text))
    for share in joined.orphans:
        if share.compared:
            text = "It is in Manage's batch, but neither the posting ledger nor SL knows it: rerun the batch"
            said.append(sums.add_lost(share.currency, share.legs, share.number, text))
    return [text for text in said if text]


class _Balances:
    """What stands on the accounts as of now: open documents, item sites, Manage's stock; beside the general ledger."""

    def __init__(self, session: Session, connection: Connection, sides: Sides, period: str) -> None:
        from xlpy.sl.reading.period_books import item_sites, open_documents

        self._session, self._connection, self._books, self._period = session, connection, sides.books, period
        self.messages: list[str] = []
        company = session.sl
        setup = sides.books.stock.setup
        own = frozenset({(sl_key(setup.invt_acct), sl_key(setup.invt_sub))}) if setup.invt_acct else frozenset()
        self._stock = item_sites(connection, company)
        self.inventory_accounts = self._stock.accounts | own
        self._open = {
            Area.RECEIVABLES: open_documents(connection, company, "AR"),
            Area.PAYABLES: open_documents(connection, company, "AP"),
        }

    def rows(self, sums: TieOutSums) -> Iterator[TieOutRow]:
        """Yield a row per area: subledger as of now against the general ledger up to the end of the period."""
        for area, held in self._open.items():
            said = f"Open documents of SL now; general ledger: its transactions up to {format_period(self._period)}"
            yield self._row(area, held.accounts | sums.accounts_of(area), said, other=held.amount)
        said = "Manage: on hand × product cost now. Subledger: value of SL's item sites now"
        accounts = self.inventory_accounts | sums.accounts_of(Area.INVENTORY)
        yield self._row(Area.INVENTORY, accounts, said, manage=self._manage_stock(), other=self._stock.amount)
        deposits = sums.accounts_of(Area.DEPOSITS)
        if deposits:
            yield self._row(Area.DEPOSITS, deposits, "Compare with the open down payments of the sheet Accruals")

    def _manage_stock(self) -> Decimal | None:
        """Return the value of Manage's stock; None, with a message, when Manage does not give it."""
        count = self._session.counting("Reading Manage's stock")
        try:
            stock = self._session.manage.stock(count)
        except ManageRefused as refused:
            self.messages.append(f"Manage does not give its stock: {refused.text}")
            return None
        return sum((round_money(one.value, self._books.base_decimals) for one in stock), ZERO)

    def _row(
        self,
        area: Area,
        accounts: frozenset[tuple[str, str]],
        said: str,
        *,
        manage: Decimal | None = None,
        other: Decimal | None = None,
    ) -> TieOutRow:
        from xlpy.sl.reading.period_books import ledger_up_to

        ledger, cents = self._books.gl.ledger_id, self._books.base_decimals
        in_gl = ledger_up_to(self._connection, self._session.sl, self._period, ledger, accounts) if accounts else {}
        gl = round_money(sum(in_gl.values(), ZERO), cents)
        held = None if other is None else round_money(other, cents)
        return TieOutRow(
            state=TieState.AS_OF_NOW,
            line=TieLine.BALANCE,
            period=self._period,
            area=area,
            acct=", ".join(sorted({acct for acct, _ in accounts})),
            sub="",
            manage=manage,
            other=held,
            gl=gl,
            difference=ZERO if held is None else held - gl,
            message=said,
        )
