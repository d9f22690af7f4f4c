"""What a firm's own rules are written with: ``from xlpy.rules import note, stop``; the facts, for who likes types.

A rule is a function of one of six names in a file beside the settings (``[site] rules``); the help page has a chapter.
"""

from __future__ import annotations

from xlpy.domain.values.site_rules import RuleDocument, RuleDocumentLine, RuleInvoice, RuleLine, SiteFinding

__all__ = ["RuleDocument", "RuleDocumentLine", "RuleInvoice", "RuleLine", "SiteFinding", "note", "stop"]


def stop(code: str, what: str, fix: str = "", where: str = "") -> SiteFinding:
    """Return a finding that keeps the transaction, and so the batch, from being written.

    ``code``: of your own, beginning with ``OWN-``. ``what`` is wrong, how to ``fix`` it, and ``where``: for the
    accountant who reads it on the sheet Mapping check. Leave the number of the transaction out of ``what``: it is shown
    beside it, and the same words of many transactions are shown once.
    """
    return SiteFinding(code, what, fix, where)


def note(code: str, what: str, fix: str = "", where: str = "") -> SiteFinding:
    """Return a finding that is only shown. The texts are those of ``stop``."""
    return SiteFinding(code, what, fix, where, stops=False)
