"""The morning report as one page: everything in one file, no network, printed on one or two sheets of paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

from xlpy.domain.values.problems import GroupedProblem
from xlpy.domain.values.statuses import PaymentStatus
from xlpy.errors import FileNotSaved
from xlpy.files import replace_file
from xlpy.masking import masked
from xlpy.paths import file_name
from xlpy.services.as_json.morning import morning_json
from xlpy.services.morning.report import Change, MorningReport, Verdict, Waiting, totals_of
from xlpy.version import __version__

WHAT = "morning report"
MOST_ROWS = 8  # of a list: the page stays readable, the JSON has all
MOST_NAMED = 4
_QUIET = (PaymentStatus.UNCHANGED, PaymentStatus.NOT_FROM_MANAGE)
_CLASS = {Verdict.WELL: "", Verdict.TO_DO: "todo", Verdict.WRONG: "wrong", Verdict.NOT_KNOWN: "wrong"}
_NUMBER, _DAY = "number", "day"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedMorning:
    """Where the page and its JSON are."""

    page: Path
    data: Path


def save_morning(report: MorningReport, folder: Path) -> SavedMorning:
    """Write page and JSON of the day into ``folder``, over earlier ones of that day. Raises ``FileNotSaved``."""
    name = file_name(f"Morning report {report.company.split(' ')[0]} {report.at:%Y-%m-%d}")
    saved = SavedMorning(folder / f"{name}.html", folder / f"{name}.json")
    page = masked(morning_page(report))
    data = masked(json.dumps(morning_json(report), indent=1))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(saved.page, lambda beside: _write(beside, page))
        replace_file(saved.data, lambda beside: _write(beside, data))
    except OSError as error:
        raise FileNotSaved(WHAT, str(folder), error.strerror or str(error)) from error
    return saved


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def morning_page(report: MorningReport) -> str:
    """Return the page as HTML, complete in itself. Every text of Manage and SL is data, never markup."""
    style = (files("xlpy.services.records") / "morning.css").read_text(encoding="utf-8")
    since = (
        f"compared with {report.since:%A, %d %B %Y}" if report.since else "the first report, with nothing to compare"
    )
    reasons = [*report.wrong, *(f"{part} could not be read. {why}" for part, why in report.not_read.items())]
    sections = (
        _half(report),
        _approvals(report),
        _stopped(report),
        _rows("New", report.new, since) if report.since else "",
        _rows("Waiting", report.late, f"unposted for more than {report.waits_days} days, oldest first"),
        _changes(report, since),
        _payments(report),
        _reconciled(report),
        _unpaid(report),
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Morning report {escape(report.company)} {report.at:%Y-%m-%d}</title>
<style>
{style}</style>
</head>
<body>
<header><div><h1>Morning report</h1><div class="muted">{escape(report.company)}</div></div>
<div class="muted" style="text-align:right">{report.at:%A, %d %B %Y, %H:%M}<br>{escape(report.site)}</div></header>
<div class="verdict {_CLASS[report.verdict]}">{escape(str(report.verdict))}
{"".join(f"<p>{escape(one)}</p>" for one in (*reasons, *report.messages))}</div>
<div class="tiles">{_tiles(report)}</div>
{"".join(sections)}
<footer>Made by Manage to SL {__version__}. Nothing was posted. {since[0].upper() + since[1:]}.
The JSON file beside this page has every row.</footer>
</body>
</html>
"""


def _tiles(report: MorningReport) -> str:
    stopped = sum(one.count for one in report.stopped)
    checked = "Checks" not in report.not_read
    tiles = (
        (str(len(report.unposted)), f"unposted: {_totals(report.unposted) or 'nothing'}", ""),
        (str(len(report.new)) if report.since else "–", "new since the last report", ""),
        (str(stopped) if checked else "?", f"problems that stop; {report.ready} are ready", "todo" if stopped else ""),
        (str(len(report.late)), f"waiting for more than {report.waits_days} days", "todo" if report.late else ""),
        (str(len(report.overdue)), f"overdue: {_overdue(report) or 'nothing'}", ""),
        _period_tile(report),
    )
    return "".join(
        f'<div class="tile {kind}"><b>{value}</b><span>{escape(words)}</span></div>' for value, words, kind in tiles
    )


def _period_tile(report: MorningReport) -> tuple[str, str, str]:
    found = report.reconciled
    if found is None:
        return "?", "the open period could not be compared", "wrong"
    if not found.rows:
        return "–", "nothing is posted in the open period", ""
    if found.agrees:
        return "✓", "the open period agrees to the cent", ""
    return str(len(found.not_agreeing)), "do not agree in the open period", "wrong"


def _totals(rows: Iterable[Waiting]) -> str:
    return _money(totals_of(rows))


def _overdue(report: MorningReport) -> str:
    found: dict[str, Decimal] = {}
    for row in report.overdue:
        found[row.currency] = found.get(row.currency, Decimal(0)) + row.balance
    return _money(dict(sorted(found.items())))


def _money(totals: Mapping[str, Decimal]) -> str:
    """Say totals; a currency that Manage does not give is not guessed."""
    return "; ".join(f"{amount:,.2f} {currency or 'without currency'}" for currency, amount in totals.items())


def _section(title: str, hint: str, body: str) -> str:
    return f"<section><h2>{escape(title)} <small>{escape(hint)}</small></h2>{body}</section>\n"


def _table(
    columns: Sequence[tuple[str, str]], rows: Sequence[T], cells: Callable[[T], Sequence[object]], more: str = ""
) -> str:
    """Return a table of the first rows. ``columns``: heading and class of each; ``more``: words for those left out."""
    head = "".join(f'<th scope="col" class="{kind}">{escape(name)}</th>' for name, kind in columns)
    body = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_cell_class(kind, cell)}">{_shown(cell)}</td>'
            for (_, kind), cell in zip(columns, cells(row), strict=True)
        )
        + "</tr>\n"
        for row in rows[:MOST_ROWS]
    )
    left = len(rows) - MOST_ROWS
    if left > 0:
        body += f'<tr class="more"><td colspan="{len(columns)}">and {left} more{more}</td></tr>'
    return f"<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table>"


def _cell_class(kind: str, cell: object) -> str:
    return f"{kind} minus" if isinstance(cell, Decimal) and cell < 0 else kind


def _shown(cell: object) -> str:
    if isinstance(cell, tuple):
        words, under = cell
        return f'{escape(str(words))}<br><span class="muted">{escape(str(under))}</span>'
    if isinstance(cell, Decimal):
        return f"{cell:,.2f}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    return escape("" if cell is None else str(cell))


def _rows(title: str, rows: Sequence[Waiting], hint: str) -> str:
    if not rows:
        return ""
    columns = (
        *(("Date", _DAY), ("Kind", ""), ("Number", ""), ("Company, member or vendor", "")),
        *(("Days", _NUMBER), ("Amount", _NUMBER), ("", "")),
    )

    def cells(row: Waiting) -> Sequence[object]:
        return (row.day, row.kind, row.number, row.party, row.days, row.amount, row.currency)

    return _section(title, f"{len(rows)}: {hint}", _table(columns, rows, cells, f"; all {len(rows)}: {_totals(rows)}"))


def _half(report: MorningReport) -> str:
    if not report.half:
        return ""
    columns = (("Batch", ""), ("What", ""), ("What to do", ""), ("Worth", ""), ("Since", _DAY), ("By", ""))
    return _section(
        "Half done",
        "Recover finishes it",
        _table(
            columns,
            report.half,
            lambda one: (
                one.batch_identifier,
                one.what,
                one.action,
                one.worth,
                f"{one.since:%Y-%m-%d %H:%M}",
                one.user,
            ),
        ),
    )


def _approvals(report: MorningReport) -> str:
    if not report.approvals:
        return ""
    columns = (("Request", _NUMBER), ("What", ""), ("Worth", ""), ("Asked by", ""), ("At", _DAY))
    return _section(
        "To be approved",
        "by somebody else",
        _table(
            columns,
            report.approvals,
            lambda one: (
                one.number,
                f"{one.wanted} {one.subject}",
                one.worth,
                one.prepared_by.user,
                f"{one.asked_at:%Y-%m-%d %H:%M}",
            ),
        ),
    )


def _stopped(report: MorningReport) -> str:
    if not report.stopped:
        return ""
    columns = (("Count", _NUMBER), ("What stops", ""), ("How to mend it, and where", ""), ("Transactions", ""))

    def cells(one: GroupedProblem) -> Sequence[object]:
        problem = one.problem
        return (one.count, problem.what, (f"{problem.fix}.", problem.where), problem.transaction)

    hint = f"{report.ready} others are ready to be posted" if report.ready else "nothing can be posted before"
    left = sum(one.count for one in report.stopped[MOST_ROWS:])
    return _section("Stopped", hint, _table(columns, report.stopped, cells, f" ({left} times)"))


def _changes(report: MorningReport, since: str) -> str:
    if not report.changes:
        return ""
    alike: dict[tuple[str, str], list[Change]] = {}
    for change in report.changes:
        alike.setdefault((change.system, change.now), []).append(change)

    def cells(same: list[Change]) -> Sequence[object]:
        first = same[0]
        if len(same) == 1:
            return (first.system, first.what, first.before, first.now)
        named = ", ".join(one.what for one in same[:MOST_NAMED]) + (", …" if len(same) > MOST_NAMED else "")
        return (first.system, f"{len(same)}: {named}", "", first.now)

    columns = (("System", ""), ("What", ""), ("Before", ""), ("Now", ""))
    return _section("What changed", f"{len(report.changes)}: {since}", _table(columns, list(alike.values()), cells))


def _payments(report: MorningReport) -> str:
    found = report.payments
    if found is None:
        return ""
    hint = "compared, nothing was written" if found.dry_run else "written into Manage"
    columns = (
        ("Invoice", ""),
        ("Customer", ""),
        ("Status", ""),
        ("Paid before", _NUMBER),
        ("Paid now", _NUMBER),
        ("", ""),
        ("Message", ""),
    )
    told = [row for row in found.rows if row.status not in _QUIET]
    table = _table(
        columns,
        told,
        lambda row: (
            row.invoice,
            row.customer,
            row.status,
            row.paid_before,
            row.paid_after,
            row.currency,
            row.message or row.not_matched_because,
        ),
    )
    return _section("Payments", hint, f"<p>{escape(found.text)}</p>{table if told else ''}")


def _reconciled(report: MorningReport) -> str:
    found = report.reconciled
    if found is None:
        return ""
    columns = (
        ("State", ""),
        ("Batch", ""),
        ("Transaction", ""),
        ("Manage", _NUMBER),
        ("SL", _NUMBER),
        ("", ""),
        ("Message", ""),
    )
    table = _table(
        columns,
        found.not_agreeing,
        lambda row: (row.state, row.batch_identifier, row.transaction, row.manage, row.sl, row.currency, row.message),
    )
    return _section(
        "Reconciled",
        "Manage, posting ledger, SL and its general ledger",
        f"<p>{escape(found.text)}</p>{table if found.not_agreeing else ''}",
    )


def _unpaid(report: MorningReport) -> str:
    rows = report.overdue
    if not rows:
        return ""
    columns = (
        ("Due", _DAY),
        ("Days", _NUMBER),
        ("Invoice", ""),
        ("Customer", ""),
        ("Balance", _NUMBER),
        ("", ""),
        ("In SL", ""),
    )

    def cells(row: Any) -> Sequence[object]:
        return (row.due, row.days_overdue, row.invoice, row.customer, row.balance, row.currency, row.state_in_sl)

    hint = f"{len(rows)} overdue of {len(report.unpaid)} unpaid, oldest first"
    return _section("Unpaid", hint, _table(columns, rows, cells, f"; all {len(rows)}: {_overdue(report)}"))
