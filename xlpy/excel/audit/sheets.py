"""The sheets of an audit record, as rows: the run itself, its results, problems, journal, ledger and payments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xlpy.domain.values.problems import Problem, Severity
from xlpy.excel.tables import rows as render
from xlpy.excel.tables.payment_rows import payment_rows
from xlpy.excel.tables.reconcile_rows import reconcile_rows
from xlpy.excel.tables.rows import Row
from xlpy.excel.workbook.sheet import CellKind, Column, Part, Sheet
from xlpy.excel.workbook.sheets import PAYMENTS, PREVIEW, PROBLEMS, RECONCILE, RESULTS
from xlpy.excel.workbook.state_colours import state_word
from xlpy.services.records.audit_content import RecordContent
from xlpy.services.run.reports import RunReport, RunState

RECORD = Sheet(
    "Record",
    "Record",
    "Audit record of a run",
    Part.RESULT,
    (Column("What", width=26), Column("Says", CellKind.WRAP, 96)),
    landscape=False,
    hint="What was done, by whom, and what is in this record. Its files and hashes are in manifest.json.",
)

TOTALS = Sheet(
    "Totals",
    "Totals",
    "What the run did, by kind and currency",
    Part.RESULT,
    (
        Column("Kind", width=14),
        Column("Status", width=18),
        Column("Currency", width=10),
        Column("Count", CellKind.COUNT, 9),
        Column("Amount", CellKind.MONEY, 17),
    ),
    landscape=False,
    hint="Amounts in document currency, credit memos negative. Two currencies are never added.",
)

LEDGER = Sheet(
    "Ledger",
    "Ledger",
    "What the posting ledger in SL has of the run",
    Part.RESULT,
    (
        Column("Kind", width=11),
        Column("Transaction", width=16),
        Column("Amount", CellKind.MONEY, 14),
        Column("Currency", width=9),
        Column("State", width=10),
        Column("Part", width=10),
        Column("Module", width=8),
        Column("SL batch", width=10),
        Column("DocType", width=8),
        Column("Reference", width=12),
        Column("Base in SL", CellKind.MONEY, 14),
        Column("State in SL", width=12),
        Column("Batch identifier", width=22),
        Column("Posted at", CellKind.TIME, 17),
        Column("Closed at", CellKind.TIME, 17),
        Column("Id", width=22),
    ),
    hint="As SL says it when the record was made: what was released, posted, voided or deleted since is seen here.",
)

USER_NOTES = Sheet(
    "Notes",
    "Notes",
    "What the user had written about the run's transactions",
    Part.RESULT,
    (
        Column("Kind", width=13),
        Column("Transaction", CellKind.WRAP, 26),
        Column("Note", CellKind.WRAP, 80),
    ),
    hint="From the workbook, when the record was made. These words are the user's own.",
)

# The working book's sheets, in the words of what is over.
_RESULTS = replace(RESULTS, columns=RESULTS.held, title="What the run did with each transaction")
PROBLEMS_HELD = replace(PROBLEMS, columns=PROBLEMS.held)
_PROBLEMS = replace(PROBLEMS_HELD, title="What the checks of the run found")
_PREVIEW = replace(PREVIEW, title="The journal of the plan, with what SL makes at release")

# What the Document's key says already, its footing, and what it is due by: in the workbook of the record only.
_JOURNAL_OFF_PAPER = frozenset(
    {"Document total", "Check", "Module", "SL batch", "Due", "Terms", "Vendor invoice", "1099 box", "Period"}
)

_RECONCILE = replace(RECONCILE, title="Manage, the posting ledger and SL when the record was made")

# Columns whose texts programs wrote: everything that is shaped like a secret is masked in them. The others hold data
# of Manage and SL, which must stay as it is.
_WORDS = frozenset({"Message", "What", "Says", "How to fix", "Not matched because", "Text"})


@dataclass(frozen=True, slots=True)
class SheetRows:
    """A sheet with its rows. ``off_paper``: columns that only the workbook has, where a page has no room for all."""

    sheet: Sheet
    rows: Sequence[Row]
    off_paper: frozenset[str] = frozenset()


def record_sheets(content: RecordContent) -> list[SheetRows]:
    """Return the sheets of a record in the order of a reader; those without a row are left out, but for the first."""
    found = [SheetRows(RECORD, list(_facts(content))), SheetRows(TOTALS, _total_rows(content))]
    more = (
        SheetRows(_RESULTS, _result_rows(content)),
        SheetRows(PAYMENTS, payment_rows(content.payments)),
        SheetRows(_PROBLEMS, each_problem(content.problems)),
        SheetRows(_PREVIEW, render.preview_rows(content.journal, content.names), _JOURNAL_OFF_PAPER),
        SheetRows(USER_NOTES, _user_notes(content)),
        SheetRows(LEDGER, _ledger_rows(content)),
        SheetRows(_RECONCILE, [row for report in content.reconciled for row in reconcile_rows(report)]),
    )
    found += [sheet for sheet in more if sheet.rows]
    return [replace(sheet, rows=[_masked(row, content) for row in sheet.rows]) for sheet in found]


def each_problem(problems: Iterable[Problem]) -> list[Row]:
    """Return a row for each problem, stops first: the sheet Mapping check groups them, and names three of many."""
    order = list(Severity)
    return [
        {**row, "Count": None}
        for problem in sorted(problems, key=lambda problem: order.index(problem.severity))
        for row in render.problem_rows([problem])
    ]


def _masked(row: Row, content: RecordContent) -> Row:
    return {
        name: (content.words if name in _WORDS else content.data)(value) if isinstance(value, str) else value
        for name, value in row.items()
    }


def _facts(content: RecordContent) -> Iterator[Row]:
    facts = (
        ("Run", content.run_id),
        ("Batch identifier", content.batch_identifier),
        ("Action", content.action),
        ("State", state_word(content.state)),
        ("What was told", content.text),
        ("By", f"{content.user} on {content.host}"),
        *(("Approval", approval.text) for approval in content.approvals),
        ("At", f"{content.at:%Y-%m-%d %H:%M:%S}" + (f" ({content.at_utc})" if content.at_utc else " (local time)")),
        ("Manage", f"{content.manage_host}, company {content.manage_company}"),
        ("SL company", content.cpny_id),
        ("Version", f"Manage to SL {content.version}" if content.version else ""),
        ("Plan", content.plan_hash),
        ("Chain in SL", f"ended with number {content.links}: {content.head}" if content.links else "this is its first"),
        *(("Reconcile", report.text) for report in content.reconciled),
        *(("Not in this record", note) for note in content.notes),
    )
    for what, says in facts:
        if says:
            yield {"What": what, "Says": says}


def _total_rows(content: RecordContent) -> list[Row]:
    return [
        {
            "Kind": state_word(total.kind),
            "Status": total.status,
            "Currency": total.currency,
            "Count": total.count,
            "Amount": total.amount,
        }
        for total in content.totals
    ]


def _user_notes(content: RecordContent) -> list[Row]:
    return [{"Kind": note.kind, "Transaction": note.transaction, "Note": note.text} for note in content.user_notes]


def _result_rows(content: RecordContent) -> list[Row]:
    report = RunReport(
        run_id=content.run_id,
        at=content.at,
        state=RunState.COMPLETED,
        text=content.text,
        batch_identifier=content.batch_identifier,
        plan=None,
        results=content.results,
    )
    return render.result_rows(report)[1:]  # the first row is the run itself, which the first sheet tells


def _ledger_rows(content: RecordContent) -> list[Row]:
    return [
        {
            "Kind": state_word(posting.key.kind),
            "Transaction": posting.number,
            "Amount": posting.amount if not at else None,  # once, so that it can be added
            "Currency": posting.currency,
            "State": state_word(posting.state),
            "Part": state_word(part.part) if part else "",
            "Module": part.module if part else "",
            "SL batch": part.bat_nbr if part else "",
            "DocType": part.doc_type if part else "",
            "Reference": part.ref_nbr if part else "",
            "Base in SL": part.amount if part else None,
            "State in SL": state_word(part.state) if part else "",
            "Batch identifier": posting.batch_identifier,
            "Posted at": posting.posted_at,
            "Closed at": posting.closed_at,
            "Id": posting.key.record_id,
        }
        for posting in content.postings
        for at, part in enumerate(posting.parts or (None,))
    ]
