"""One tree of exceptions. Each class builds its own message; callers pass facts.

Every message is for an accountant: what happened, to which transaction, and where to mend it. The traceback goes
into the full log only.
"""

from __future__ import annotations


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
            text = f"Manage no longer has the batch {batch!r}: it was deleted there, so its transactions are unposted."
            fix = "Refresh, and mark on the sheets what shall be posted."
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
    """Manage answered with an error status. Keeps what it said."""

    def __init__(self, status: int, said: str, *, method: str, path: str, fix: str = "") -> None:
        super().__init__(f"Manage answered {status} to {method} {path}: {said}", fix=fix)
        self.status = status
        self.said = said
        self.method = method
        self.path = path


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


class SlError(XlpyError):
    """The SL database could not be reached, or is not set up for this product."""


class LedgerMissing(SlError):
    """The posting ledger's tables are not in the company database, or of another version."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"The posting ledger is not ready in this SL database ({found}).",
            fix="Run 'xlpy sl-setup' once (or give its script to the database administrator).",
        )


class PostingLocked(SlError):
    """Somebody else is posting into the same SL database."""

    exit_code = 1

    def __init__(self, user: str, host: str, since: str) -> None:
        super().__init__(
            f"{user or 'Another user'} on {host or 'another PC'} is posting into this SL database since {since}.",
            fix="Wait until it is done and run this again. Nothing was written.",
        )


class PostingRefused(SlError):
    """Something moved between check and write; everything was rolled back."""

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


class BatchNotConfirmed(ManageError):
    """Manage took the batch, but does not show it afterwards as it should."""

    def __init__(self, identifier: str, found: str) -> None:
        super().__init__(
            f"Manage took the batch {identifier!r}, but {found}.",
            fix="Look at Finance > Accounting Interface in Manage, then run 'Recover'. SL is not touched by that.",
        )
        self.identifier = identifier
