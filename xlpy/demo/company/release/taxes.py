"""How the release splits the taxes of documents and lines into single taxes (SL: pp_08400SalesTax and its views).

A tax id on a document or line is a tax or a group. A group's amount is split over its members by rate; what rounding
leaves over goes to the member with the smallest tax id.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Books, Row, amount, day, duplicate_key, same
from xlpy.domain.facts.books import sl_key

TAX_SLOTS = ("00", "01", "02", "03")
_QUOTIENT = Decimal(1).scaleb(-16)  # SL divides two DECIMAL(9,6) …
_PRODUCT = Decimal(1).scaleb(-6)  # … and multiplies with a DECIMAL(28,3): so many decimals survive
_DOCUMENT = 1  # what stands for the line in the work table of taxes, when the tax is the document's


@dataclass(frozen=True, slots=True)
class TaxReference:
    """A tax that a tax id stands for: itself (``T``), or a member of the group of that id (``G``)."""

    ref_type: str
    group: str  # the group's id, empty for a tax by itself
    tax: Row


@dataclass(slots=True)
class TaxShare:
    """One tax of one document (or line): a row of SL's work table of taxes. Amounts are in currency and base."""

    record: int  # 1 for a document, else the line's own number
    doc_type: str
    ref_nbr: str
    cust_vend: str
    cpny_id: str
    tax: Row
    group: str
    month: str  # YYYYMM of the document date
    cury_id: str
    cury_total: Decimal
    cury_taxable: Decimal
    total: Decimal
    taxable: Decimal
    acct: str = ""  # of payables: where the tax is posted
    sub: str = ""


@dataclass(frozen=True, slots=True)
class TaxEntry:
    """A filled tax slot of a document or line."""

    tax_id: str
    cury_tax: Decimal
    cury_taxable: Decimal
    tax: Decimal
    taxable: Decimal


def tax_references(books: Books) -> dict[str, list[TaxReference]]:
    """Give what each tax id stands for: the taxes of type T by themselves, and as members of their groups."""
    taxes = books.rows("SalesTax", TaxType="T")
    found: dict[str, list[TaxReference]] = {}
    for tax in taxes:
        found.setdefault(sl_key(tax["TaxId"]), []).append(TaxReference("T", "", tax))
    for member in books.rows("SlsTaxGrp"):
        for tax in taxes:
            if same(tax["TaxId"], member["TaxId"]):
                group = member["GroupID"]
                found.setdefault(sl_key(group), []).append(TaxReference("G", group, tax))
    return found


def share_document_taxes(run: BatchRun, docs: list[Row], party: str) -> list[TaxShare]:
    """Split the document-level taxes (TaxCalcType D). ``party``: CustId or VendId.

    Equal amounts of one tax id in two slots count once (SL joins the slots by UNION). Raises SqlStopped when two
    documents of the batch have the same reference and tax.
    """
    references = tax_references(run.books)
    shares: list[TaxShare] = []
    for doc in docs:
        if not run.knows_currency(doc["CuryId"]):
            continue
        merged: dict[tuple[str, str], TaxShare] = {}
        for entry in dict.fromkeys(document_slots(doc)):
            for reference in references.get(sl_key(entry.tax_id), ()):
                if reference.tax["TaxCalcType"] != "D":
                    continue
                key = (sl_key(reference.tax["TaxId"]), sl_key(reference.group))
                if key not in merged:
                    merged[key] = _share(doc, reference, _DOCUMENT, doc["DocType"], party)
                _add(merged[key], entry)
        for share in merged.values():
            _round(run, share)
        shares.extend(merged.values())
    return shares


def share_line_taxes(run: BatchRun, lines: list[Row], party: str, doc_table: str) -> list[TaxShare]:
    """Split the item-level taxes (TaxCalcType I) of the lines whose tax category the tax covers."""
    references = tax_references(run.books)
    categories = {""} | {sl_key(category["CatId"]) for category in run.books.rows("SlsTaxCat")}
    shares = []
    for record, line in enumerate(lines, start=_DOCUMENT + 1):
        entries = dict.fromkeys(line_slots(line))
        if not entries or sl_key(line["TaxCat"]) not in categories or not run.knows_currency(line["CuryId"]):
            continue
        documents = run.books.rows(doc_table, **{party: line[party]}, DocType=line["TranType"], RefNbr=line["RefNbr"])
        for doc in documents:
            for entry in entries:
                for reference in references.get(sl_key(entry.tax_id), ()):
                    if reference.tax["TaxCalcType"] == "I" and covers(reference.tax, line["TaxCat"]):
                        share = _share(doc, reference, record, line["TranType"], party)
                        _add(share, entry)
                        shares.append(share)
    return shares


def take_included_tax(run: BatchRun, lines: list[Row]) -> None:
    """Take price-inclusive item taxes out of the amounts of their lines."""
    references = tax_references(run.books)
    for line in lines:
        included = [
            entry
            for entry in dict.fromkeys(line_slots(line))
            if any(
                reference.tax["TaxCalcType"] == "I"
                and reference.tax["PrcTaxIncl"] == "Y"
                and covers(reference.tax, line["TaxCat"])
                for reference in references.get(sl_key(entry.tax_id), ())
            )
        ]
        if included:
            line["TranAmt"] = run.base(amount(line["TranAmt"]) - sum(entry.tax for entry in included))
            net = amount(line["CuryTranAmt"]) - sum(entry.cury_tax for entry in included)
            line["CuryTranAmt"] = run.in_currency(net, line["CuryId"])


def prorate_groups(run: BatchRun, shares: list[TaxShare]) -> None:
    """Split the amounts of groups over their members, and check that no share is there twice (SqlStopped)."""
    check_shares(shares)
    for members in groups_of(shares):
        _split(run, members)


def check_shares(shares: list[TaxShare]) -> None:
    """Check the key of SL's work table of taxes. Raises SqlStopped when a share is there twice."""
    keys = [(share.record, sl_key(share.tax["TaxId"]), sl_key(share.ref_nbr), sl_key(share.group)) for share in shares]
    if len(set(keys)) != len(keys):
        raise duplicate_key()


def groups_of(shares: list[TaxShare]) -> list[list[TaxShare]]:
    """Give the shares of each group on each document or line, in order of their tax ids."""
    groups: dict[tuple[int, str, str, str, str], list[TaxShare]] = {}
    for share in shares:
        if share.group:
            key = (share.record, sl_key(share.cust_vend), share.doc_type, sl_key(share.ref_nbr), sl_key(share.group))
            groups.setdefault(key, []).append(share)
    return [sorted(members, key=lambda share: sl_key(share.tax["TaxId"])) for members in groups.values()]


def covers(tax: Row, category: str) -> bool:
    """Tell whether a tax applies to a tax category. A blank category, or no exceptions at all: it applies."""
    exceptions = {sl_key(tax[f"CatExcept0{index}"]) for index in range(6)}
    if not sl_key(category) or exceptions == {""}:
        return True
    if tax["CatFlg"] == "A":
        return sl_key(category) not in exceptions
    return tax["CatFlg"] == "N" and sl_key(category) in exceptions


def _split(run: BatchRun, members: list[TaxShare]) -> None:
    """Split one group's total by rate; ``members`` in order of their tax ids."""
    cury_total = min(share.cury_total for share in members)
    total = min(share.total for share in members)
    group_rate = sum(share.tax["TaxRate"] for share in members)
    for share in members:
        rate = share.tax["TaxRate"]
        if group_rate:
            share.total = run.base(_part(share.total, rate, group_rate))
            share.cury_total = run.in_currency(_part(share.cury_total, rate, group_rate), share.cury_id)
        else:
            # A group that nets to 0 %: the amounts of its members come from the rates themselves.
            share.total = run.base(share.taxable * rate / 100)
            share.cury_total = run.in_currency(share.cury_taxable * rate / 100, share.cury_id)
    first = members[0]
    first.total -= sum(share.total for share in members) - total
    first.cury_total -= sum(share.cury_total for share in members) - cury_total


def _part(total: Decimal, rate: Decimal, group_rate: Decimal) -> Decimal:
    quotient = (rate / group_rate).quantize(_QUOTIENT, rounding=ROUND_HALF_UP)
    return (total * quotient).quantize(_PRODUCT, rounding=ROUND_HALF_UP)


def _share(doc: Row, reference: TaxReference, record: int, doc_type: str, party: str) -> TaxShare:
    zero = Decimal(0)
    return TaxShare(
        record=record,
        doc_type=doc_type,
        ref_nbr=doc["RefNbr"],
        cust_vend=doc[party],
        cpny_id=doc["CpnyID"],
        tax=reference.tax,
        group=reference.group,
        month=f"{day(doc['DocDate']):%Y%m}",
        cury_id=doc["CuryId"],
        cury_total=zero,
        cury_taxable=zero,
        total=zero,
        taxable=zero,
    )


def _add(share: TaxShare, entry: TaxEntry) -> None:
    share.cury_total += entry.cury_tax
    share.cury_taxable += entry.cury_taxable
    share.total += entry.tax
    share.taxable += entry.taxable


def _round(run: BatchRun, share: TaxShare) -> None:
    share.cury_total = run.in_currency(share.cury_total, share.cury_id)
    share.cury_taxable = run.in_currency(share.cury_taxable, share.cury_id)
    share.total = run.base(share.total)
    share.taxable = run.base(share.taxable)


def document_slots(doc: Row) -> Iterator[TaxEntry]:
    """Give the filled tax slots of a document."""
    return _slots(doc, "TaxTot", "TxblTot")


def line_slots(line: Row) -> Iterator[TaxEntry]:
    """Give the filled tax slots of a line."""
    return _slots(line, "TaxAmt", "TxblAmt")


def _slots(row: Row, tax: str, taxable: str) -> Iterator[TaxEntry]:
    for slot in TAX_SLOTS:
        tax_id = row[f"TaxId{slot}"]
        if tax_id:
            yield TaxEntry(
                sl_key(tax_id),
                amount(row[f"Cury{tax}{slot}"]),
                amount(row[f"Cury{taxable}{slot}"]),
                amount(row[f"{tax}{slot}"]),
                amount(row[f"{taxable}{slot}"]),
            )
