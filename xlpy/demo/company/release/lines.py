"""The lines that the AR release adds to documents: tax lines, the control line, the line of an empty document."""

from __future__ import annotations

from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun
from xlpy.demo.company.release.books import Row, key_of, same, stamp
from xlpy.demo.company.release.taxes import TaxShare
from xlpy.domain.facts.books import sl_key

PROGRAM = "08400"
_DEBIT_CONTROL = {"DM", "IN", "CS", "NC", "AD"}
_DEBIT_TAX = {"CM", "PA", "DA"}
_OFFSET_SCREENS = {"08010": "AR", "05610": "OI"}  # screen → JrnlType of the control line
CONTROL_LINE = 32767
_EMPTY_LINE = -32765
_LAST_FREE_LINE = 32765
_NAME_WIDTH = 60  # Customer.Name
_DESCR_WIDTH = 30


def add_line_to_empty_documents(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Give a zero-amount document without lines a zero line, so that the checks don't reject it."""
    for doc in docs:
        customer = run.books.one("Customer", CustId=doc["CustId"])
        if doc["CuryOrigDocAmt"] or doc["OrigDocAmt"] or customer is None:
            continue
        if run.books.one("ARTran", CustId=doc["CustId"], TranType=doc["DocType"], RefNbr=doc["RefNbr"]):
            continue
        add_line(
            run,
            doc,
            Acct=customer["SlsAcct"],
            Sub=customer["SlsSub"],
            DrCr="D" if doc["DocType"] == "CM" else "C",
            JrnlType=run.row["JrnlType"],
            CnvFact=Decimal(1),
            Qty=Decimal(1),
            LineId=1,
            LineNbr=_EMPTY_LINE,
            SlsperId=customer["SlsperId"],
            TranClass="N",
            TranDesc=describe(ar["TranDescDflt"], customer, ""),
            AcctDist=0,
        )


def add_tax_lines(run: BatchRun, shares: list[TaxShare]) -> None:
    """Add a line per tax (class T), on the account of the tax.

    Like SL, finds the documents by type and reference only: an older document with the same ones gets the line too.
    """
    documents = documents_of(run, shares)
    numbers: dict[tuple[object, ...], int] = {}
    for line in run.books.rows("ARTran", RefNbr=tuple({share.ref_nbr for share in shares})):
        if line["LineNbr"] < _LAST_FREE_LINE:
            key = key_of(line, "TranType", "RefNbr")
            numbers[key] = max(numbers.get(key, int(line["LineNbr"])), int(line["LineNbr"]))
    for share in shares:
        key = (sl_key(share.doc_type), sl_key(share.ref_nbr))
        for doc in documents.get(key, ()):
            if key not in numbers:
                continue  # no line to count on from: the document stays out of balance
            for tax in run.books.rows("SalesTax", TaxId=share.tax["TaxId"]):
                add_line(
                    run,
                    doc,
                    Acct=share.tax["SlsTaxAcct"],
                    Sub=share.tax["SlsTaxSub"],
                    DrCr="D" if share.doc_type in _DEBIT_TAX else "C",
                    CuryTranAmt=run.in_currency(share.cury_total, doc["CuryId"]),
                    TranAmt=run.base(share.total),
                    LineNbr=numbers[key] + 1,
                    TranClass="T",
                    TranDesc=tax["Descr"],
                    WhseLoc="TX",
                )
            numbers[key] = min(numbers[key] + 1, _LAST_FREE_LINE - 1)


def documents_of(
    run: BatchRun, shares: list[TaxShare], doc_table: str = "ARDoc"
) -> dict[tuple[object, ...], list[Row]]:
    """Find the documents of taxes as SL does, by type and reference: any batch, any customer, known currency.

    ``doc_table``: ARDoc or APDoc.
    """
    found: dict[tuple[object, ...], list[Row]] = {}
    for doc in run.books.rows(doc_table, RefNbr=tuple({share.ref_nbr for share in shares})):
        if run.knows_currency(doc["CuryId"]):
            found.setdefault(key_of(doc, "DocType", "RefNbr"), []).append(doc)
    return found


def add_control_lines(run: BatchRun, ar: Row, docs: list[Row]) -> None:
    """Add the receivables line of each document of an invoice and memo batch (screens 08.010 and 05.610)."""
    journal = _OFFSET_SCREENS.get(run.row["EditScrnNbr"])
    if journal is None:
        return
    for doc in docs:
        customer = run.books.one("Customer", CustId=doc["CustId"])
        if customer is None:
            continue
        add_line(
            run,
            doc,
            Acct=doc["BankAcct"],
            Sub=doc["BankSub"],
            DrCr="D" if doc["DocType"] in _DEBIT_CONTROL else "C",
            CuryTranAmt=doc["CuryOrigDocAmt"],
            TranAmt=doc["OrigDocAmt"],
            ExtRefNbr=doc["CustOrdNbr"][-15:],
            JrnlType=journal,
            LineNbr=CONTROL_LINE,
            Rlsed=1,
            TranClass="N",
            TranDesc=describe(ar["TranDescDflt"], customer, doc["DocDesc"]),
            WhseLoc="01",
        )


def add_line(run: BatchRun, doc: Row, **values: object) -> Row:
    """Add a line to a document; what is not given comes from the document."""
    return run.books.add(
        "ARTran",
        **{
            **stamp(PROGRAM, doc["Crtd_User"]),
            "LUpd_User": doc["LUpd_User"],
            "AcctDist": 1,
            "BatNbr": doc["BatNbr"],
            "CpnyID": doc["CpnyID"],
            "CuryId": doc["CuryId"],
            "CuryMultDiv": doc["CuryMultDiv"],
            "CuryRate": doc["CuryRate"],
            "CustId": doc["CustId"],
            "FiscYr": doc["PerPost"][:4],
            "JrnlType": "AR",
            "PerEnt": run.row["PerEnt"] if same(doc["BatNbr"], run.bat_nbr) else doc["PerEnt"],
            "PerPost": doc["PerPost"],
            "RefNbr": doc["RefNbr"],
            "TranDate": doc["DocDate"],
            "TranType": doc["DocType"],
            **values,
        },
    )


def describe(default: str, customer: Row, otherwise: str) -> str:
    """Describe a line by ARSetup.TranDescDflt: C id and name, I id, N name, else the document's description."""
    if default == "C":
        text = f"{customer['CustId']} {turned_name(customer['Name'])}"
    elif default == "I":
        text = customer["CustId"]
    elif default == "N" or not otherwise:
        text = turned_name(customer["Name"])
    else:
        text = otherwise
    return str(text)[:_DESCR_WIDTH].rstrip()


def turned_name(name: str) -> str:
    """Turn ``Last~First``. SL takes the first name from the end of the padded column, so it mostly loses it."""
    last, tilde, first = name.partition("~")
    if not tilde:
        return name
    end = name.ljust(_NAME_WIDTH)[-len(first) :] if first else ""
    return f"{end.strip()} {last}"
