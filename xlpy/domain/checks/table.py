"""The table of every check, and how a finding is put into words. Nobody else makes a ``Problem``.

Adding a check is one entry in the module of its topic and one call of ``found``. ``what`` texts never name the
transaction, so that the same problem of many transactions is told once.
"""

from __future__ import annotations

from dataclasses import replace

from xlpy.domain.checks.amounts import AMOUNT_CHECKS
from xlpy.domain.checks.answers import ANSWER_CHECKS
from xlpy.domain.checks.approvals import APPROVAL_CHECKS
from xlpy.domain.checks.documents import DOCUMENT_CHECKS
from xlpy.domain.checks.history import HISTORY_CHECKS
from xlpy.domain.checks.inventory import INVENTORY_CHECKS
from xlpy.domain.checks.masters import MASTER_CHECKS
from xlpy.domain.checks.partly_gone import PARTLY_GONE_CHECKS
from xlpy.domain.checks.payables import PAYABLES_CHECKS
from xlpy.domain.checks.runs import RUN_CHECKS
from xlpy.domain.checks.setup import SETUP_CHECKS
from xlpy.domain.checks.site_rules import SITE_RULE_CHECKS
from xlpy.domain.checks.taxes import TAX_CHECKS
from xlpy.domain.values.problems import Case, Check, Problem, Severity
from xlpy.domain.values.site_rules import SiteFinding

CHECKS: dict[str, Check] = {
    check.code: check
    for check in (
        *SETUP_CHECKS,
        *RUN_CHECKS,
        *APPROVAL_CHECKS,
        *DOCUMENT_CHECKS,
        *PARTLY_GONE_CHECKS,
        *AMOUNT_CHECKS,
        *MASTER_CHECKS,
        *TAX_CHECKS,
        *INVENTORY_CHECKS,
        *PAYABLES_CHECKS,
        *HISTORY_CHECKS,
        *ANSWER_CHECKS,
        *SITE_RULE_CHECKS,
    )
}
_AS_THE_CHECK = Case()


def found(code: str, /, in_manage: str = "", in_sl: str = "", *, case: str = "", **facts: object) -> Problem:
    """Put a finding of the check ``code`` into words; it is not bound to a transaction yet.

    ``facts`` fill the templates of the check, or of one of its cases; a missing one, like a code or a case that the
    table lacks, is a mistake of the caller (``KeyError``).
    """
    check = CHECKS[code]
    own = check.cases[case] if case else _AS_THE_CHECK
    return Problem(
        check.severity,
        code,
        (own.what or check.what).format(**facts),
        in_manage=in_manage,
        in_sl=in_sl,
        fix=(own.fix or check.fix).format(**facts),
        where=(own.where or check.where).format(**facts),
    )


def found_by_site(finding: SiteFinding, file: str) -> Problem:
    """Put what a firm's own rule found into the form of every problem. Its code is the firm's (``OWN-…``).

    ``file``: where the rule is, for findings that do not say where they are mended.
    """
    return Problem(
        Severity.STOP if finding.stops else Severity.NOTE,
        finding.code,
        finding.what,
        fix=finding.fix or ("Mend it in Manage" if finding.stops else "Nothing to do"),
        where=finding.where or f"A rule of your own, in {file}",
    )


def bound(problem: Problem, number: str, transaction_id: str = "") -> Problem:
    """Return the same finding about one transaction, or (without an id) about those that ``number`` names."""
    return replace(problem, transaction=number, transaction_id=transaction_id)
