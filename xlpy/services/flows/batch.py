"""From Refresh to Run export. Select all and its like change nothing but the sheets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from xlpy.domain.values.money import ZERO
from xlpy.domain.values.transactions import Kind
from xlpy.services.flows.told import Flow, Told, told_run

if TYPE_CHECKING:
    from xlpy.domain.documents.plan import Plan
    from xlpy.services.export.practice import PracticeReport
    from xlpy.services.run.reports import RefreshReport, RunReport, Selection
    from xlpy.services.run.session import Session

_UNPOSTED = {Kind.INVOICE: "invoices", Kind.EXPENSE: "expenses", Kind.PROCUREMENT: "inventory"}
_SHEET = "Mapping check"
_NOTHING_MARKED = "Nothing is marked: write Yes under Include, or press Select all."


def refresh(
    session: Session,
    *,
    through: date,
    location: str = "",
    period_rule: str = "",
    kinds: frozenset[Kind] = frozenset(Kind),
) -> Told[RefreshReport]:
    """Read the unposted transactions of these kinds. Writes nothing."""
    from xlpy.services.export.refresh import refresh

    report = refresh(session, through=through, location=location, period_rule=period_rule, kinds=kinds)
    rows = {Kind.INVOICE: report.invoices, Kind.EXPENSE: report.expenses, Kind.PROCUREMENT: report.procurement}
    read = {_UNPOSTED[kind]: len(rows[kind]) for kind in Kind if kind in kinds}
    counts = ", ".join(f"{count} {words}" for words, count in read.items())
    text = f"Unposted: {counts}" if counts else "Nothing was read: Home says to export nothing"
    data = {"state": "refreshed", **read, "messages": list(report.messages)}
    code = 3 if report.left_out else 0
    return Told(report, code, text + "".join(f". {message}" for message in report.messages), data)


def check(session: Session, selection: Selection) -> Told[Plan]:
    """Run every check on what is marked. Writes nothing."""
    return _planned(session, selection, "checked")


def preview(session: Session, selection: Selection) -> Told[Plan]:
    """Plan what is marked, and keep the plan: Run export then posts exactly that. Writes nothing to a system."""
    from xlpy.services.run.memory import remember_preview

    told = _planned(session, selection, "previewed")
    if not told.report.stops:
        remember_preview(told.report)
    return told


def practice(session: Session, selection: Selection, *, preview_hash: str = "") -> Told[PracticeReport]:
    """Write what is marked, let SL's own release judge it, and roll everything back. Nothing of it stays."""
    from xlpy.services.as_json.practice import practice_json
    from xlpy.services.export.practice import practice

    report = practice(session, selection, preview_hash=preview_hash)
    return Told(report, report.exit_code, report.text, practice_json(report))


def push(session: Session, selection: Selection, *, preview_hash: str = "") -> Flow[Plan, RunReport]:
    """Write what is marked into SL, then mark it in Manage; with a preview, exactly what was previewed or nothing.

    Looking has the question for whoever sits there: how many transactions, their totals by currency, which batch,
    previewed or not. A yes is for exactly that: without a preview, what looking found is compared in its place.
    """
    looked: list[str] = []

    def look() -> Told[Plan]:
        from xlpy.services.as_json.run import plan_json
        from xlpy.services.run.memory import recall_preview

        plan = recall_preview(preview_hash)
        if plan is not None:
            found = Told(plan, 0, _said(plan), plan_json(plan, "previewed"), waits=True)
        else:
            found = preview(session, selection)
            looked.append(found.report.hash if not preview_hash and found.waits else "")
        if not found.waits or not found.report.transactions:
            return found
        question = _question(found.report, selection, session.profile.sl.company, previewed=plan is not None)
        return replace(found, question=question)

    def do() -> Told[RunReport]:
        from xlpy.services.export.push import push

        shown = preview_hash or (looked[-1] if looked else "")
        return told_run(push(session, selection, preview_hash=shown))

    return Flow(f"EXPORT {selection.batch_identifier}", look, do)


def _question(plan: Plan, selection: Selection, company: str, *, previewed: bool) -> str:
    totals: dict[str, Decimal] = {}
    for transaction in plan.transactions:
        totals[transaction.currency] = totals.get(transaction.currency, ZERO) + transaction.amount
    count = len(plan.transactions)
    return "\n".join(
        (
            f"Write {count} transaction{'s' if count != 1 else ''} into SL company {company}, and mark them in Manage?",
            "",
            f"Batch: {selection.batch_identifier}",
            *(f"Total: {total:,.2f} {currency}".rstrip() for currency, total in sorted(totals.items())),
            "Previewed: exactly that is written." if previewed else "Not previewed.",
        )
    )


def _planned(session: Session, selection: Selection, state: str) -> Told[Plan]:
    from xlpy.services.as_json.run import plan_json
    from xlpy.services.export.planning import make_plan

    plan = make_plan(session, selection)
    said = _said(plan) if selection.marked or plan.stops else _NOTHING_MARKED
    return Told(plan, 1 if plan.stops else 0, said, plan_json(plan, state), waits=not plan.stops)


def _said(plan: Plan) -> str:
    from xlpy.domain.planning.run_checks import done_before

    stops = len(plan.stops)
    if done_before(plan):
        return f"{plan.problems[0].what}."
    if stops:
        return f"{stops} problem{'s' if stops != 1 else ''} must be solved first: see the sheet {_SHEET}."
    masters = {"customers": plan.ar.customers, "vendors": plan.ap.vendors, "products": plan.inventory.items}
    created = "".join(f", {len(new)} {what} to be created" for what, new in masters.items() if new)
    return f"{len(plan.transactions)} transactions are ready: {plan.document_count} SL documents{created}."
