"""The buttons of the ribbon as data: their ids, labels and groups. Code walks over them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Button:
    """A ribbon button. ``id`` goes to Python; ``image`` is an Office image name (imageMso)."""

    id: str
    label: str
    group: str
    image: str
    tip: str


BUTTONS = (
    Button("login", "Log in", "Connect", "Connections", "Connects to Manage and SL; saves the passwords."),
    Button("logout", "Log out", "Connect", "Lock", "Forgets the saved passwords of this workbook."),
    Button("doctor", "Check setup", "Connect", "FileServerTasksMenu", "Checks both systems, rights and the ledger."),
    Button("refresh", "Refresh", "Batch", "RefreshAll", "Reads the unposted transactions from Manage."),
    Button("select_all", "Select all", "Batch", "SelectAll", "Marks Include on the visible rows."),
    Button("deselect_all", "Deselect all", "Batch", "ClearAll", "Clears Include on the visible rows."),
    Button(
        "deselect_problems",
        "Deselect problem rows",
        "Batch",
        "FilterReapply",
        "Clears Include on stopped rows.",
    ),
    Button("check", "Check mappings", "Batch", "ErrorChecking", "Runs every check; writes nothing."),
    Button("preview", "Preview", "Batch", "FilePrintPreview", "Shows the exact SL documents that would be made."),
    Button("practice", "Practice release", "Batch", "FileStartWorkflow", "Tries SL's own release; rolls all back."),
    Button(
        "push", "Run export", "Batch", "FileSaveToDocumentManagementServer", "Writes the SL batches, then marks Manage."
    ),
    Button("save_errors", "Save list of errors", "Records", "FileSaveAs", "Saves what stopped the last check or run."),
    Button("save_log", "Save full log", "Records", "FileSaveAsOtherFormats", "Saves every step of the last runs."),
    Button("audit", "Export audit record", "Records", "FilePublishAsWebPage", "One folder with everything of a run."),
    Button(
        "reconcile", "Reconcile", "Records", "CompareAndMergeWorkbooks", "Compares Manage, ledger and SL to the cent."
    ),
    Button("tie_out", "Tie-out", "Records", "AutoSum", "Manage, subledgers, ledger by account; to sign."),
    Button("accruals", "Accruals", "Records", "AccountingFormatMenu", "Unposted, received not invoiced, paid ahead."),
    Button("mappings", "Mappings", "Records", "TraceDependents", "Every master of Manage with its SL partner."),
    Button("batches", "Batches", "History", "FileVersionHistory", "Lists Manage's batches and their state in SL."),
    Button("rerun", "Rerun batch", "History", "Repeat", "Posts what of an earlier batch is missing in SL."),
    Button("undo", "Undo batch", "History", "Undo", "Takes an unreleased batch back out of SL and Manage."),
    Button(
        "clear", "Clear without export", "History", "ClearContents", "Marks the included rows in Manage, not in SL."
    ),
    Button(
        "recover", "Recover", "History", "ReviewAcceptOrRejectChangeDialog", "Finishes half-finished work of any PC."
    ),
    Button("sync", "Sync payments", "Payments", "AccountingFormat", "Writes what SL has been paid into Manage."),
    Button("ask", "Ask for approval", "Approval", "FileSendAsAttachment", "Asks a second person for what is marked."),
    Button("approve", "Approve", "Approval", "SignatureLineInsert", "Shows what was asked for, and signs it."),
    Button("help", "Help", "Help", "Help", "Where to read more."),
)
