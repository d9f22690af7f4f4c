"""A transfer as a journal: between the account of the move and that of its offset, where they are not the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.facts.manage_procurement import ExportTransfer, UnpostedProcurement
from xlpy.domain.planning.makers.in_lines import InventoryLines
from xlpy.domain.planning.makers.in_transfers import InTransfers
from xlpy.domain.planning.makers.maker import Matched
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.planning.makers.stock_as_journals.lines import Sides, StockJournals, item_name
from xlpy.domain.values.money import round_money
from xlpy.domain.values.problems import Problem


class GlTransfers(InTransfers):
    """Makes a journal of screen 01010 of each included transfer between different accounts."""

    def __init__(self, request: PlanRequest, lines: InventoryLines, journals: StockJournals) -> None:
        super().__init__(request, lines)
        self.journals = journals

    def written(
        self,
        matched: Matched[UnpostedProcurement, tuple[ExportTransfer, ...]],
        problems: list[Problem],
    ) -> tuple[str, GlJournal] | None:
        """Build the journal; none when goods only change their place: both accounts are the same."""
        moved = matched.exported
        text = moved[0].memo or moved[0].description
        return self.journals.document(matched, list(self._sides(moved, problems)), text, problems)

    def _sides(self, moved: Sequence[ExportTransfer], problems: list[Problem]) -> Iterator[Sides]:
        """Yield a debit and a credit for each item, which Manage's total and its offset must both confirm.

        Unverified: that a positive total debits ``accountNumber``. So the offset has to be the same amount on the
        other side, and the note says what is debited before anything is written.
        """
        for item in moved:
            if not (item.quantity or item.total):
                continue
            name = item_name(item.item)
            account, offset = item.account_number or item.inventory_account, item.offset_account
            self.journals.check_amount(name, item.total, item.quantity, item.cost, problems)
            if account and offset and self.journals.is_one_account(account, offset):
                problems.append(found("INV-ONE-ACCOUNT", account, item=name))
                continue
            amount = round_money(item.total, self.journals.decimals)
            against = round_money(item.offset_total, self.journals.decimals)
            if amount + against:
                problems.append(found("INV-OFFSET", f"{amount} / {against}", item=name))
            debit, credit = (account, offset) if amount >= 0 else (offset, account)
            problems.append(found("INV-SIDES", f"{amount} / {against}", item=name, debit=debit, credit=credit))
            text = f"{name} {item.description or item.memo}".strip()
            yield Sides(debit=account, credit=offset, amount=item.total, text=text, quantity=item.quantity)
