"""One tree of exceptions. Each class builds its own message; callers pass facts.

Every message is for an accountant: what happened, to which transaction, and where to mend it. The traceback goes
into the full log only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence


class XlpyError(Exception):
    """Root of everything that this product raises on purpose. ``exit_code`` is the command line's answer."""

    exit_code = 2

    def __init__(self, text: str, *, fix: str = "") -> None:
        super().__init__(text if not fix else f"{text} {fix}")
        self.text = text
        self.fix = fix


class SettingsError(XlpyError):
    """A setting is missing or wrong; nothing was started."""


class WorkbookError(XlpyError):
    """The workbook is not what it should be, or can't be written; nothing was changed in it."""


class WorkbookNotReplaceable(WorkbookError):
    """The closed file is open in another program, not there, read-only, or in a folder without room."""

    def __init__(
        self, path: str, reason: str, fix: str = "Close it where it is open, or pick a folder that you may write to."
    ) -> None:
        super().__init__(
            f"The workbook {path} can't be replaced: {reason}.", fix=f"{fix} Run this again then. Nothing was posted."
        )


class FileNotSaved(XlpyError):
    """A file or record for the user could not be saved; nothing half-written is left."""

    def __init__(self, what: str, folder: str, reason: str) -> None:
        super().__init__(
            f"The {what} can't be saved in {folder}: {reason}.",
            fix="Pick a folder that you may write to and that has room. Nothing was left there.",
        )


class DataFolderNotWritable(XlpyError, OSError):
    """The folder for previews, runs and logs can't be made or written: wrong ``XLPY_DATA``, no rights, a full disk."""

    def __init__(self, folder: str, reason: str) -> None:
        super().__init__(
            f"The folder {folder} for previews, runs and logs can't be written: {reason}.",
            fix="Make room, get the right to write there, or set the environment variable XLPY_DATA to another folder.",
        )
        self.strerror = reason


class RunNotKnown(XlpyError):
    """Neither this PC nor the posting ledger knows the run that was asked for."""

    def __init__(self, run_id: str, known: list[str]) -> None:
        super().__init__(
            f"Neither this PC nor the posting ledger in SL knows a run {run_id!r}."
            if run_id
            else "There is no run yet whose record could be exported.",
            fix=f"The last runs of this PC: {', '.join(known)}." if known else "Press Run export first.",
        )
        self.run_id = run_id


class AuditRecordUnreadable(XlpyError):
    """What was given is not an audit record, or its manifest can't be read."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(
            f"{path} is not an audit record that can be checked: {reason}.",
            fix="Name the folder or the zip file that Export audit record made.",
        )


class NothingToReconcile(XlpyError):
    """Neither Manage nor the posting ledger knows the batch that was asked for."""

    def __init__(self, batch: str) -> None:
        super().__init__(
            f"Neither Manage nor the posting ledger in SL knows a batch {batch!r}.",
            fix="Copy an identifier from the sheet Batches to Home, Earlier batch; leave it empty for everything.",
        )


class BatchNotThere(XlpyError):
    """Manage has no batch of the name that was given for a rerun."""

    def __init__(self, batch: str, like: list[str], *, in_ledger: bool) -> None:
        if not batch:
            text = "No earlier batch is named."
            fix = "Press Batches, and copy an identifier from the sheet Batches to Home, Earlier batch."
        elif like:
            text, fix = f"Manage has no batch {batch!r}.", f"It has {', '.join(like)}: name one of them."
        elif in_ledger:
            text = f"Manage does not show a batch {batch!r}: it was deleted or closed there."
            fix = (
                "Refresh: what is unposted again can be marked on the sheets. What is not is in a closed batch: look at"
                " it in Manage, Finance > Accounting Interface."
            )
        else:
            text = f"Manage has no batch {batch!r}."
            fix = "Press Batches, and copy an identifier from the sheet Batches to Home, Earlier batch."
        super().__init__(f"{text} Nothing was written.", fix=fix)


class BatchNotOurs(XlpyError):
    """A batch that was given for a rerun is another SL company's, or has nothing that this product posts."""

    def __init__(self, batch: str, reason: str, fix: str) -> None:
        super().__init__(f"The batch {batch!r} can't be rerun: {reason}. Nothing was written.", fix=fix)


class ManageError(XlpyError):
    """Manage could not be reached, refused, or answered something that is not its language."""


class ManageRefused(ManageError):
    """Manage answered with an error status. Keeps what it said, and which fields it named as wrong."""

    def __init__(
        self, status: int, said: str, *, method: str, path: str, fix: str = "", fields: Collection[str] = ()
    ) -> None:
        super().__init__(f"Manage answered {status} to {method} {path}: {said}", fix=fix)
        self.status = status
        self.said = said
        self.method = method
        self.path = path
        self.fields = frozenset(field.casefold() for field in fields)


class ManageUnreachable(ManageError):
    """No answer from Manage (no connection, time-out, broken connection). ``sent`` tells whether it may have acted."""

    def __init__(self, reason: str, *, method: str, path: str, sent: bool) -> None:
        super().__init__(
            f"No answer from Manage to {method} {path}: {reason}.",
            fix="Check the network and the site's address; then run this again.",
        )
        self.sent = sent


class ManageSpokeNonsense(ManageError):
    """The answer is not JSON of the expected shape (a proxy's page, plain text)."""

    def __init__(self, said: str, *, method: str, path: str) -> None:
        super().__init__(
            f"The answer to {method} {path} is not from Manage's API: {said[:500]!r}.",
            fix="Check the site's address and whether a proxy stands in between.",
        )


class ManageListShort(ManageError):
    """Manage gave fewer records of a list than it counts, also when it was read again: not all of it is known."""

    def __init__(self, path: str, read: int, counted: int) -> None:
        what = _LISTS.get(path.rpartition("/")[2].casefold(), f"records of {path}")
        super().__init__(
            f"{read} of {counted} were read: Manage counts {counted} {what}, but gave {read}.",
            fix="Nothing was changed. Run this again; if it stays, ask whoever hosts your Manage about"
            f" GET {path} and its pages.",
        )
        self.read = read
        self.counted = counted


_LISTS = {
    "unpostedinvoices": "unposted invoices",
    "unpostedexpenses": "unposted expenses",
    "unpostedprocurement": "unposted procurement rows",
    "batches": "batches",
    "entries": "entries of the batch",
    "billingterms": "billing terms",
    "glaccounts": "GL accounts",
    "currencies": "currencies",
    "warehouses": "warehouses",
    "unitofmeasures": "units of measure",
    "locations": "locations",
    "countries": "countries",
    "taxcodelevels": "levels of a tax code",
    "paymenttypes": "payment types",
}


class SlError(XlpyError):
    """The SL database could not be reached, or is not set up for this product."""


class LedgerMissing(SlError):
    """The posting ledger's tables are not in the company database, or of another version."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The posting ledger is not ready in this SL database ({found}).",
            fix="Run 'xlpy sl-setup' once (or give its script to the database administrator).",
        )


class RightsMissing(SlError):
    """The SQL login lacks rights that the product needs. Found before anything is written."""

    exit_code = 1

    def __init__(self, login: str, rights: str, role: str, *, in_role: bool) -> None:
        super().__init__(
            f"The SQL login {login} {'is in' if in_role else 'is not in'} the role {role}, and lacks {rights}.",
            fix=(
                "Have the database administrator run the set-up script again (xlpy sl-setup --print)."
                if in_role
                else f"Have the database administrator make it a member of {role}; the set-up script shows how."
            )
            + " Nothing was written.",
        )


class PostingLocked(SlError):
    """Somebody else is posting into the same SL database.

    ``user`` empty: who it is is not known (yet). ``session``: the lock ends with a session of SQL Server.
    """

    exit_code = 1

    def __init__(self, user: str, host: str, since: str, *, session: bool = False) -> None:
        who = f"{user} on {host} is posting" if user else "Another run has just begun to post"
        ended = (
            " A run that was broken off is let go as soon as the server sees its connection end: at once when only the"
            " program died, within two minutes when the PC or the network did."
        )
        super().__init__(
            f"{who} into this SL database{f' since {since}' if user else ''}.",
            fix=f"Wait until it is done and run this again.{ended if session else ''} Nothing was written.",
        )


class PostingRefused(SlError):
    """Something moved between check and write; everything was rolled back."""

    exit_code = 1


class TransactionLost(SlError):
    """The server ended the transaction without saying so; what was written afterwards is in another one."""

    exit_code = 1

    def __init__(self) -> None:
        super().__init__(
            "SL's server ended the transaction while it was written to, and said nothing of it. Everything was rolled"
            " back.",
            fix="Run this again. If it stays, press Save full log and send the file to your support.",
        )


class NeverSaved(SlError):
    """Something tried to save what is only practised."""

    def __init__(self) -> None:
        super().__init__(
            "A practice release tried to save something. That was refused, and everything was rolled back.",
            fix="Send the full log to support. Nothing was written.",
        )


class PracticeImpossible(SlError):
    """SL's own release can't be tried here: it is switched off, is not there, or the login may not run it."""

    exit_code = 1


class CommitUnknown(SlError):
    """The connection broke while committing, and the ledger could not be read afterwards."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The connection to SL broke while saving, so it is not known whether the batch is there: {reason}.",
            fix="Run 'Recover' (xlpy recover) when SL is back: it reads SL and finishes or forgets the batch.",
        )


class StoppedByProblems(XlpyError):
    """The checks found at least one stop; nothing was written anywhere."""

    exit_code = 1


class ResourceMissing(XlpyError):
    """A folder or file that belongs to the installation is not there."""

    def __init__(self, name: str, looked: list[str]) -> None:
        super().__init__(
            f"'{name}' of this product was not found in {' or '.join(looked)}.",
            fix="The installation is incomplete: install the package again.",
        )


class BatchNameTaken(ManageError):
    """Manage has a batch of that name with entries that are not ours."""

    def __init__(self, identifier: str, *, foreign: int) -> None:
        super().__init__(
            f"Manage already has a batch {identifier!r}, with {foreign} entries that are not of this run.",
            fix="Take another batch identifier; the documents in SL are not touched.",
        )
        self.identifier = identifier


class NotExported(ManageError):
    """Manage lists transactions as unposted, and its export does not show them (or not for themselves alone)."""

    def __init__(self, called: Sequence[str]) -> None:
        more = f" and {len(called) - 5} more" if len(called) > 5 else ""
        super().__init__(
            f"Manage lists {', '.join(called[:5])}{more} as unposted, but its export does not show it for itself.",
            fix="Open it in Manage and close it again (a GL mapping may be missing); then run 'Recover'.",
        )


class NoFreeBatchName(ManageError):
    """Manage refuses one name of a batch after the other, and lists no batch of any of them."""

    def __init__(self, first: str, last: str) -> None:
        super().__init__(
            f"Manage refuses every batch name from {first!r} to {last!r}, though it lists none of them: closed or"
            " deleted batches may have them.",
            fix=f"In Manage, Finance > Accounting Interface, put the transactions into a batch named {last!r} by hand"
            " (mark them, Remove Records); then run 'Recover'. SL is not touched.",
        )


class BatchNotConfirmed(ManageError):
    """The batch is made (or may be: ``agreed`` tells), but Manage does not show it afterwards as it should.

    ``batch_id`` 0: it is not in Manage's list.
    """

    def __init__(self, identifier: str, found: str, *, batch_id: int = 0, agreed: bool = True) -> None:
        made = "The batch {0!r} is made in Manage, but not confirmed" if agreed else "Manage has a batch {0!r}"
        super().__init__(
            f"{made.format(identifier)}: {found}.",
            fix="Look at Finance > Accounting Interface in Manage, then run 'Recover'. SL is not touched by that.",
        )
        self.identifier = identifier
        self.batch_id = batch_id
        self.agreed = agreed


class BatchNameHidden(ManageRefused):
    """Manage refuses the name of a batch that it does not list: a closed or deleted batch may have it."""

    def __init__(self, identifier: str, refused: ManageRefused, *, sure: bool) -> None:
        super().__init__(
            refused.status,
            refused.said,
            method=refused.method,
            path=refused.path,
            fix=refused.fix,
            fields=refused.fields,
        )
        self.identifier = identifier
        self.sure = sure  # whether Manage said that it is about the name
