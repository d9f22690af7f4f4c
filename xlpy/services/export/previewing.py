"""A plan's journal with the names of its accounts, customers and vendors: what a preview shows."""

from __future__ import annotations

from xlpy.domain.documents.plan import Plan
from xlpy.domain.preview.journal import JournalRow, journal
from xlpy.domain.preview.names import JournalNames
from xlpy.services.run.session import Session


def journal_with_names(session: Session, plan: Plan) -> tuple[tuple[JournalRow, ...], JournalNames]:
    """Return the rows of the plan's journal, and what their ids are called. Raises ``SlError``."""
    from xlpy.sl.reading.journal_names import read_journal_names

    rows = journal(plan)
    names = read_journal_names(session.sl, rows) if rows else JournalNames()
    return rows, names.with_new(plan)
