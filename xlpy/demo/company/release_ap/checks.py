"""The checks before an AP release. Each rejection is reported; any one sends the batch to status S.

SL: pp_03400prepwrk. A released batch or an unknown currency ends the checks; the others all run, in this order.
Nothing here looks at accounts, at the period, or at the totals of the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount
from xlpy.demo.company.release.taxes import TAX_SLOTS, line_slots, tax_references
from xlpy.domain.facts.books import sl_key

UNKNOWN_VENDOR = -1
UNKNOWN_TAX = -2
_MAY_LACK_LINES = {"CK", "ZC", "SC", "VC", "MC"}
_COMPARED_WITH_LINES = {"VO", "AD", "AC"}
_Check = Callable[[BatchRun, list[Row], list[Row]], Iterator[int]]


def check_payables(run: BatchRun, docs: list[Row], lines: list[Row]) -> None:
    """Run the checks on a batch. Raises SqlStopped when one message comes up twice (its key)."""
    _check_currencies(run, docs, lines)
    if run.row["Rlsed"]:
        run.reject(12008)
    if run.messages:
        return
    for check in _CHECKS:
        for msg_id in check(run, docs, lines):
            run.reject(msg_id)


def _check_currencies(run: BatchRun, docs: list[Row], lines: list[Row]) -> None:
    """Reject unknown currencies; a company without Currency Manager gets them replaced by its own."""
    if all(run.knows_currency(row["CuryId"]) for row in (run.row, *docs, *lines)):
        return
    if run.books.one("CMSetup") is not None:
        run.reject(8058)
        return
    base = {"CuryId": run.gl["BaseCuryId"], "CuryMultDiv": "M", "CuryRate": Decimal(1)}
    if not run.knows_currency(run.row["CuryId"]):
        run.row.update(base, BaseCuryID=run.gl["BaseCuryId"])
    for doc in docs:
        if not run.knows_currency(doc["CuryId"]):
            doc.update(base, RGOLAmt=Decimal(0))
    for line in lines:
        if not run.knows_currency(line["CuryId"]):
            line.update(base)


def _documents_without_lines(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    # Any batch, any vendor: an old line with the same type and reference satisfies SL.
    if any(
        doc["DocType"] not in _MAY_LACK_LINES
        and run.books.one("APTran", RefNbr=doc["RefNbr"], trantype=doc["DocType"]) is None
        for doc in docs
    ):
        yield 6019


def _vendors_and_taxes(run: BatchRun, docs: list[Row], _lines: list[Row]) -> Iterator[int]:
    if any(run.books.one("Vendor", VendId=doc["VendId"]) is None for doc in docs):
        yield UNKNOWN_VENDOR
    used = {doc[f"TaxId{slot}"] for doc in docs for slot in TAX_SLOTS if doc[f"TaxId{slot}"]}
    if any(run.books.one("SalesTax", TaxId=tax_id) is None for tax_id in used):
        yield UNKNOWN_TAX


def _lines_against_documents(run: BatchRun, docs: list[Row], lines: list[Row]) -> Iterator[int]:
    """Compare a document less its taxes with the lines of its reference, whatever their type and vendor."""
    for doc in docs:
        own = [line for line in lines if sl_key(line["RefNbr"]) == sl_key(doc["RefNbr"])]
        if doc["DocType"] not in _COMPARED_WITH_LINES or not own:
            continue
        net = amount(doc["CuryOrigDocAmt"]) - sum((amount(doc[f"CuryTaxTot{slot}"]) for slot in TAX_SLOTS), Decimal(0))
        if net != sum_of(own, "CuryTranAmt") - _included_taxes(run, own):
            yield 6019
            return


def _included_taxes(run: BatchRun, lines: list[Row]) -> Decimal:
    references = tax_references(run.books)
    return sum(
        (
            entry.cury_tax
            for line in lines
            for entry in line_slots(line)
            if any(reference.tax["PrcTaxIncl"] == "Y" for reference in references.get(sl_key(entry.tax_id), ()))
        ),
        Decimal(0),
    )


_CHECKS: tuple[_Check, ...] = (_documents_without_lines, _vendors_and_taxes, _lines_against_documents)
