"""Whether documents are posted to the month that they are of: dates of parts, document and Home against the period."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from xlpy.domain.checks.table import found
from xlpy.domain.documents.gl import GlJournal
from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.facts.periods import calendar_is_usable, format_period, period_of
from xlpy.domain.planning.makers.maker import AnyDocument, Judged
from xlpy.domain.planning.makers.request import PlanRequest
from xlpy.domain.values.problems import Problem
from xlpy.domain.values.transactions import TransactionKey


def cut_off(judged: list[Judged], request: PlanRequest) -> Iterable[tuple[TransactionKey, Problem]]:
    """Compare the dates of each transaction and its documents with the Through date and the period to post.

    A document after the Through date is a stop: the user asked for nothing later. A date in another period than the
    one to post is a note, whether the rule of Home wants it so or a part of the transaction is of another month.
    """
    calendar = request.books.gl.calendar
    if not calendar_is_usable(calendar):
        return
    through = request.options.through_date
    for one in judged:
        for period, document in one.made.documents if one.made else ():
            day = document_date(document)
            if day > through:
                yield one.matched.key, found("CUT-OFF-THROUGH", day.isoformat(), through=through.isoformat())
            others = {period_of(each, calendar) for each in (day, *one.matched.dates)} - {period}
            for other in sorted(others):
                words = {"dated": format_period(other), "period": format_period(period)}
                yield one.matched.key, found("CUT-OFF", words["dated"], words["period"], **words)


def document_date(document: AnyDocument) -> date:
    """Return the date of a document of any module."""
    if isinstance(document, GlJournal):
        return document.journal_date
    return document.tran_date if isinstance(document, InDocument) else document.doc_date
