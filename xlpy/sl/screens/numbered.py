"""Where each module's screens keep the last numbers that they gave: batches, and references that SL counts."""

from __future__ import annotations

from dataclasses import dataclass

from xlpy.domain.values.screens import screen


@dataclass(frozen=True, slots=True)
class NumberedModule:
    """Where a module keeps its last batch number, on which screen a user sees it, and which rows a batch has.

    ``rows_in``: tables whose rows carry the number of their batch.
    """

    module: str
    setup_table: str
    screen: str
    rows_in: tuple[str, ...]


AR_NUMBERS = NumberedModule("AR", "ARSetup", screen("08.950"), ("ARDoc", "ARTran", "GLTran"))
AP_NUMBERS = NumberedModule("AP", "APSetup", screen("03.950"), ("APDoc", "APTran", "GLTran"))
IN_NUMBERS = NumberedModule("IN", "INSetup", screen("10.950"), ("INTran", "TrnsfrDoc", "GLTran"))
GL_NUMBERS = NumberedModule("GL", "GLSetup", screen("01.950"), ("GLTran",))


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
