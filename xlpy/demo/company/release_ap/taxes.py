"""How the AP release splits the taxes of vouchers and adjustments into single taxes (SL: pp_SalesTaxAPRelease).

Unlike in receivables, the amounts of a group's members are computed from the taxable amount and each member's rate;
what is left over of the document's own tax goes to the member with the smallest tax id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, SqlStopped, amount, day
from xlpy.demo.company.release.taxes import (
    TaxEntry,
    TaxReference,
    TaxShare,
    check_shares,
    covers,
    document_slots,
    groups_of,
    line_slots,
    tax_references,
)
from xlpy.domain.facts.books import sl_key

_DOCUMENT = 1  # what stands for the line, when the tax is the document's
_ZERO = Decimal(0)


def take_included_tax(run: BatchRun, lines: list[Row]) -> None:
    """Take price-inclusive taxes out of the amounts of their lines, whatever the tax is calculated on."""
    references = tax_references(run.books)
    for line in lines:
        included = [
            entry
            for entry in line_slots(line)
            if any(
                reference.tax["PrcTaxIncl"] == "Y" and covers(reference.tax, line["TaxCat"])
                for reference in references.get(sl_key(entry.tax_id), ())
            )
        ]
        if included:
            net = amount(line["TranAmt"]) - sum((entry.tax for entry in included), _ZERO)
            cury_net = amount(line["CuryTranAmt"]) - sum((entry.cury_tax for entry in included), _ZERO)
            line["TranAmt"] = run.in_currency(net, line["CuryId"])
            line["CuryTranAmt"] = run.in_currency(cury_net, line["CuryId"])


def share_purchase_taxes(run: BatchRun, docs: list[Row], lines: list[Row]) -> list[TaxShare]:
    """Split the taxes of documents (TaxCalcType D), then of lines (I), and round what groups leave over.

    Raises SqlStopped when two documents of the batch have the same reference and tax, or a document a tax twice.
    """
    whole: dict[int, tuple[Decimal, Decimal]] = {}
    shares = [*_of_documents(run, docs, whole), *_of_lines(run, docs, lines, whole)]
    check_shares(shares)
    for members in groups_of(shares):
        first = members[0]
        cury_whole, base_whole = (min(whole[id(share)][index] for share in members) for index in (0, 1))
        first.cury_total -= sum((share.cury_total for share in members), _ZERO) - cury_whole
        first.total -= sum((share.total for share in members), _ZERO) - base_whole
    return shares


def _of_documents(run: BatchRun, docs: list[Row], whole: dict[int, tuple[Decimal, Decimal]]) -> Iterator[TaxShare]:
    references = tax_references(run.books)
    for doc in docs:
        if not run.knows_currency(doc["CuryId"]):
            continue
        for entry in _joined(dict.fromkeys(document_slots(doc))):
            for reference in references.get(sl_key(entry.tax_id), ()):
                if reference.tax["TaxCalcType"] != "D":
                    continue
                share = _share(doc, reference, _DOCUMENT, doc)
                taxable = run.in_currency(entry.cury_taxable, doc["CuryId"])
                part = entry.cury_taxable * reference.tax["TaxRate"] / 100
                _fill(run, doc, share, entry, taxable, part)
                whole[id(share)] = (run.in_currency(entry.cury_tax, doc["CuryId"]), run.base(entry.tax))
                yield share


def _of_lines(
    run: BatchRun, docs: list[Row], lines: list[Row], whole: dict[int, tuple[Decimal, Decimal]]
) -> Iterator[TaxShare]:
    references = tax_references(run.books)
    categories = {""} | {sl_key(category["CatId"]) for category in run.books.rows("SlsTaxCat")}
    for record, line in enumerate(lines, start=_DOCUMENT + 1):
        if sl_key(line["TaxCat"]) not in categories or not run.knows_currency(line["CuryId"]):
            continue
        for doc in docs:
            if (sl_key(doc["RefNbr"]), doc["DocType"]) != (sl_key(line["RefNbr"]), line["trantype"]):
                continue
            slots = list(line_slots(line))
            for entry in _joined(slots):
                for reference in references.get(sl_key(entry.tax_id), ()):
                    if reference.tax["TaxCalcType"] != "I" or not covers(reference.tax, line["TaxCat"]):
                        continue
                    share = _share(doc, reference, record, line)
                    taxable = run.in_currency(entry.cury_taxable, line["CuryId"])
                    _fill(run, doc, share, entry, taxable, entry.cury_taxable * reference.tax["TaxRate"] / 100)
                    once = next(slot for slot in slots if slot.tax_id == entry.tax_id)
                    whole[id(share)] = (once.cury_tax, once.tax)
                    yield share


def _joined(entries: Iterable[TaxEntry]) -> list[TaxEntry]:
    """Add up the slots that have the same tax id and amounts; different amounts stay apart."""
    found: dict[tuple[str, Decimal, Decimal], TaxEntry] = {}
    for entry in entries:
        key = (entry.tax_id, entry.cury_tax, entry.tax)
        before = found.get(key)
        found[key] = entry if before is None else _sum(before, entry)
    return list(found.values())


def _sum(left: TaxEntry, right: TaxEntry) -> TaxEntry:
    return TaxEntry(
        left.tax_id,
        left.cury_tax + right.cury_tax,
        left.cury_taxable + right.cury_taxable,
        left.tax + right.tax,
        left.taxable + right.taxable,
    )


def _fill(run: BatchRun, doc: Row, share: TaxShare, entry: TaxEntry, taxable: Decimal, part: Decimal) -> None:
    """Give a share its amounts: a single tax those of the slot, a group's member its part of the taxable amount.

    The base amounts of taxable amounts and parts come from the rate of the document.
    """
    share.cury_taxable = taxable
    share.taxable = run.base(_at_rate(taxable, doc))
    if share.group:
        share.cury_total = run.in_currency(part, doc["CuryId"])
        share.total = run.base(_at_rate(share.cury_total, doc))
    else:
        share.cury_total = entry.cury_tax
        share.total = run.base(entry.tax if doc["CuryMultDiv"] in ("M", "D") else _ZERO)


def _at_rate(value: Decimal, doc: Row) -> Decimal:
    rate = doc["CuryRate"]
    if doc["CuryMultDiv"] == "M":
        return Decimal(value * rate)
    if doc["CuryMultDiv"] != "D":
        return _ZERO
    if not rate:
        raise SqlStopped("SQL error 8134 (division by zero)")
    return Decimal(value / rate)


def _share(doc: Row, reference: TaxReference, record: int, owner: Row) -> TaxShare:
    """Start a share. A tax without purchase account is posted to that of ``owner``, the document or the line."""
    tax = reference.tax
    return TaxShare(
        record=record,
        doc_type=doc["DocType"],
        ref_nbr=doc["RefNbr"],
        cust_vend=doc["VendId"],
        cpny_id=doc["CpnyID"],
        tax=tax,
        group=reference.group,
        month=f"{_tax_point(doc, tax):%Y%m}",
        cury_id=doc["CuryId"],
        cury_total=_ZERO,
        cury_taxable=_ZERO,
        total=_ZERO,
        taxable=_ZERO,
        acct=tax["PurTaxAcct"] or owner["Acct"],
        sub=tax["PurTaxSub"] or owner["Sub"],
    )


def _tax_point(doc: Row, tax: Row) -> date:
    """Give the day that decides the month of the tax: of the vendor's invoice when the tax says so (APTaxPtDate I)."""
    by_invoice = tax["APTaxPtDate"] == "I" and day(doc["InvcDate"]) != day(None)
    return day(doc["InvcDate"] if by_invoice else doc["DocDate"])
