"""Salesperson, project and task of documents, by the rules of the settings; without a rule they stay blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from xlpy.domain.documents.ar import ArDocument
from xlpy.domain.documents.inventory import InDocument
from xlpy.domain.facts.books import sl_key
from xlpy.domain.planning.makers.maker import AnyDocument, Made, Matched
from xlpy.domain.planning.makers.request import PlanRequest

OF_CUSTOMER = "customer"
EVERY_OTHER = "*"


def tracked(made: Made, group: Sequence[Matched[Any, Any]], request: PlanRequest) -> Made:
    """Return what was made with the fields that the settings give its documents. ``group``: its transactions.

    A voucher of several expenses takes the location of the first; documents of Inventory have no such fields.
    """
    rules = request.posting
    if not made.documents or not (rules.salesperson or rules.projects):
        return made
    location = group[0].location
    documents = tuple((period, _with_fields(document, location, request)) for period, document in made.documents)
    return replace(made, documents=documents)


def _with_fields(document: AnyDocument, location: str, request: PlanRequest) -> AnyDocument:
    if isinstance(document, InDocument):
        return document
    return replace(document, tracking=tuple(_fields(document, location, request)))


def _fields(document: AnyDocument, location: str, request: PlanRequest) -> Iterator[tuple[str, str]]:
    rules = request.posting
    if isinstance(document, ArDocument) and rules.salesperson:
        customers = {sl_key(key): customer for key, customer in request.books.customers.items()}
        customer = customers.get(sl_key(document.cust_id))
        of_customer = customer.salesperson if customer else ""
        if salesperson := of_customer if rules.salesperson == OF_CUSTOMER else rules.salesperson.strip():
            yield "SlsperId", salesperson
    by_location = {name.strip().casefold(): value for name, value in rules.projects.items()}
    chosen = by_location.get(location.strip().casefold(), by_location.get(EVERY_OTHER, ""))
    project, _, task = (part.strip() for part in chosen.partition(":"))
    if project:
        yield "ProjectID", project
    if task:
        yield "TaskID", task
