"""Small records that all of Manage's records share: references, and the tax of one level."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference to another record; ``id`` 0 means empty."""

    id: int = 0
    identifier: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return self.id != 0


NO_REF = Ref()


@dataclass(frozen=True, slots=True)
class ExportTaxLevel:
    """Tax of one level of a document, as in the header's ``taxLevels``; Manage's own sign."""

    level: int
    xref: str
    tax: Decimal
    taxable: Decimal
