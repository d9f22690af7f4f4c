"""A tie-out as the JSON of ``--json``, as words for the console, and as a page to print. Money is text in JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from xlpy.domain.afterwards.tie_out import TieLine, TieOutReport, TieOutRow
from xlpy.domain.facts.periods import format_period
from xlpy.services.as_json.run import failed_json
from xlpy.services.reconciling.printed_page import Page, PageRow

if TYPE_CHECKING:
    from xlpy.services.run.session import Session

_SHOWN = 40  # rows that the console shows; the sheet, the page and the JSON have all
HEADS = (
    *("Area", "Account", "Sub", "What", "Manage", "Posting ledger", "From Manage in SL", "Other in SL", "Not posted"),
    *("General ledger", "Difference", "State", "SL batch", "Reference", "Message"),
)


def tie_out_said(report: TieOutReport) -> str:
    """Say in one sentence whether every account agrees."""
    accounts, differing = report.accounts, report.differing
    said = f"Tie-out of {format_period(report.period)}: "
    if not accounts:
        said += "nothing came from Manage in this period."
    elif differing:
        said += f"of {len(accounts)} accounts {len(differing)} differ."
    else:
        said += f"all {len(accounts)} accounts agree."
    waiting = sum(1 for row in accounts if row.not_posted)
    more = f" On {waiting} of them SL has not posted everything yet." if waiting else ""
    return f"{said}{more}{''.join(f' {message}' for message in report.messages)}"


def tie_out_json(report: TieOutReport) -> dict[str, Any]:
    """Render everything; ``results`` are the rows, accounts that differ first, each with what is below it."""
    return {
        **failed_json(tie_out_said(report)),
        "state": "differs" if report.differing else "agrees",
        "period": format_period(report.period),
        "company": report.company,
        "base_currency": report.base_currency,
        "results": [_plain(row) for row in report.rows],
        "messages": list(report.messages),
    }


def tie_out_text(report: TieOutReport) -> str:
    """Say in lines for the console what does not agree, and what is below it."""
    return "\n".join([tie_out_said(report), *_lines(report)])


def _lines(report: TieOutReport) -> Iterator[str]:
    wrong = [row for row in report.rows if row.line is TieLine.BALANCE or not row.agrees]
    for row in wrong[:_SHOWN]:
        name = f"{row.acct} {row.sub}".strip()
        if row.line in (TieLine.ACCOUNT, TieLine.BALANCE):
            yield (
                f"  {row.line} {name} {row.area}: Manage {_shown(row.manage)}, from Manage in SL"
                f" {_shown(row.from_manage)}, other {_shown(row.other)}, not posted {_shown(row.not_posted)}, general"
                f" ledger {_shown(row.gl)}, difference {row.difference}"
            )
        else:
            yield f"    {row.line} {row.transaction or row.sl_batch}: {row.difference}. {row.message}"
    if len(wrong) > _SHOWN:
        yield f"  and {len(wrong) - _SHOWN} more"


def tie_out_page(report: TieOutReport, session: Session) -> Page:
    """Return the page that an accountant prints and signs."""
    period = format_period(report.period)
    words = (
        f"{report.company}, amounts in {report.base_currency}, debits positive",
        f"Manage: {session.manage.host}. Made {session.now():%Y-%m-%d %H:%M} by {session.user} on {session.host}.",
        tie_out_said(report),
    )
    return Page(f"Tie-out {period}", words, HEADS, [_page_row(row) for row in report.rows], report.messages)


def _page_row(row: TieOutRow) -> PageRow:
    below = row.line in (TieLine.TRANSACTION, TieLine.BATCH)
    what = row.transaction or row.sl_batch if below else row.name or str(row.line)
    amounts = (row.manage, row.ledger, row.from_manage, row.other, row.not_posted, row.gl, row.difference)
    words = (str(row.state), row.sl_batch, row.reference, row.message)
    return PageRow((str(row.area), row.acct, row.sub, what, *amounts, *words), below)


def _shown(amount: Decimal | None) -> str:
    return "-" if amount is None else str(amount)


def _plain(row: TieOutRow) -> dict[str, Any]:
    made = {name: str(one) if isinstance(one, Decimal) else one for name, one in asdict(row).items()}
    return made | {
        "state": str(row.state),
        "line": str(row.line),
        "area": str(row.area),
        "period": format_period(row.period),
        "agrees": row.agrees,
    }
