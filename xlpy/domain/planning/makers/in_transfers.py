"""From the exported items of one inventory transfer to the lines of screen 10040, a one-step transfer."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from decimal import Decimal

from xlpy.domain.checks.table import found
from xlpy.domain.documents.inventory import MOVED, InLine
from xlpy.domain.facts.books import sl_key
from xlpy.domain.facts.manage_procurement import ExportTransfer, UnpostedProcurement
from xlpy.domain.facts.matching import TRANSFER, match_transfers
from xlpy.domain.mapping.items import ResolvedItem
from xlpy.domain.planning.makers.in_documents import Exported, InventoryMaker
from xlpy.domain.planning.makers.in_lines import InventoryLines, LineFacts
from xlpy.domain.values.money import plain, total
from xlpy.domain.values.problems import Problem, has_stop
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.transactions import TransactionKey


class InTransfers(InventoryMaker[ExportTransfer]):
    """Makes a one-step transfer of screen 10040 of each included row."""

    procurement_kind = TRANSFER
    tran_type = MOVED

    def match(self, rows: Sequence[UnpostedProcurement]) -> None:
        """Find the exported items of these transfers, each in one order."""
        self.exported = {
            row: tuple(sorted(moved, key=lambda one: (one.item.identifier, one.id, one.offset_id)))
            for row, moved in match_transfers(rows, self.request.exported_procurement.transfers).pairs
        }

    def seen(self, documents: tuple[ExportTransfer, ...]) -> Exported:
        """Return what the export has of the items of a transfer; its day is that of the latest."""
        return Exported(
            day=max((one.document_date for one in documents if one.document_date), default=None),
            value=moved_value(documents),
            sizes=frozenset(sizes_shown(documents)),
            fingerprint=transfer_hash(documents),
            lines=tuple(one.total for one in documents),
            dates=tuple(one.document_date for one in documents if one.document_date),
            text=documents[0].memo or documents[0].description,
        )

    def document_lines(
        self, key: TransactionKey, documents: tuple[ExportTransfer, ...], problems: list[Problem]
    ) -> tuple[InLine, ...]:
        """Return the lines of the document."""
        return draft_transfer(key, documents, self.lines, problems)


def transfer_hash(moved: Sequence[ExportTransfer]) -> str:
    """SHA-256 (hex) of what a transfer posts: date, and each item with quantity, value, bins and accounts.

    No ids are in it; the order of the items does not matter.
    """
    parts = sorted(
        "\t".join(
            (
                item.document_date.isoformat() if item.document_date else "",
                item.item.identifier,
                plain(abs(item.quantity)),
                plain(abs(item.total)),
                item.unit.name or item.unit_xref,
                _bin_name(item.from_bin),
                _bin_name(item.to_bin),
                item.account_number,
                item.inventory_account,
                item.offset_account,
            )
        )
        for item in moved
    )
    return hashlib.sha256("\n".join(parts).encode("utf-8")).hexdigest()


def moved_value(moved: Sequence[ExportTransfer]) -> Decimal:
    """Return the value of what is moved, positive."""
    return total(abs(item.total) for item in moved)


def sizes_shown(moved: Sequence[ExportTransfer]) -> set[Decimal]:
    """Return the sizes that Manage's list may show as its total.

    Unverified: whether it lists both sides of a transfer, and with which signs.
    """
    value = moved_value(moved)
    return {value, value * 2, Decimal(0)}


def draft_transfer(
    key: TransactionKey, moved: Sequence[ExportTransfer], lines: InventoryLines, problems: list[Problem]
) -> tuple[InLine, ...]:
    """Return the lines of a transfer; empty when a problem stops it, or when nothing moves in SL.

    An item whose two bins are one bin of SL is left out, with a note. All lines go from one site to one other (or
    the same): SL's transfer has one of each (SL: TrnsfrDoc).
    """
    made = [_line(key, item, lines, problems) for item in moved if item.quantity or item.total]
    if has_stop(problems):
        return ()
    kept = tuple(sorted((line for line in made if line is not None), key=_order))
    pairs = {(sl_key(line.site_id), sl_key(line.to_site_id)) for line in kept}
    if len(pairs) > 1:
        shown = ", ".join(f"{here} → {there}" for here, there in sorted(pairs))
        problems.append(found("INV-SITES", shown))
        return ()
    return kept


def _line(key: TransactionKey, moved: ExportTransfer, lines: InventoryLines, problems: list[Problem]) -> InLine | None:
    item = lines.items.resolve(moved.item)
    problems.extend(item.problems)
    name = item.invt_id or moved.item.identifier
    here, from_bin = _place(moved.from_location_xref, moved.from_bin, item, lines, problems)
    there, to_bin = _place(moved.to_location_xref, moved.to_bin, item, lines, problems)
    if from_bin and to_bin and (sl_key(here), sl_key(from_bin)) == (sl_key(there), sl_key(to_bin)):
        shown = f"{_bin_name(moved.from_bin)} → {_bin_name(moved.to_bin)}"
        problems.append(found("INV-SAME-BIN", shown, f"{here} {from_bin}", item=name))
        return None
    if item.new is not None:
        lines.need(key, item.new)
    if from_bin:
        problems.extend(lines.places.check_flags(here, from_bin, comes_in=False))
    if to_bin:
        problems.extend(lines.places.check_flags(there, to_bin, comes_in=True))
    catalog = lines.masters.catalog.get(moved.item.id)
    unit = lines.units.of(moved.unit, moved.unit_xref) or (lines.units.of(catalog.unit) if catalog else "")
    account, inventory_account = transfer_accounts(moved)
    facts = LineFacts(
        item=item,
        name=name,
        site_id=here,
        whse_loc=from_bin,
        quantity=abs(moved.quantity),
        unit=unit or item.stock_unit,
        unit_cost=abs(moved.cost),
        value=abs(moved.total),
        account=account,
        inventory_account=inventory_account,
        text=moved.description or moved.memo,
        to_site_id=there,
        to_whse_loc=to_bin,
    )
    return lines.build(facts, problems)


def transfer_accounts(moved: ExportTransfer) -> tuple[str, str]:
    """Return the texts of the account that a transfer passes through, and of its inventory account.

    Unverified: which side Manage's ``accountNumber`` is, and what the screen writes. It does not reach the ledger:
    what the outgoing line debits to it, the receiving line that a one-step release makes credits.
    """
    return moved.account_number or moved.offset_account, moved.inventory_account


def _place(
    xref: str, given: Ref, item: ResolvedItem, lines: InventoryLines, problems: list[Problem]
) -> tuple[str, str]:
    site = lines.places.site(xref, f"of bin {_bin_name(given)}", problems)
    if not site or not item.invt_id:
        return site, ""
    return site, lines.places.bin(given, site, item.invt_id, problems)


def _bin_name(given: Ref) -> str:
    return given.name or given.identifier


def _order(line: InLine) -> tuple[str, str, str, str, str, Decimal, Decimal]:
    return (
        line.invt_id,
        line.site_id,
        line.whse_loc,
        line.to_site_id,
        line.to_whse_loc,
        line.quantity,
        line.amount,
    )
