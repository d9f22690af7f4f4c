"""A reconciliation as the JSON of ``--json``, and as words for the console. Money is text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from xlpy.domain.afterwards.reconcile import AccountTotal, GroupTotal, ReconcileRow, Step
from xlpy.domain.facts.periods import format_period
from xlpy.services.as_json.run import failed_json
from xlpy.services.reconciling.report import ReconcileReport

_SHOWN = 25  # rows that the console shows; the sheet and the JSON have all


def reconcile_json(report: ReconcileReport) -> dict[str, Any]:
    """Render everything; ``results`` are the rows, what does not agree first."""
    return {
        **failed_json(report.text),
        "state": "agrees" if report.agrees else "does not agree",
        "scope": report.scope,
        "base_currency": report.base_currency,
        "results": [_plain(row) | {"agrees": row.agrees} for row in report.rows],
        "totals": {
            "batches": [_plain(total) for total in report.batches],
            "accounts": [_plain(account) | {"agrees": account.agrees} for account in report.accounts],
            "customers_and_vendors": [_plain(total) for total in report.parties],
        },
        "steps": [_plain(step) for step in report.steps],
        "messages": list(report.messages),
    }


def reconcile_text(report: ReconcileReport) -> str:
    """Say in lines for the console what was found: what does not agree, accounts that differ, totals by batch."""
    return "\n".join([report.text, *_lines(report)])


def _lines(report: ReconcileReport) -> Iterator[str]:
    wrong = report.not_agreeing
    for row in wrong[:_SHOWN]:
        yield f"  {row.state}: {row.kind} {row.transaction}, {row.difference} {row.currency}. {row.message}"
    if len(wrong) > _SHOWN:
        yield f"  and {len(wrong) - _SHOWN} more"
    for account in report.accounts:
        if not account.agrees:
            name = f"{account.acct} {account.sub}".strip()
            yield f"  Account {name} ({account.manage_account}): {account.difference} {account.currency}"
    for total in report.batches:
        yield (
            f"  {total.name}: {total.count} rows, Manage {total.manage}, SL {total.sl} {total.currency},"
            f" difference {total.difference}"
        )
    for step in report.steps:
        yield f"  {step.name}: {step.amount} {report.base_currency} ({step.count} rows)"
    yield from (f"  {message}" for message in report.messages)


def _plain(value: ReconcileRow | AccountTotal | GroupTotal | Step) -> dict[str, Any]:
    made = {}
    for name, one in asdict(value).items():
        made[name] = str(one) if isinstance(one, Decimal) else one
    if isinstance(value, ReconcileRow):
        made |= {"state": str(value.state), "period": format_period(value.period)}
    return made
