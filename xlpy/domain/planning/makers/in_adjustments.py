"""From one exported inventory adjustment, and its record in Manage, to the lines of screen 10030."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import ADJUSTED, InLine
from xlpy.domain.facts.manage_procurement import (
    AdjustmentRecordLine,
    ExportAdjustment,
    ExportAdjustmentLine,
    UnpostedProcurement,
)
from xlpy.domain.facts.matching import ADJUSTMENT, match_adjustments
from xlpy.domain.planning.makers.in_documents import Exported, InventoryMaker
from xlpy.domain.planning.makers.in_lines import InventoryLines, LineFacts
from xlpy.domain.values.money import ZERO, plain, round_money, total
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.transactions import TransactionKey

Pair = tuple[ExportAdjustmentLine, AdjustmentRecordLine]


class InAdjustments(InventoryMaker[ExportAdjustment]):
    """Makes an adjustment of screen 10030 of each included row."""

    procurement_kind = ADJUSTMENT
    tran_type = ADJUSTED

    def match(self, rows: Sequence[UnpostedProcurement]) -> None:
        """Find the exported adjustments of these rows."""
        self.exported = dict(match_adjustments(rows, self.request.exported_procurement.adjustments).pairs)

    def seen(self, documents: tuple[ExportAdjustment, ...]) -> Exported:
        """Return what the export has of an adjustment; when it came twice, that of the first."""
        first = documents[0]
        return Exported(
            day=first.document_date,
            value=total(adjusted_value(line) for line in first.lines),
            sizes=frozenset(sizes_shown(first)),
            fingerprint=adjustment_hash(first),
            lines=tuple(line.total for line in first.lines),
            text=first.memo or first.description,
        )

    def document_lines(
        self, key: TransactionKey, documents: tuple[ExportAdjustment, ...], problems: list[Problem]
    ) -> tuple[InLine, ...]:
        """Return the lines of the document."""
        return draft_adjustment(key, documents[0], self.lines, problems)


def adjusted(line: ExportAdjustmentLine) -> Decimal:
    """Return the quantity of an exported line as SL signs it: negative takes out of stock.

    Manage API: the export has it the other way round. Unverified: that SL's AJ lines are signed like PI lines.
    """
    return ZERO - line.quantity


def adjusted_value(line: ExportAdjustmentLine) -> Decimal:
    """Return the value of an exported line, signed like its quantity; the sign of Manage's total is unverified."""
    return -abs(line.total) if adjusted(line) < 0 else abs(line.total)


def adjustment_hash(adjustment: ExportAdjustment) -> str:
    """SHA-256 (hex) of what an adjustment posts: date, and each item's quantity and value by its accounts.

    No ids and no texts are in it.
    """
    sums: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    for line in adjustment.lines:
        key = (line.item.identifier, line.account_number or adjustment.account_number, line.inventory_account)
        quantity, value = sums.get(key, (ZERO, ZERO))
        sums[key] = quantity + adjusted(line), value + adjusted_value(line)
    parts = [
        adjustment.document_date.isoformat() if adjustment.document_date else "",
        *("\t".join((*key, plain(quantity), plain(value))) for key, (quantity, value) in sorted(sums.items())),
    ]
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def sizes_shown(adjustment: ExportAdjustment) -> set[Decimal]:
    """Return the sizes that Manage's list may show as its total.

    Unverified: whether a row's total is signed, and how; the list's is the sum of them.
    """
    values = [line.total for line in adjustment.lines]
    return {abs(total(values)), total(map(abs, values)), abs(total(map(adjusted_value, adjustment.lines)))}


def draft_adjustment(
    key: TransactionKey, adjustment: ExportAdjustment, lines: InventoryLines, problems: list[Problem]
) -> tuple[InLine, ...]:
    """Return the lines of an adjustment; empty when a problem stops it, or when there is nothing in it but zeros.

    Warehouse, bin and unit cost are only in the adjustment's record, so each exported line is paired with a line of
    it; the quantities of both must agree. Unit: the product's own, in which Manage counts its stock.
    """
    made = [_line(key, adjustment, pair, lines, problems) for pair in paired(adjustment, lines, problems)]
    if has_stop(problems):
        return ()
    return tuple(sorted((line for line in made if line is not None), key=_order))


def paired(adjustment: ExportAdjustment, lines: InventoryLines, problems: list[Problem]) -> list[Pair]:
    """Pair each exported line that is not zero with its line of the record, which has the plain sign and the cost."""
    used = [line for line in adjustment.lines if line.quantity or line.total]
    if not used:
        return []
    record = lines.masters.adjustments.get(adjustment.adjustment_id)
    if record is None:
        problems.append(found("INV-RECORD", str(adjustment.adjustment_id)))
        return []
    return _pairs(used, [line for line in record.lines if line.quantity], lines.base_decimals, problems)


def _pairs(
    exported: Sequence[ExportAdjustmentLine],
    recorded: Sequence[AdjustmentRecordLine],
    decimals: int,
    problems: list[Problem],
) -> list[Pair]:
    """Pair lines of the same item and quantity, those of the same value first; what is left over differs."""
    left = list(recorded)
    waiting = list(exported)
    pairs: list[Pair] = []
    for same_value in (True, False):
        rest: list[ExportAdjustmentLine] = []
        for line in waiting:
            candidates = (
                other
                for other in left
                if other.item.id == line.item.id
                and other.quantity == adjusted(line)
                and (not same_value or _value(other, decimals) == round_money(abs(line.total), decimals))
            )
            partner = next(candidates, None)
            if partner is None:
                rest.append(line)
            else:
                left.remove(partner)
                pairs.append((line, partner))
        waiting = rest
    differing = {line.item.id: line.item for line in waiting} | {line.item.id: line.item for line in left}
    for item in differing.values():
        name = item.identifier or item.name or str(item.id)
        mine = [adjusted(line) for line in exported if line.item.id == item.id]
        theirs = [line.quantity for line in recorded if line.item.id == item.id]
        shown = f"{', '.join(map(plain, mine)) or '-'} / {', '.join(map(plain, theirs)) or '-'}"
        problems.append(found("INV-DIFFERS", shown, item=name))
    return pairs


def _value(line: AdjustmentRecordLine, decimals: int) -> Decimal:
    return round_money(abs(line.quantity * line.unit_cost), decimals)


def _line(
    key: TransactionKey, adjustment: ExportAdjustment, pair: Pair, lines: InventoryLines, problems: list[Problem]
) -> InLine | None:
    line, recorded = pair
    item = lines.items.resolve(line.item)
    problems.extend(item.problems)
    if item.new is not None:
        lines.need(key, item.new)
    name = item.invt_id or line.item.identifier
    quantity = adjusted(line)
    if recorded.serial_number and item.new is not None:
        problems.append(found("ITEM-TRACKED", recorded.serial_number, item=name))
    warehouse = lines.masters.warehouses.get(recorded.warehouse.id)
    warehouse_name = recorded.warehouse.name or (warehouse.name if warehouse else "")
    site = lines.places.site(warehouse.location_xref if warehouse else "", warehouse_name, problems)
    whse_loc = lines.places.bin(recorded.bin, site, name, problems) if site and item.invt_id else ""
    if whse_loc:
        problems.extend(lines.places.check_flags(site, whse_loc, comes_in=quantity > 0))
    catalog = lines.masters.catalog.get(line.item.id)
    unit = (lines.units.of(catalog.unit) if catalog else "") or item.stock_unit
    facts = LineFacts(
        item=item,
        name=name,
        site_id=site,
        whse_loc=whse_loc,
        quantity=quantity,
        unit=unit,
        unit_cost=abs(recorded.unit_cost),
        value=adjusted_value(line),
        account=line.account_number or adjustment.account_number,
        inventory_account=line.inventory_account,
        text=line.description or line.memo or adjustment.memo,
    )
    return lines.build(facts, problems)


def _order(line: InLine) -> tuple[str, str, str, Decimal, Decimal, str, str]:
    return line.invt_id, line.site_id, line.whse_loc, line.quantity, line.amount, line.acct, line.sub
