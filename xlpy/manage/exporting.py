"""The export call of Manage, the same for the three kinds: what is asked for, what may be in the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlpy.domain.values.transactions import Kind
from xlpy.errors import ManageError, ManageSpokeNonsense
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import Progress

EXPORT = "/finance/accounting/export"
FAR_AHEAD = date(2099, 12, 31)  # later than any document; the calendar of the server may not go to year 9999
Json = Mapping[str, Any]
Parts = Mapping[str, list[Json]]
"""Records of an answer by the name of its part."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """How the request names a kind, and the parts of the answer that belong to it."""

    flag: str
    included: str
    parts: tuple[str, ...]
    words: str


_KINDS = {
    Kind.INVOICE: _Asked("exportInvoicesFlag", "includedInvoiceIds", ("transactions",), "invoices"),
    Kind.EXPENSE: _Asked("exportExpensesFlag", "includedExpenseIds", ("expenseBills", "expenses"), "expenses"),
    Kind.PROCUREMENT: _Asked(
        "exportProductsFlag",
        "includedProductIds",
        ("purchaseTransactions", "adjustmentTransactions", "inventoryTransfers"),
        "procurement",
    ),
}


# An export has at least one of these, if only its settings: an object without any of them is something else.
_PARTS = frozenset({"exportSettings", "customers", "vendors"}.union(*(asked.parts for asked in _KINDS.values())))


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What an export is asked for besides its ids. ``location_id`` 0 means all; ``detail`` shapes invoices only."""

    through: date
    detail: str
    batch_identifier: str
    location_id: int = 0


def export_in_chunks(
    transport: Transport,
    kind: Kind,
    ids: Sequence[int] | Sequence[str],
    request: ExportRequest,
    *,
    chunk: int,
    progress: Progress | None = None,
) -> Iterator[tuple[list[int | str], Parts]]:
    """Export transactions of one kind, and yield each chunk of ids with the records of its answer.

    One call per ``chunk`` of ids, never one with an empty list (what Manage makes of that is unverified). Nothing in
    Manage changes. Raises ``ManageError`` when things of another kind come back: they would be lost or be posted
    without a mark. Source: Manage API: request of the export.
    """
    wanted: list[int | str] = list(dict.fromkeys(ids))
    size = max(1, chunk)
    for start in range(0, len(wanted), size):
        part = wanted[start : start + size]
        answer = transport.ask(EXPORT, _body(kind, part, request), timeout=transport.export_timeout).data
        yield part, _parts(answer, (kind,))
        if progress:
            progress(start + len(part), len(wanted))


def ask_of_batch(
    transport: Transport, path: str, kinds: Collection[Kind], *, batch_identifier: str, detail: str
) -> Parts:
    """Export a batch that is there and return the records of the answer; repeated like a read.

    Without id lists, and through a day beyond any document. Raises ``ManageError`` when things of a kind come back
    that was not asked for. Source: Manage API: rerun.
    """
    body = _head(ExportRequest(FAR_AHEAD, detail, batch_identifier), kinds)
    answer = transport.ask(path, body, timeout=transport.export_timeout).data
    return _parts(answer, kinds, path)


def refuse_twice(entry_ids: Iterable[int], seen: set[int], what: str) -> None:
    """Add the GL entry ids of one document to ``seen``; raises ``ManageError`` when another one has one of them.

    The same entry in two documents would be posted twice. Source: Manage API: creating the batch.
    """
    mine = {entry for entry in entry_ids if entry}
    if mine & seen:
        raise exported_wrongly(what, "twice")
    seen |= mine


def exported_wrongly(what: str, how: str) -> ManageError:
    """Return the error of a document that came twice, or without being asked for."""
    return ManageError(f"Manage exported {what} {how}.", fix="Refresh and try again. Nothing was posted.")


def _body(kind: Kind, ids: list[int | str], request: ExportRequest) -> dict[str, object]:
    body = _head(request, (kind,)) | {_KINDS[kind].included: ids}
    if request.location_id:
        body["locationId"] = request.location_id
    return body


def _head(request: ExportRequest, kinds: Collection[Kind]) -> dict[str, object]:
    return {
        "batchIdentifier": request.batch_identifier,
        "glInterfaceIdentifier": request.batch_identifier,
        # The end of the day; left out it would mean today, and drop documents dated later.
        "thruDate": f"{request.through.isoformat()}T23:59:59Z",
        "summarizeInvoices": str(request.detail),
        **{asked.flag: kind in kinds for kind, asked in _KINDS.items()},
    }


def _parts(answer: object, kinds: Collection[Kind], path: str = EXPORT) -> Parts:
    """Return the records of a GL export that must hold nothing of another kind; absent and empty are the same."""
    data: Json = answer if isinstance(answer, dict) else {}
    mine = [asked for kind, asked in _KINDS.items() if kind in kinds]
    found = {name: [] if data.get(name) is None else data[name] for asked in mine for name in asked.parts}
    lists = all(isinstance(records, list) for records in found.values())
    if not isinstance(answer, dict) or (answer and not answer.keys() & _PARTS) or not lists:
        raise ManageSpokeNonsense(f"not an export: {shape(answer)}", method="POST", path=path)
    others = (name for kind, asked in _KINDS.items() if kind not in kinds for name in asked.parts)
    foreign = [name for name in others if data.get(name)]
    if foreign or not all(isinstance(record, dict) for records in found.values() for record in records):
        words = " and ".join(asked.words for asked in mine)
        raise ManageError(
            f"Manage's export of {words} has other things in it ({', '.join(foreign) or 'unreadable records'}).",
            fix="Refresh and try again. Nothing was posted.",
        )
    return found
