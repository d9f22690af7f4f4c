"""Check setup, the firm's own rules: they can be loaded, and what they answer for what is unposted can be used."""

from __future__ import annotations

from itertools import islice

from xlpy.domain.values.problems import grouped
from xlpy.domain.values.sentences import sentences
from xlpy.domain.values.statuses import Verdict
from xlpy.services.run.session import Session
from xlpy.services.setup.lines import Checked, guarded, line

MOST_TRIED = 100  # of each kind: the check shall not take as long as an export
MOST_TOLD = 5


def check_rules(session: Session) -> Checked:
    """Load the rules and try them on the unposted rows."""
    yield from guarded("RULES", lambda: _rules(session))


def _rules(session: Session) -> Checked:
    from xlpy.services.export.trying_rules import try_rules

    rules = session.rules  # what is wrong with the file is told as it is raised
    named = ", ".join(rules.functions)
    yield line("RULES", Verdict.OK, f"{rules.file}: {named}; SHA-256 {rules.sha256[:12]}…")
    tried = try_rules(session, most=MOST_TRIED)
    if not tried.tried:
        yield line("RULES", Verdict.UNKNOWN, "Manage has nothing unposted to try them on", fix="")
    for group in islice(grouped(tried.broken), MOST_TOLD):
        text = sentences(group.problem.what)
        yield line("RULES", Verdict.PROBLEM, f"{group.problem.transaction}: {text}", fix=group.problem.fix + ".")
    if tried.tried and not tried.broken:
        yield line("RULES", Verdict.OK, tried.text)
