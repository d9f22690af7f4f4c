"""Descriptions of documents by the profile's rules: a text with placeholders in braces, filled from the transaction."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Rule of the profile → the placeholders that it may have.
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    "document_description": ("number", "company", "type", "description", "memo"),
    "receipt_description": ("number", "slip", "vendor", "invoice"),
    "expense_description": ("member", "date"),
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def described(rule: str, facts: Mapping[str, str]) -> str:
    """Fill a rule; what stands in braces and is not known stays as it is (the set-up check stops at it)."""
    return _PLACEHOLDER.sub(lambda found: facts.get(found[1], found[0]), rule).strip()


def unknown_placeholders(name: str, rule: str) -> tuple[str, ...]:
    """Return the placeholders of a rule, by its name in the settings, that it can't have."""
    return tuple(found for found in _PLACEHOLDER.findall(rule) if found not in PLACEHOLDERS[name])
