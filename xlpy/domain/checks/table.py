"""The table of every check, and how a finding is put into words.

Adding a check is one entry in a table (the modules of this room) and one call of ``found``. ``what`` texts never
name the transaction, so that the same problem of many transactions is told once.
"""

from __future__ import annotations

from xlpy.domain.checks.documents import DOCUMENT_CHECKS
from xlpy.domain.checks.inventory import INVENTORY_CHECKS
from xlpy.domain.checks.masters import MASTER_CHECKS
from xlpy.domain.checks.payables import PAYABLES_CHECKS
from xlpy.domain.checks.setup import SETUP_CHECKS
from xlpy.domain.checks.taxes import TAX_CHECKS
from xlpy.domain.values.problems import Check, Problem

CHECKS: dict[str, Check] = {
    check.code: check
    for check in (*SETUP_CHECKS, *DOCUMENT_CHECKS, *MASTER_CHECKS, *TAX_CHECKS, *INVENTORY_CHECKS, *PAYABLES_CHECKS)
}


def found(code: str, /, in_manage: str = "", in_sl: str = "", **facts: object) -> Problem:
    """Put a finding of the check ``code`` into words; it is not bound to a transaction yet.

    ``facts`` fill the templates of the check; a missing one is a mistake of the caller (``KeyError``).
    """
    check = CHECKS[code]
    return Problem(
        check.severity,
        code,
        check.what.format(**facts),
        in_manage=in_manage,
        in_sl=in_sl,
        fix=check.fix.format(**facts),
        where=check.where,
    )


def bound(problem: Problem, number: str, transaction_id: str) -> Problem:
    """Return the same finding about one transaction."""
    return Problem(
        problem.severity,
        problem.code,
        problem.what,
        number,
        transaction_id,
        problem.in_manage,
        problem.in_sl,
        problem.fix,
        problem.where,
    )
