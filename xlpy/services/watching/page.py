"""The morning report as one HTML page that needs nothing from outside and prints on one or two pages of paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from html import escape

from xlpy.services.watching.report import MorningReport, Waiting

MOST = 12  # lines of a list; the JSON beside the page has all
_STYLE = """
:root { --ink: #1f2a37; --muted: #5b6775; --paper: #fff; --band: #eef2f6; --line: #d9dee5; --stop: #a12622;
  --warn: #8a5a00; --good: #1c6b3c; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e8ed; --muted: #a2adba; --paper: #14191f; --band: #1e252d;
  --line: #36404b; --stop: #ff9d97; --warn: #f0c06a; --good: #7fd6a0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.2rem; color: var(--ink); background: var(--paper);
  font: 0.95rem/1.4 "Segoe UI", Arial, Helvetica, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.1rem 0 .3rem; }
p { margin: .2rem 0; } .muted { color: var(--muted); } .verdict { font-weight: 600; padding: .4rem .7rem;
  border-left: 5px solid var(--good); background: var(--band); margin: .6rem 0; }
.verdict.todo { border-color: var(--warn); } .verdict.wrong { border-color: var(--stop); }
ul.counts { display: flex; flex-wrap: wrap; gap: .5rem; list-style: none; padding: 0; margin: .5rem 0; }
ul.counts li { background: var(--band); padding: .3rem .7rem; border-radius: 4px; }
ul.counts b { font-size: 1.15rem; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .2rem .45rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { background: var(--band); overflow-wrap: normal; } td.number, th.number { text-align: right; white-space: nowrap; }
@page { size: A4; margin: 12mm; }
@media print { body { max-width: none; padding: 0; font-size: 8.5pt; color: #000; background: #fff; }
  h1 { font-size: 13pt; } h2 { font-size: 10pt; margin: 2.5mm 0 1mm; break-after: avoid; } table { font-size: 8pt; }
  th, td { padding: .5mm 1.2mm; } tr { break-inside: avoid; } thead { display: table-header-group; }
  .wide { overflow: visible; } ul.counts { gap: 2mm; } }
"""
_VERDICT = {0: ("", "Nothing to do"), 1: (" todo", "Something waits for you")}
_NUMBERS = frozenset({"Days", "Amount", "Count", "Balance", "Overdue"})
Row = Sequence[object]


def page_of(report: MorningReport) -> str:
    """Return the page. Every text of Manage and SL is escaped."""
    css, verdict = _VERDICT.get(report.exit_code, (" wrong", "Something is wrong: look at it first"))
    since = (
        f"compared with {report.since:%Y-%m-%d %H:%M}" if report.since else "the first report: nothing to compare with"
    )
    title = f"Morning report {report.at:%Y-%m-%d}"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}, {escape(report.company)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
<p class="muted">{escape(report.company)}, {escape(report.site)}; made at {report.at:%H:%M}, {escape(since)}.
Nothing was posted.</p>
<p class="verdict{css}">{escape(verdict)}</p>
{_counts(report)}
{"".join(_sections(report))}
</body>
</html>
"""


def _counts(report: MorningReport) -> str:
    counts = (
        (len(report.unposted), "unposted"),
        (report.ready, "ready to post"),
        (report.stopped_transactions, "stopped"),
        (len(report.waiting), f"waiting longer than {report.waits_days} days"),
        (len(report.new), "new"),
        (len(report.unpaid), "unpaid"),
    )
    items = "".join(f"<li><b>{count}</b> {escape(words)}</li>" for count, words in counts)
    return f'<ul class="counts">{items}</ul>'


def _sections(report: MorningReport) -> Iterable[str]:
    """Go through the sections that have something to say; what is wrong comes first."""
    yield _section(
        "Could not be done", ("Step", "Why", "What to do"), [(n.step, n.text, n.fix) for n in report.not_done]
    )
    if report.half_done:
        yield _told("Half done", [f"{report.half_done} transactions of earlier runs are half done: run Recover."])
    for one in report.compared:
        rows = [] if one.agrees else list(one.differing)
        yield _section(f"Reconcile {one.period}", ("State", "Transaction", "What"), rows, one.text)
    if report.payments:
        head = ("Status", "Invoice", "What")
        yield _section("Sync payments", head, list(report.payments.told), report.payments.text)
    stopped = [(s.count, s.what, s.fix, s.where, _named(s.transactions)) for s in report.stopped]
    yield _section("Stopped, and how to mend it", ("Count", "What", "How to mend it", "Where", "Transactions"), stopped)
    rows_of = ("Days", "Transaction", "Of", "Date", "Amount", "Status")
    yield _section(f"Waiting longer than {report.waits_days} days", rows_of, list(map(_of, report.waiting)))
    yield _section("New since then", rows_of, list(map(_of, report.new)))
    changed = [(c.system, c.what, c.name, c.before, c.now) for c in report.changes if not c.what.startswith("New, not")]
    yield _section("Changed since then", ("In", "What", "Which", "Before", "Now"), changed)
    unpaid = [
        (_late(u.days_overdue), u.invoice, u.customer, u.due or "", _money(u.balance, u.currency))
        for u in report.unpaid
    ]
    yield _section("Unpaid", ("Overdue", "Invoice", "Customer", "Due", "Balance"), unpaid)
    yield _told("To know", report.messages)


def _section(title: str, head: Sequence[str], rows: Sequence[Row], text: str = "") -> str:
    """Return a section with its table; nothing when there is neither a row nor a text."""
    if not rows and not text:
        return ""
    said = f"<p>{escape(text)}</p>" if text else ""
    if not rows:
        return f"<section><h2>{escape(title)}</h2>{said}</section>"
    more = len(rows) - MOST
    rest = f'<p class="muted">… and {more} more, in the JSON file beside this page.</p>' if more > 0 else ""
    top = "".join(f'<th scope="col"{_class(name)}>{escape(name)}</th>' for name in head)
    body = "".join(f"<tr>{_cells(head, row)}</tr>" for row in rows[:MOST])
    table = f'<div class="wide"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'
    count = f" ({len(rows)})" if len(rows) > 1 else ""
    return f"<section><h2>{escape(title)}{count}</h2>{said}{table}{rest}</section>\n"


def _cells(head: Sequence[str], row: Row) -> str:
    pairs = zip(head, row, strict=True)
    return "".join(f"<td{_class(name)}>{escape(str(cell))}</td>" for name, cell in pairs)


def _told(title: str, lines: Iterable[str]) -> str:
    said = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<section><h2>{escape(title)}</h2>{said}</section>\n" if said else ""


def _class(name: str) -> str:
    return ' class="number"' if name in _NUMBERS else ""


def _of(row: Waiting) -> Row:
    days = "" if row.days is None else row.days
    return days, f"{row.kind} {row.number}", row.party, row.day or "", _money(row.amount, row.currency), row.status


def _late(days: int | None) -> str:
    return f"{days} days" if days and days > 0 else ""


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,} {currency}".strip()


def _named(transactions: Sequence[str], most: int = 4) -> str:
    rest = len(transactions) - most
    return ", ".join(transactions[:most]) + (f" and {rest} more" if rest > 0 else "")
