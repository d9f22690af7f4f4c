"""Checks of a run as a whole: its name, and rows that are no longer what the user marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from xlpy.domain.checks import bound, found
from xlpy.domain.manage_records import UnpostedInvoice
from xlpy.domain.money import round_money
from xlpy.domain.plan import PlanOptions
from xlpy.domain.problems import Problem, Severity
from xlpy.domain.transactions import BATCH_SUFFIX, TransactionKey

LONGEST_IDENTIFIER = 50  # Manage API: batchIdentifier, kind suffix included
LONGEST_TYPED = LONGEST_IDENTIFIER - max(len(suffix) for suffix in BATCH_SUFFIX.values())


def batch_name_problems(identifier: str) -> tuple[Problem, ...]:
    """Check the batch identifier as typed (Manage API: at most 50 characters with our suffix, and no quotes)."""
    if not identifier:
        what, fix = "The batch identifier is empty", "Type one on Home, such as the date and your initials"
    elif len(identifier) > LONGEST_TYPED:
        what, fix = f"The batch identifier has {len(identifier)} characters", f"Use at most {LONGEST_TYPED}"
    elif any(character in identifier for character in "\"'\\") or not identifier.isprintable():
        what, fix = "The batch identifier has a character that Manage can't search for", "Use letters, digits and -"
    else:
        return ()
    return (Problem(Severity.STOP, "BATCH-NAME", what, in_manage=identifier, fix=fix, where="Home, Batch identifier"),)


def name_taken_problem(identifier: str, free: str) -> Problem:
    """Say that Manage has a batch of that name already; ``free`` is the proposal (the manual proposes -1, -2 too)."""
    return Problem(
        Severity.STOP,
        "BATCH-NAME-TAKEN",
        f"Manage already has a batch {identifier!r}",
        in_manage=identifier,
        fix=f"Use {free!r} (it was put on Home) and run this again",
        where="Home, Batch identifier; in Manage Finance > Accounting Interface > Batches",
    )


def gone_problem(key: TransactionKey, number: str) -> Problem:
    """Say that a marked row is no longer in Manage's list of unposted transactions."""
    return Problem(
        Severity.STOP,
        "NOT-UNPOSTED",
        "It is no longer among the unposted transactions of Manage: posted by somebody else, reopened or deleted",
        transaction=number or key.record_id,
        transaction_id=str(key),
        fix="Refresh, and look at it in Manage",
        where="Manage: Finance > Invoices",
    )


def row_problems(
    key: TransactionKey, row: UnpostedInvoice, seen: UnpostedInvoice | None, options: PlanOptions
) -> Iterable[Problem]:
    """Compare a marked row with what the user saw of it at the refresh, and with the inputs of Home.

    ``seen`` None: there was no refresh on this PC. A GL entry id, a name or a description may have changed.
    """
    changed = [] if seen is None else [what for what, of in _SEEN.items() if of(seen) != of(row)]
    if seen is not None and changed:
        before, after = (", ".join(str(_SEEN[what](each)) for what in changed) for each in (seen, row))
        yield bound(found("CHANGED", f"{before} → {after}", what=", ".join(changed)), row.number, str(key))
    wrong = ""
    if options.location_id and row.location_id != options.location_id:
        wrong = f"It is of location {row.location or row.location_id}, which is not the one chosen on Home"
    elif row.invoice_date is not None and row.invoice_date > options.through_date:
        wrong = f"It is dated {row.invoice_date.isoformat()}, later than the Through date on Home"
    if wrong:
        yield Problem(
            Severity.STOP,
            "NOT-CHOSEN",
            wrong,
            transaction=row.number,
            transaction_id=str(key),
            fix="Change it on Home and refresh, or take Include off",
            where="Home, Location and Through date",
        )


_SEEN: dict[str, Callable[[UnpostedInvoice], object]] = {
    "number": lambda row: row.number,
    "type": lambda row: row.invoice_type,
    "date": lambda row: row.invoice_date or "none",
    "due date": lambda row: row.due_date or "none",
    "company": lambda row: row.company.id,
    "bill-to company": lambda row: row.bill_to.id,
    "customer id": lambda row: row.account_number,
    "location": lambda row: row.location_id,
    "terms": lambda row: row.terms.id,
    "tax code": lambda row: row.tax_code.id,
    "currency": lambda row: row.currency,
    "subtotal": lambda row: f"{round_money(row.subtotal, row.decimals)}",
    "tax": lambda row: f"{round_money(row.sales_tax, row.decimals)}",
    "total": lambda row: f"{round_money(row.total, row.decimals)}",
}
