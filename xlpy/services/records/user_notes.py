"""What the user had written about a run's transactions: taken into its record, in her own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlpy.services.run.reports import ResultRow


@dataclass(frozen=True, slots=True)
class UserNote:
    """A note of the workbook about a transaction, as it was when the record was made."""

    kind: str
    transaction: str
    text: str


def notes_of_results(results: Iterable[ResultRow], notes: Mapping[str, str]) -> tuple[UserNote, ...]:
    """Return the notes about these transactions, each once. ``notes``: by ``invoice:4417``, of whatever transaction."""
    found: dict[str, UserNote] = {}
    for row in results:
        key = f"{row.kind}:{row.transaction_id}"
        if key in notes:
            found.setdefault(key, UserNote(row.kind, row.transaction, notes[key]))
    return tuple(found.values())
