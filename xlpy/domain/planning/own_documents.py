"""What a firm's own rules make of documents: their description, their User columns, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from xlpy.domain.planning.makers.maker import AnyDocument, Made, Matched
from xlpy.domain.planning.own_facts import document_facts
from xlpy.domain.planning.own_rules import OwnRules
from xlpy.domain.values.problems import Problem

_OF_DOCUMENTS = ("description", "user_fields", "checks")


def by_own_rules(
    made: Made,
    group: Sequence[Matched[Any, Any]],
    own: OwnRules,
    base_currency: str,
    is_written: Callable[[AnyDocument], bool],
) -> Made:
    """Return what was made, with what the rules give its documents. ``group``: the transactions they are made of.

    A document that is not written (SL has it, and lost another part) is not asked about. ``checks`` sees the
    document as it would be written, with the description that ``description`` gave it.
    """
    if not made.documents or not any(own.has(function) for function in _OF_DOCUMENTS):
        return made
    documents: list[tuple[str, AnyDocument]] = []
    told: list[Problem] = []
    for period, document in made.documents:
        if not is_written(document):
            documents.append((period, document))
            continue
        facts = document_facts(document, period, group, base_currency)
        descr, wrong = own.description(facts)
        fields, more = own.user_fields(facts)
        described = replace(document, descr=descr or document.descr, user_fields=fields)
        checked = own.checks(document_facts(described, period, group, base_currency))
        told += (*wrong, *more, *checked)
        documents.append((period, described))
    return replace(made, documents=tuple(documents), problems=(*made.problems, *dict.fromkeys(told)))
