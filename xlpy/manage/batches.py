"""Batches of Manage: what marks transactions as posted. Creating one is sent once and then looked at.

Source: Manage API: creating the batch, deleting a batch.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from xlpy.domain.facts.batch_entries import BatchContents, BatchEntry
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.errors import (
    BatchNameHidden,
    BatchNameTaken,
    BatchNotConfirmed,
    ManageError,
    ManageRefused,
    ManageSpokeNonsense,
    ManageUnreachable,
    SettingsError,
)
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import can_be_quoted, read_count, read_filtered, read_list
from xlpy.manage.row import Row

BATCHES = "/finance/accounting/batches"
LONGEST_IDENTIFIER = 50
MOST_SUFFIXES = 999
_BAD_NAME = frozenset({400, 409, 422})  # statuses with which a name that is taken may be refused
_NAME_FIELDS = frozenset({"batchidentifier", "glinterfaceidentifier"})
_TAKEN = re.compile(r"exist|taken|in use|used|duplicate|unique")
KIND_FLAGS = {
    Kind.INVOICE: "exportInvoicesFlag",
    Kind.EXPENSE: "exportExpensesFlag",
    Kind.PROCUREMENT: "exportProductsFlag",
}
_log = logging.getLogger("xlpy.manage")


@dataclass(frozen=True, slots=True)
class AccountingBatch:
    """A batch of Manage. ``closed`` batches are out of reach of its users."""

    id: int
    identifier: str
    kinds: frozenset[Kind]
    closed: bool = False


def checked_identifier(identifier: str) -> str:
    """Return the name of a batch without surrounding blanks; raises ``SettingsError`` when Manage can't keep it."""
    name = identifier.strip()
    if not name:
        raise SettingsError("The batch identifier is empty.", fix="Type one on the Home sheet.")
    if len(name) > LONGEST_IDENTIFIER:
        raise SettingsError(
            f"The batch identifier {name!r} has {len(name)} characters; Manage keeps {LONGEST_IDENTIFIER}.",
            fix="Shorten it on the Home sheet.",
        )
    if not can_be_quoted(name):
        raise SettingsError(
            f"The batch identifier {name!r} has a double quote, a backslash or a control character in it.",
            fix="Type another one on the Home sheet.",
        )
    return name


def batches(transport: Transport) -> tuple[AccountingBatch, ...]:
    """Return all batches, once each, in Manage's order. Whether the list shows closed ones is unverified."""
    return tuple(_batch(Row(data, "a batch")) for data in read_list(transport, BATCHES))


def find_batch(transport: Transport, identifier: str) -> AccountingBatch | None:
    """Return the batch of this name, ``None`` when there is none. Raises ``ManageError`` when there are several."""
    name = checked_identifier(identifier)
    rows = read_filtered(transport, BATCHES, f'batchIdentifier="{name}"')
    found = [_batch(Row(data, "a batch")) for data in rows]
    # Manage compares without regard to case; a server that ignores the condition would show other batches too.
    same = [batch for batch in found if batch.identifier.casefold() == name.casefold()]
    if len(same) > 1:
        raise ManageError(
            f"Manage has {len(same)} batches named {name!r}.",
            fix="Look at Finance > Accounting Interface in Manage; take another batch identifier.",
        )
    return same[0] if same else None


def identifiers_like(wanted: str, longest: int = LONGEST_IDENTIFIER) -> Iterator[str]:
    """Yield ``wanted`` and its variants with -1, -2, … at the end, each of at most ``longest`` characters."""
    name = checked_identifier(wanted)
    yield name
    for number in range(1, MOST_SUFFIXES):
        suffix = f"-{number}"
        yield name[: longest - len(suffix)].rstrip() + suffix


def create_batch(
    transport: Transport,
    identifier: str,
    entry_ids: Collection[int],
    kinds: Collection[Kind],
    transactions: Collection[TransactionKey] = (),
) -> AccountingBatch:
    """Create a batch of these GL entries and return it: from then on their transactions are posted in Manage.

    The POST is sent at most once. When a batch of that name with our entries is there already, an earlier try took
    and nothing is sent. After a time-out or any unclear answer the batch is looked up by name: found with our
    entries, it is done. ``transactions``: whose entries they are; an entry that names one of them is ours, whatever
    its id (that an entry of a batch has the id of the GL entry is unverified).

    Raises ``BatchNameTaken`` when the batch of that name is not ours, ``BatchNameHidden`` when Manage refused and
    lists no batch of that name (a closed one may have it), another ``ManageRefused`` when it refused otherwise
    (nothing is marked), ``BatchNotConfirmed`` when it is made but can't be confirmed, ``ManageUnreachable`` otherwise
    (``sent`` tells whether it may still turn up).
    """
    name = checked_identifier(identifier)
    wanted = _Wanted(frozenset(i for i in entry_ids if i), tuple(transactions))
    if not wanted.ids or not kinds:
        raise ManageError(f"The batch {name!r} has no GL entries to mark.", fix="Refresh and export again.")
    if earlier := find_batch(transport, name):
        _log.info("Batch %s is in Manage already; comparing its entries", name)
        if _is_ours(transport, earlier, wanted):
            return earlier
        raise BatchNotConfirmed(name, "it has no entries yet", batch_id=earlier.id, agreed=False)
    body: dict[str, object] = {
        "batchIdentifier": name,
        "glInterfaceIdentifier": name,
        **{flag: kind in kinds for kind, flag in KIND_FLAGS.items()},
        "summarizeExpenses": Kind.EXPENSE in kinds,
        "processedRecordIds": sorted(wanted.ids),
    }
    try:
        transport.write("POST", BATCHES, body)
    except ManageUnreachable as error:
        if not error.sent:
            raise
        return _settle(transport, name, wanted, error, str(error.text))
    except ManageSpokeNonsense as error:
        return _settle(transport, name, wanted, error, "its answer can't be read")
    except ManageRefused as error:
        if error.status in _BAD_NAME and (found := _look(transport, name, wanted)):
            return found  # a proxy sent it twice: the first one took, the second was refused for its name
        if 400 <= error.status < 500 and error.status != 408:
            about = about_the_name(error, name) if error.status in _BAD_NAME else False
            if about is False:
                raise
            raise BatchNameHidden(name, error, sure=bool(about)) from error
        return _settle(transport, name, wanted, error, f"it answered {error.status}: {error.said}")
    return _confirmed(transport, name, len(wanted.ids))


def about_the_name(error: ManageRefused, name: str) -> bool | None:
    """Tell whether Manage refused a batch for its name; ``None`` when its words do not tell.

    The words of the real server are unverified. A field that it names decides, then its text.
    """
    if error.fields:
        return bool(error.fields & _NAME_FIELDS)
    said = error.said.casefold()
    if not _TAKEN.search(said):
        return None
    return True if name.casefold() in said or "identifier" in said else None


def batch_entries(transport: Transport, batch_id: int) -> tuple[BatchEntry, ...]:
    """Return the GL entries of a batch."""
    rows = read_list(transport, f"{BATCHES}/{batch_id}/entries")
    return tuple(_entry(Row(data, f"an entry of batch {batch_id}")) for data in rows)


def count_batch_entries(transport: Transport, batch_id: int) -> int:
    """Return how many GL entries a batch has."""
    return read_count(transport, f"{BATCHES}/{batch_id}/entries")


def delete_batch(transport: Transport, batch_id: int) -> None:
    """Delete a batch; its transactions are unposted again (check the lists: that is unverified). SL keeps its own.

    Raises ``ManageError`` for a closed batch, ``ManageRefused`` with status 404 when there is none.
    """
    path = f"{BATCHES}/{batch_id}"
    data = transport.get(path).data
    if not isinstance(data, dict):
        raise ManageSpokeNonsense(f"not a batch: {shape(data)}", method="GET", path=path)
    batch = _batch(Row(data, f"batch {batch_id}"))
    if batch.id != batch_id:
        raise ManageSpokeNonsense(f"not batch {batch_id}", method="GET", path=path)
    if batch.closed:
        raise ManageError(
            f"The batch {batch.identifier!r} is closed in Manage and can't be deleted.",
            fix="Leave it; correct the documents by credit memos.",
        )
    try:
        transport.write("DELETE", path)
    except ManageUnreachable as error:
        if not error.sent or not _is_gone(transport, path):
            raise


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The GL entries that a batch shall mark, and whose they are."""

    ids: frozenset[int]
    keys: tuple[TransactionKey, ...]


def _settle(transport: Transport, name: str, wanted: _Wanted, error: ManageError, why: str) -> AccountingBatch:
    """After an unclear answer: look whether the batch is there."""
    _log.warning("Batch %s: %s; looking whether it is in Manage", name, why)
    unclear = ManageUnreachable(
        f"it is not known whether the batch {name!r} was made ({why})", method="POST", path=BATCHES, sent=True
    )
    if found := _look(transport, name, wanted):
        _log.info("Batch %s is in Manage with our entries: done", name)
        return found
    raise unclear from error


def _look(transport: Transport, name: str, wanted: _Wanted) -> AccountingBatch | None:
    """Return the batch of this name if it is ours, ``None`` when there is none or Manage can't be asked.

    Raises ``BatchNameTaken`` when it is not ours, ``BatchNotConfirmed`` when its entries can't be read.
    """
    try:
        found = find_batch(transport, name)
    except ManageError as error:
        _log.warning("Batch %s can't be looked up: %s", name, error.text)
        return None
    if found is None:
        return None
    try:
        return found if _is_ours(transport, found, wanted) else None
    except BatchNameTaken:
        raise
    except ManageError as error:
        raise BatchNotConfirmed(name, _unreadable(error), batch_id=found.id, agreed=False) from error


def _confirmed(transport: Transport, name: str, sent: int) -> AccountingBatch:
    """After a good answer the batch is made, whatever a look at it says: ``BatchNotConfirmed`` is no refusal."""
    found: AccountingBatch | None = None
    try:
        found = find_batch(transport, name)
        if found is None:
            raise BatchNotConfirmed(name, "Manage lists none of that name")
        count = count_batch_entries(transport, found.id)
    except BatchNotConfirmed:
        raise
    except ManageError as error:
        number = found.id if found else 0
        raise BatchNotConfirmed(name, _unreadable(error), batch_id=number) from error
    if not count:
        raise BatchNotConfirmed(name, "it has no entries", batch_id=found.id)
    if count != sent:
        _log.warning("Batch %s has %d entries; %d were sent", name, count, sent)
    return found


def _unreadable(error: ManageError) -> str:
    return f"it could not be looked at ({error.text.rstrip('.')})"


def _is_ours(transport: Transport, batch: AccountingBatch, wanted: _Wanted) -> bool:
    """Whether a batch marks our entries. Raises ``BatchNameTaken`` when it is somebody else's.

    A GL entry is in one batch only. So a batch with all of ours has done its work, whatever else Manage put into it;
    and one with some of ours and nothing else is ours: what it does not mark stays in the unposted list and is seen
    there. An empty one is nobody's yet.
    """
    entries = batch_entries(transport, batch.id)
    found = BatchContents(entries).sort_out(wanted.ids, wanted.keys)
    if found.foreign and found.missing:
        raise BatchNameTaken(batch.identifier, foreign=found.foreign)
    if entries and (found.foreign or found.missing):
        _log.warning("Batch %s has %d entries; %d were sent", batch.identifier, len(entries), len(wanted.ids))
    return bool(entries)


def _is_gone(transport: Transport, path: str) -> bool:
    try:
        transport.get(path)
    except ManageRefused as error:
        return error.status == 404
    except ManageError:
        return False
    return False


def _batch(row: Row) -> AccountingBatch:
    kinds = frozenset(kind for kind, flag in KIND_FLAGS.items() if row.flag(flag))
    return AccountingBatch(row.id(), row.text("batchIdentifier"), kinds, row.flag("closedFlag"))


def _entry(row: Row) -> BatchEntry:
    invoice = row.ref("invoice")
    return BatchEntry(
        row.id(),
        row.text("accountNumber"),
        row.amount("debit"),
        row.amount("credit"),
        invoice.id,
        account_type=row.text("accountType"),
        cost=row.amount("cost"),
        cost_account=row.text("costOfGoodsSoldAccountNumber"),
        item=row.text("item"),
        invoice_number=invoice.identifier,
        expense_id=row.ref("expense").id,
        purchase_order_id=row.ref("purchaseOrder").id,
        line_item_id=row.ref("lineItem").id,
        adjustment_detail_id=row.ref("adjustmentDetail").id,
        transfer=row.text("transfer"),
    )
