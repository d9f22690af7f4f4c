"""What a caller asks the GL export for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from xlpy.demo.site.door.answers import Json, refuse_field
from xlpy.demo.site.door.conditions import read_moment

REQUEST = "ExportAccountingBatchRequest"
K = TypeVar("K", int, str)  # invoices and expenses have numbers, procurement has texts


@dataclass(frozen=True, slots=True)
class Chosen(Generic[K]):
    """Which documents of a kind are wanted: those ``included`` (None: no list was given), less those ``excluded``."""

    wanted: bool
    included: frozenset[K] | None
    excluded: frozenset[K]

    def takes(self, record_id: K) -> bool:
        """Whether a document is asked for."""
        listed = self.included is None or record_id in self.included
        return self.wanted and listed and record_id not in self.excluded


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What an export asks for. ``through``: documents dated up to and with that day. ``location_id``: 0 for all."""

    through: date
    detail: str
    location_id: int
    invoices: Chosen[int]
    expenses: Chosen[int]
    products: Chosen[str]

    def covers(self, day: date, location_id: int) -> bool:
        """Whether a document of that day and location is asked for."""
        return day <= self.through and self.location_id in (0, location_id)


def read_request(body: Json, today: date) -> ExportRequest:
    """Read a checked ``ExportAccountingBatchRequest``; no ``thruDate`` means today (Manage API: trap).

    Refuses a request for no kind at all, and an empty included list: what Manage makes of one is unverified.
    """
    if not any(body.get(f"export{name}Flag") for name in ("Invoices", "Expenses", "Products")):
        raise refuse_field(REQUEST, "exportInvoicesFlag", "At least one kind must be exported.")
    for name in ("includedInvoiceIds", "includedExpenseIds", "includedProductIds"):
        if name in body and not body[name]:
            raise refuse_field(REQUEST, name, f"{name} is empty.")
    return ExportRequest(
        through=read_moment(body["thruDate"]).date() if "thruDate" in body else today,
        detail=body.get("summarizeInvoices", "Default"),
        location_id=body.get("locationId", 0),
        invoices=_chosen(body, "Invoice"),
        expenses=_chosen(body, "Expense"),
        products=_chosen(body, "Product"),
    )


def _chosen(body: Json, name: str) -> Chosen[Any]:
    included = body.get(f"included{name}Ids")
    return Chosen(
        wanted=bool(body.get(f"export{name}sFlag")),
        included=None if included is None else frozenset(included),
        excluded=frozenset(body.get(f"excluded{name}Ids", ())),
    )
