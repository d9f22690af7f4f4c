"""The lines that the AP release adds to documents: tax lines and the control line, and what it mends in the others."""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, sum_of
from xlpy.demo.company.release.books import Row, amount, null_refused, stamp
from xlpy.demo.company.release.lines import documents_of, turned_name
from xlpy.demo.company.release.taxes import TaxShare
from xlpy.domain.facts.books import sl_key

PROGRAM = "03400"
_DEBIT_LINES = {"VO", "AC", "PP"}
_ROUNDED = {"VO", "AD", "AC", "PP"}
_CONTROL_LINE = 32767
_LAST_FREE_LINE = 32765
_RENUMBERED_TO = 9999
_DESCR_WIDTH = 30


def add_tax_lines(run: BatchRun, shares: list[TaxShare]) -> None:
    """Add a line per tax (LineType T), on the account of the tax.

    Like SL, finds the documents by type and reference only. Raises SqlStopped when a document has no line to count
    on from.
    """
    documents = documents_of(run, shares, "APDoc")
    numbers: dict[tuple[str, str], int] = {}
    for line in run.books.rows("APTran", RefNbr=tuple({share.ref_nbr for share in shares})):
        if line["LineNbr"] < _LAST_FREE_LINE:
            key = (sl_key(line["trantype"]), sl_key(line["RefNbr"]))
            numbers[key] = max(numbers.get(key, int(line["LineNbr"])), int(line["LineNbr"]))
    for share in shares:
        key = (sl_key(share.doc_type), sl_key(share.ref_nbr))
        for doc in documents.get(key, ()):
            if key not in numbers:
                raise null_refused()
            for tax in run.books.rows("SalesTax", TaxId=share.tax["TaxId"]):
                _add_line(
                    run,
                    doc,
                    Acct=share.acct,
                    Sub=share.sub,
                    DrCr="D" if share.doc_type in _DEBIT_LINES else "C",
                    CuryTranAmt=run.in_currency(share.cury_total, doc["CuryId"]),
                    TranAmt=run.base(share.total),
                    LineNbr=numbers[key] + 1,
                    LineType="T",
                    TranClass="T",
                    TranDesc=tax["Descr"],
                )
        if key in numbers:
            numbers[key] = min(numbers[key] + 1, _LAST_FREE_LINE - 1)


def round_first_lines(run: BatchRun, docs: list[Row], lines: list[Row]) -> None:
    """Put what a document's lines lack of its total, in base currency, on its first line (SL: vp_03400Curydiffvo).

    Currency amounts are not looked at: lines of a base-currency document that differ are overwritten, silently.
    """
    if not run.knows_currency(run.gl["BaseCuryId"]):
        return
    for doc in docs:
        if doc["DocType"] not in _ROUNDED:
            continue
        own = [line for line in lines if _has_reference(line, doc)]
        difference = run.base(amount(doc["OrigDocAmt"]) - sum_of(own, "TranAmt"))
        if not own or not difference:
            continue
        first = min(int(line["LineNbr"]) for line in own)
        for line in own:
            if line["LineNbr"] == first:
                line.update(stamp(PROGRAM, run.user, created=False), TranAmt=amount(line["TranAmt"]) + difference)


def number_unnumbered_lines(lines: list[Row]) -> None:
    """Give lines with number 0 one that counts up to 9999 in the order in which they were written."""
    for line in [line for line in lines if line["LineNbr"] == 0 and "RecordID" in line]:
        alike = [
            other["RecordID"]
            for other in lines
            if "RecordID" in other
            and all(other[name] == line[name] for name in ("Acct", "Sub", "RefNbr", "VendId", "trantype"))
        ]
        line["LineNbr"] = line["RecordID"] + _RENUMBERED_TO - max(alike)


def add_control_lines(run: BatchRun, ap: Row, docs: list[Row]) -> None:
    """Add the payables line of each document, of its balance (not of its total)."""
    for doc in docs:
        vendor = run.books.one("Vendor", VendId=doc["VendId"])
        if vendor is None or doc["DocType"] not in _ROUNDED:
            continue
        _add_line(
            run,
            doc,
            Acct=doc["Acct"],
            Sub=doc["Sub"],
            DrCr="C" if doc["DocType"] in _DEBIT_LINES else "D",
            CuryTranAmt=doc["CuryDocBal"],
            TranAmt=doc["DocBal"],
            LineNbr=_CONTROL_LINE,
            TranDesc=_describe(ap["TranDescDflt"], vendor, doc["VendId"]),
        )


def _has_reference(line: Row, doc: Row) -> bool:
    return (sl_key(line["RefNbr"]), line["trantype"]) == (sl_key(doc["RefNbr"]), doc["DocType"])


def _add_line(run: BatchRun, doc: Row, **values: object) -> Row:
    return run.books.add(
        "APTran",
        **{
            **stamp(PROGRAM, run.user),
            "AcctDist": 1,
            "BatNbr": doc["BatNbr"],
            "CpnyID": doc["CpnyID"],
            "CuryId": doc["CuryId"],
            "CuryMultDiv": doc["CuryMultDiv"],
            "CuryRate": doc["CuryRate"],
            "ExtRefNbr": doc["InvcNbr"],
            "FiscYr": doc["PerPost"][:4],
            "InstallNbr": doc["InstallNbr"],
            "JrnlType": "AP",
            "MasterDocNbr": doc["MasterDocNbr"],
            "PerEnt": doc["PerEnt"],
            "PerPost": doc["PerPost"],
            "Qty": Decimal(0),
            "RefNbr": doc["RefNbr"],
            "TranDate": doc["DocDate"],
            "VendId": doc["VendId"],
            "trantype": doc["DocType"],
            **values,
        },
    )


def _describe(default: str, vendor: Row, vend_id: str) -> str:
    """Describe the control line by APSetup.TranDescDflt: I id, N name, anything else both."""
    name = turned_name(vendor["Name"])
    text = {"I": vend_id, "N": name}.get(default, f"{vend_id} {name}")
    return str(text)[:_DESCR_WIDTH].rstrip()
