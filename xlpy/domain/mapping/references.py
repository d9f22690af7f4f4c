"""The SL reference number of a Manage invoice: its number, by the profile's rule, never cut by itself."""

from __future__ import annotations

from xlpy.domain.values.rules import PostingRules

WIDEST_REFERENCE = 10  # SL: ARDoc.RefNbr char(10)
STRIP = "strip"
LAST_10 = "last10"


def reference_of(number: str, rules: PostingRules) -> str:
    """Return the reference that the rule makes of an invoice number; it may still be too long, or empty.

    ``strip`` takes ``reference_prefix`` off numbers that begin with it; ``last10`` keeps the last ten characters.
    """
    reference = number.strip()
    if rules.reference_rule == STRIP and rules.reference_prefix:
        reference = reference.removeprefix(rules.reference_prefix)
    elif rules.reference_rule == LAST_10:
        reference = reference[-WIDEST_REFERENCE:]
    return reference.strip()


def expected_reference(number: str, rules: PostingRules) -> str:
    """Return the SL reference as the Invoices sheet shows it: empty when the number makes none that fits."""
    reference = reference_of(number, rules)
    return reference if len(reference) <= WIDEST_REFERENCE else ""
