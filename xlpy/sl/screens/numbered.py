"""Where each module's screens keep the last numbers that they gave: batches, and references that SL counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class NumberedModule:
    """Where a module keeps its last batch number, and on which screen a user sees it."""

    module: str
    setup_table: str
    screen: str


AR_NUMBERS = NumberedModule("AR", "ARSetup", "Accounts Receivable Setup (08.950)")


AP_NUMBERS = NumberedModule("AP", "APSetup", "Accounts Payable Setup (03.950)")


IN_NUMBERS = NumberedModule("IN", "INSetup", "Inventory Setup (10.950)")


GL_NUMBERS = NumberedModule("GL", "GLSetup", "GL Setup (01.950)")


@dataclass(frozen=True, slots=True)
class NumberedReference:
    """A counter of document numbers: column of the module's set-up row, and where a number may be in use.

    ``of_company``: a number is only taken by documents of the same company.
    """

    column: str
    used_in: tuple[tuple[str, str], ...]  # table, column
    of_company: bool = False


AP_REFERENCES = NumberedReference("LastRefNbr", (("APDoc", "RefNbr"), ("APRefNbr", "RefNbr")))


TRANSFER_NUMBERS = NumberedReference("LstTrnsfrDocNbr", (("TrnsfrDoc", "TrnsfrDocNbr"),), of_company=True)
