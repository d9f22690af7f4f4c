"""Check setup. Log in and Log out are ``xlpy.login.start``: they work before there is anything to connect to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from xlpy.services.flows.told import Told

if TYPE_CHECKING:
    from xlpy.domain.values.transactions import Kind
    from xlpy.services.run.session import Session
    from xlpy.services.setup.doctor import Finding, WorkbookSeen


def doctor(
    open_session: Callable[[], Session], *, workbook: WorkbookSeen | None = None, kinds: frozenset[Kind] | None = None
) -> Told[tuple[Finding, ...]]:
    """Check this PC, both systems, the rights and the posting ledger; a profile that can't be opened is a finding."""
    from xlpy.services.as_json.run import setup_json
    from xlpy.services.setup.doctor import check_setup_opening, in_short, setup_exit_code

    findings = check_setup_opening(open_session, workbook=workbook, kinds=kinds)
    text = f"Check setup: {in_short(findings)}."
    return Told(findings, setup_exit_code(findings), text, setup_json(findings))
