"""Every assumption about Manage that the product rests on and nobody could verify, and how each is turned round.

One line per assumption. ``turn`` sets the site up; the story is then a whole month: export, and Recover until nothing
is owed. ``ends``: *right* (the same documents, each marked once) or the codes of the stop that names it.
Source: Manage API, everything marked unverified there.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from xlpy.demo.site.door.answers import Refusal
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.store import Exchange
from xlpy.domain.values.transactions import Kind

RIGHT = "right"
BATCHES = "/finance/accounting/batches"


@dataclass(frozen=True, slots=True)
class Assumption:
    """What is assumed, the section of the reference, the switch that turns it, and how the month then ends."""

    assumed: str
    section: str
    switch: str
    turn: Callable[[Any], None]
    ends: str = RIGHT


def switch(name: str, value: Any = True) -> Callable[[Any], None]:
    def turn(stage: Any) -> None:
        assert hasattr(stage.site.harsh, name)
        setattr(stage.site.harsh, name, value)
        stage.site.changed()

    return turn


def record(name: str, value: Any) -> Callable[[Any], None]:
    def turn(stage: Any) -> None:
        assert hasattr(stage.site.records, name)
        setattr(stage.site.records, name, value)
        stage.site.changed()

    return turn


def fault(kind: FaultKind, method: str, path: str, **more: Any) -> Callable[[Any], None]:
    return lambda stage: stage.site.faults.add(Fault(kind, method, path, **more))


def names_taken(stage: Any) -> None:
    stage.site.records.deleted_names += ["OCT-I", "OCT-E", "OCT-P"]
    stage.site.harsh.deleted_names_taken = True


def hidden_closed(stage: Any) -> None:
    """A batch of each name is there, closed, and neither in a list nor to be had by its id."""
    manage = stage.session().manage
    personal = [row for row in manage.unposted_expenses() if row.classification == "Personal"]
    for suffix, row in zip(("-E",), personal, strict=False):
        manage.create_batch(f"OCT{suffix}", [row.id], [Kind.EXPENSE])
    for number in list(stage.site.records.batches):
        stage.site.close_batch(number)
    stage.site.harsh.closed_batches_unlisted = stage.site.harsh.closed_batches_gone = True


def class_segments(*types: str) -> Callable[[Any], None]:
    """The segments of accounts have these types, in order; the account texts of the export stay as they are."""

    def turn(stage: Any) -> None:
        (captions,) = stage.site.table("glCaptions").values()
        for number, kind in enumerate(types, start=1):
            captions[f"segment{number}"] = f"Segment {number}"
            captions[f"segment{number}type"] = kind
        stage.site.changed()

    return turn


def empty_lists_refused(stage: Any) -> None:
    """A list without ids may mean nothing or everything: the site takes none, in a condition or in a body."""

    def refuse(exchange: Exchange) -> None:
        lists = json.loads(exchange.request).values() if exchange.method == "POST" and exchange.request else ()
        asked = "".join(exchange.query.get("conditions", "").split())
        if [] in lists or "in()" in asked:
            raise Refusal(400, "InvalidOperation", "An empty list says nothing.")

    stage.site.watch = refuse


def together(*turns: Callable[[Any], None]) -> Callable[[Any], None]:
    def turn(stage: Any) -> None:
        for one in turns:
            one(stage)

    return turn


ASSUMPTIONS = (
    Assumption("An entry of a batch has the GL entry's id", "4.10", "other_entry_ids", switch("other_entry_ids")),
    Assumption("The entries of a batch can be read", "4.10", "entries_refused", switch("entries_refused")),
    Assumption("Names of deleted batches are free", "12.1", "deleted_names_taken", names_taken),
    Assumption("Closed batches are listed", "4.11", "closed_batches_unlisted", hidden_closed),
    Assumption("The answer to a new batch is a GL export", "4.10", "empty_batch_answer", switch("empty_batch_answer")),
    Assumption(
        "A refusal says that it is about the name",
        "1.4",
        "text, 400",
        fault(FaultKind.TEXT, "POST", BATCHES, status=400),
    ),
    Assumption(
        "A new batch shows what it has at once",
        "4.10",
        "403 after the POST",
        fault(FaultKind.FORBIDDEN, "GET", BATCHES + r"/\d+/entries.*", times=None),
    ),
    Assumption(
        "An answer that is lost says nothing",
        "1.4",
        "drop after",
        fault(FaultKind.DROP_AFTER, "POST", BATCHES, times=None),
    ),
    Assumption(
        "A login lives as long as the run",
        "1.3",
        "401 at the first batch",
        fault(FaultKind.UNAUTHORIZED, "POST", BATCHES),
    ),
    Assumption("A batch marks the entries that are sent", "4.10", "batched_at_once", switch("batched_at_once")),
    Assumption("Headers of credit memos are negative", "4.5", "records", record("negative_credit_headers", False)),
    Assumption("The list shows credit memos negative", "3.1", "positive_credits", switch("positive_credits")),
    Assumption(
        "Lines of credit memos are positive",
        "4.5",
        "credit_details_turned",
        switch("credit_details_turned"),
        "SIGN-DISAGREES",
    ),
    Assumption(
        "The same, with a positive list",
        "4.5",
        "credit_details_turned, positive_credits",
        together(switch("credit_details_turned"), switch("positive_credits")),
        "SIGN-DISAGREES",
    ),
    Assumption(
        "Lines are credits, headers debits", "4.5, 4.6, 4.7", "lines_turned", switch("lines_turned"), "SIGN-DISAGREES"
    ),
    Assumption("Signs of transfers", "4.8", "transfers_turned", switch("transfers_turned")),
    Assumption("The export names a currency", "2.4", "export_without_currency", switch("export_without_currency")),
    Assumption("A currency has a currencyCode", "12.1", "iso_codes", switch("iso_codes")),
    Assumption("Dates are midnight in UTC", "2.4", "east_of_utc", switch("east_of_utc")),
    Assumption("A page is as long as asked for", "2.2", "rows_per_page", switch("rows_per_page", 3)),
    Assumption("A list is whole", "2.2", "first_rows_only", switch("first_rows_only", 3), "ManageListShort"),
    Assumption("A count is a number", "2.1", "count_as_text", switch("count_as_text")),
    Assumption("A count can be had", "2.1", "403", fault(FaultKind.FORBIDDEN, "GET", ".*/count", times=None)),
    Assumption("A query may be of any length", "12.1", "longest_query", switch("longest_query", 2048)),
    Assumption(
        "A success is no error",
        "1.4",
        "error object, 200",
        fault(FaultKind.ERROR_OBJECT, "POST", "/finance/accounting/export", times=None),
        "ManageRefused",
    ),
    Assumption("Adjustments name their GL entries", "4.8", "records", record("adjustment_entry_ids", True)),
    Assumption("Not every expense is exported", "3.2", "records", record("exports_non_reimbursable", False)),
    Assumption(
        "Unposted procurement has an unpostedProductId",
        "12.1",
        "no_product_ids",
        switch("no_product_ids"),
        "NOT-UNPOSTED",
    ),
    Assumption(
        "The site knows the pinned version",
        "1.2",
        "406",
        fault(FaultKind.NOT_ACCEPTABLE, "GET", "/finance/accounting/unposted.*", times=None),
        "ManageRefused",
    ),
    Assumption("An empty list of ids says nothing", "12.1", "empty lists refused, 400", empty_lists_refused),
    Assumption(
        "The text of an account has its Class segments",
        "4.5",
        "Class last, not in the text",
        class_segments("Account", "Account", "Account", "Class"),
    ),
    Assumption(
        "The same, with a Class segment in front",
        "4.5",
        "Class first, not in the text",
        class_segments("Class", "Account", "Account", "Account"),
        "ACCT-MISSING",
    ),
    Assumption(
        "No Class segment makes an account",
        "4.5",
        "Class last, in the text",
        class_segments("Account", "Account", "Class"),
        "SUB-LENGTH",
    ),
)

# Of un-batching purchase orders: the story is the undo of receipts whose batch has to stay.
UNBATCH = r"/procurement/purchaseorders/\d+/unbatch"
BY_HAND = "un-batch them by hand in Manage"
UNBATCHING = (
    Assumption(
        "An order can be un-batched", "7.1", "404", fault(FaultKind.NOT_FOUND, "POST", UNBATCH, times=None), BY_HAND
    ),
    Assumption("All its receipts are un-batched", "7.1", "unbatch_takes_one", switch("unbatch_takes_one")),
    Assumption(
        "What Manage says is un-batched is so",
        "7.1",
        "unbatch_does_nothing",
        switch("unbatch_does_nothing"),
        BY_HAND,
    ),
    Assumption(
        "A refusal to un-batch means that nothing was done",
        "7.1",
        "500, and done",
        fault(FaultKind.SERVER_TIMEOUT, "POST", UNBATCH, times=None, after=True),
    ),
)
