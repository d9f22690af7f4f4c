"""Check setup: this PC, both systems, rights and the posting ledger, line by line. Reads only; never raises for it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from xlpy.domain.values.statuses import Verdict
from xlpy.errors import SettingsError
from xlpy.services.setup.lines import Finding
from xlpy.services.setup.pc import WorkbookSeen, check_pc, settings_findings

if TYPE_CHECKING:
    from xlpy.domain.values.transactions import Kind
    from xlpy.services.run.session import Session

__all__ = ["Finding", "Verdict", "WorkbookSeen", "check_setup", "check_setup_opening", "setup_exit_code"]

logger = logging.getLogger(__name__)
_WORST_FIRST = (Verdict.PROBLEM, Verdict.UNKNOWN, Verdict.NOTE, Verdict.OK)


def check_setup(
    session: Session, *, workbook: WorkbookSeen | None = None, kinds: frozenset[Kind] | None = None
) -> tuple[Finding, ...]:
    """Look at everything that has to be right before the first batch. Never raises for what it finds.

    ``workbook``: the one it is pressed in. ``kinds``: what this firm exports, by Home; None: what Manage has unposted.
    A right that none of these kinds needs is a note.
    """
    from xlpy.services.setup.manage import check_manage
    from xlpy.services.setup.sl import check_sl

    session.progress("Checking this PC", 0, 0)
    findings = list(check_pc(session.profile, workbook))
    session.progress("Checking Manage", 0, 0)
    of_manage, used = check_manage(session, kinds)
    findings += of_manage
    session.progress("Checking SL", 0, 0)
    findings += check_sl(session, used)
    if session.profile.site.rules:
        from xlpy.services.setup.own_rules import check_rules

        session.progress("Trying the rules of your own", 0, 0)
        findings += check_rules(session)
    for finding in findings:
        if finding.verdict is not Verdict.OK:
            logger.info("%s, %s: %s: %s", finding.area, finding.subject, finding.verdict, finding.text)
    return tuple(findings)


def check_setup_opening(
    open_session: Callable[[], Session],
    *,
    workbook: WorkbookSeen | None = None,
    kinds: frozenset[Kind] | None = None,
) -> tuple[Finding, ...]:
    """Check the set-up of a profile that may not even be readable: then its mistakes are the findings."""
    try:
        session = open_session()
    except SettingsError as error:
        logger.warning("Check setup: %s", error)
        return (*check_pc(None, workbook), *settings_findings(error))
    with session:
        return check_setup(session, workbook=workbook, kinds=kinds)


def setup_exit_code(findings: Iterable[Finding]) -> int:
    """0 when nothing is a problem, else 1."""
    return 1 if any(finding.verdict is Verdict.PROBLEM for finding in findings) else 0


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return problems first, then what could not be told, notes and what is right; each in the order of the check."""
    return sorted(findings, key=lambda finding: _WORST_FIRST.index(finding.verdict))


def in_short(findings: Iterable[Finding]) -> str:
    """Say in one sentence what came of it: how many lines are of each verdict."""
    counted = [(verdict, sum(finding.verdict is verdict for finding in findings)) for verdict in _WORST_FIRST]
    words = {
        Verdict.PROBLEM: "to mend",
        Verdict.UNKNOWN: "could not be told",
        Verdict.NOTE: "to know",
        Verdict.OK: "ok",
    }
    return ", ".join(f"{count} {words[verdict]}" for verdict, count in counted if count)
