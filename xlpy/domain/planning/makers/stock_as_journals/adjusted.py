"""An adjustment as a journal: inventory account against adjustment account, at Manage's value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.facts.manage_procurement import ExportAdjustment, UnpostedProcurement
from xlpy.domain.planning.makers.in_adjustments import InAdjustments, Pair, adjusted, adjusted_value, paired
from xlpy.domain.planning.makers.in_lines import InventoryLines
from xlpy.domain.planning.makers.maker import Matched
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.planning.makers.stock_as_journals.lines import Sides, StockJournals, item_name
from xlpy.domain.values.problems import Problem


class GlAdjustments(InAdjustments):
    """Makes a journal of screen 01010 of each included adjustment."""

    def __init__(self, request: PlanRequest, lines: InventoryLines, journals: StockJournals) -> None:
        super().__init__(request, lines)
        self.journals = journals

    def written(
        self,
        matched: Matched[UnpostedProcurement, tuple[ExportAdjustment, ...]],
        problems: list[Problem],
    ) -> tuple[str, GlJournal] | None:
        """Build the journal. The sign of each quantity is confirmed by the adjustment's own record in Manage.

        What comes in debits inventory and credits the adjustment account; what goes out, the other way round.
        """
        adjustment = matched.exported[0]
        pairs = paired(adjustment, self.lines, problems)
        text = adjustment.memo or adjustment.description
        return self.journals.document(matched, list(self._sides(adjustment, pairs, problems)), text, problems)

    def _sides(self, adjustment: ExportAdjustment, pairs: Sequence[Pair], problems: list[Problem]) -> Iterator[Sides]:
        for line, recorded in sorted(pairs, key=_order):
            name = item_name(line.item)
            self.journals.check_amount(name, line.total, line.quantity, recorded.unit_cost, problems)
            yield Sides(
                debit=line.inventory_account,
                credit=line.account_number or adjustment.account_number,
                amount=adjusted_value(line),
                text=f"{name} {line.description or line.memo or adjustment.memo}".strip(),
                quantity=adjusted(line),
            )


def _order(pair: Pair) -> tuple[object, ...]:
    line, recorded = pair
    return line.item.identifier, adjusted(line), adjusted_value(line), line.inventory_account, recorded.warehouse.id
