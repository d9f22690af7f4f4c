"""A little history of the demo company: invoices, a credit memo and vouchers of the month before, and a payment."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Engine

from xlpy.demo import firm
from xlpy.demo.company.invoice_entry import EnteredDocument, enter_batch, next_batch_number
from xlpy.demo.company.posting import post_batch
from xlpy.demo.company.release import release_and_post
from xlpy.demo.company.release_ar import receivables_setup
from xlpy.demo.company.release_books import Books, Row, stamp
from xlpy.demo.company.voucher_entry import EnteredVoucher, enter_vouchers

_ENTERED = date(2026, 9, 21)
_PAID = date(2026, 9, 30)
_PAYMENT = "4711"  # the customer's check
_BANK = "1010"
_SCREEN = "08030"

OLD_DOCUMENTS = (
    EnteredDocument("ACME01", "09001", Decimal("1250.00"), descr="Managed services, August"),
    EnteredDocument("BAYDEN", "09002", Decimal("480.00"), descr="Managed services, August"),
    EnteredDocument("CTAMPA", "09003", Decimal("3120.75"), descr="Network project"),
    EnteredDocument("DELTA1", "09004", Decimal("899.90"), descr="Managed services, August"),
    EnteredDocument("EVERGR", "09005", Decimal("2200.00"), descr="Server move"),
    EnteredDocument("GULFHO", "09006", Decimal("1540.20"), descr="Managed services, August"),
    EnteredDocument("HOLLY1", "09007", Decimal("310.00"), descr="Support"),
    EnteredDocument("JONES1", "09008", Decimal("760.50"), descr="Support"),
    EnteredDocument("EVERGR", "09009", Decimal("150.00"), doc_type="CM", descr="Goodwill, server move"),
)
OLD_VOUCHERS = (
    EnteredVoucher("BLUEL1", "BL-77120", Decimal("1437.60"), descr="Switches, September"),
    EnteredVoucher("CABLEW", "50318", Decimal("212.40"), descr="Patch cables"),
    EnteredVoucher("CABLEW", "50318-C", Decimal("18.75"), doc_type="AD", descr="Cables returned"),
    EnteredVoucher("E-JDOE", "EXP88", Decimal("96.30"), descr="Travel, September"),
)
OLD_EURO_VOUCHER = EnteredVoucher("DATAEU", "RE-2026-0914", Decimal("640.00"), descr="Firewall")
OLD_EURO_DOCUMENT = EnteredDocument("FISCHE", "09010", Decimal("1875.00"), descr="Fernwartung")


def enter_history(engine: Engine, no_sub: str) -> None:
    """Enter, release and post the old documents, and a payment of the first of them (DocClass P, applied in full)."""
    entered: list[tuple[str, str]] = []
    with engine.begin() as connection:
        books = Books(connection)
        for documents in (list(OLD_DOCUMENTS), [OLD_EURO_DOCUMENT]):
            day = _ENTERED if documents[0] is not OLD_EURO_DOCUMENT else _PAID
            entered.append(("AR", enter_batch(books, documents, entered=day, period=firm.CLOSED_PERIOD)))
        for vouchers in (list(OLD_VOUCHERS), [OLD_EURO_VOUCHER]):
            day = _ENTERED if vouchers[0] is not OLD_EURO_VOUCHER else _PAID
            entered.append(("AP", enter_vouchers(books, vouchers, entered=day, period=firm.CLOSED_PERIOD)))
        books.save()
    for module, bat_nbr in entered:
        release_and_post(engine, module, bat_nbr)
    with engine.begin() as connection:
        books = Books(connection)
        paid = _receive_payment(books, OLD_DOCUMENTS[0], no_sub)
        books.save()
    post_batch(engine, "AR", paid)


def _receive_payment(books: Books, document: EnteredDocument, no_sub: str) -> str:
    """Write a released payment and its application: what screen 08.030 and its release leave."""
    ar = receivables_setup(books)
    gl = books.rows("GLSetup", SetupId="GL")[0]
    invoice = books.rows("ARDoc", CustId=document.cust_id, DocType="IN", RefNbr=document.ref_nbr)[0]
    amount = document.amount
    bat_nbr = next_batch_number(books, ar)
    shared = {
        **stamp(_SCREEN, firm.SL_USER),
        "BatNbr": bat_nbr,
        "CpnyID": gl["CpnyId"],
        "CuryId": gl["BaseCuryId"],
        "CuryMultDiv": "M",
        "CuryRate": Decimal(1),
        "PerEnt": firm.CLOSED_PERIOD,
        "PerPost": firm.CLOSED_PERIOD,
    }
    books.add(
        "Batch",
        **shared,
        Module="AR",
        JrnlType="AR",
        BatType="N",
        EditScrnNbr=_SCREEN,
        Status="U",
        Rlsed=1,
        BalanceType="A",
        BaseCuryID=gl["BaseCuryId"],
        **{f"{prefix}{total}": amount for prefix in ("", "Cury") for total in ("CrTot", "DrTot", "CtrlTot")},
        CuryEffDate=_PAID,
        DateEnt=_PAID,
        LedgerID=gl["LedgerID"],
    )
    books.add(
        "ARDoc",
        **shared,
        CustId=document.cust_id,
        DocType="PA",
        RefNbr=_PAYMENT,
        BatSeq=1,
        DocClass="P",
        BankAcct=_BANK,
        BankSub=no_sub,
        CuryEffDate=_PAID,
        DocDate=_PAID,
        DocDesc="Check",
        OrigDocAmt=amount,
        CuryOrigDocAmt=amount,
        PerClosed=firm.CLOSED_PERIOD,
        Rlsed=1,
        S4Future01=firm.CLOSED_PERIOD,
    )
    books.add(
        "ARAdjust",
        **stamp("08400", firm.SL_USER),
        AdjAmt=amount,
        AdjBatNbr=bat_nbr,
        AdjdDocType="IN",
        AdjdRefNbr=document.ref_nbr,
        AdjgDocDate=_PAID,
        AdjgDocType="PA",
        AdjgPerPost=firm.CLOSED_PERIOD,
        AdjgRefNbr=_PAYMENT,
        CuryAdjdAmt=amount,
        CuryAdjdCuryId=gl["BaseCuryId"],
        CuryAdjdMultDiv="M",
        CuryAdjdRate=Decimal(1),
        CuryAdjgAmt=amount,
        CustId=document.cust_id,
        DateAppl=_PAID,
        PerAppl=firm.CLOSED_PERIOD,
    )
    invoice.update(DocBal=Decimal(0), CuryDocBal=Decimal(0), OpenDoc=0, PerClosed=firm.CLOSED_PERIOD)
    balance = books.rows("AR_Balances", CpnyID=gl["CpnyId"], CustID=document.cust_id)[0]
    balance.update(CurrBal=balance["CurrBal"] - amount, LastActDate=_PAID)
    control = (invoice["BankAcct"], invoice["BankSub"])
    for number, side, (acct, sub) in ((-32768, "Dr", (_BANK, no_sub)), (-32767, "Cr", control)):
        books.add(
            "GLTran",
            **shared,
            **_transaction(gl, document.cust_id),
            Acct=acct,
            Sub=sub,
            LineNbr=number,
            **{f"{side}Amt": amount, f"Cury{side}Amt": amount},
        )
    return bat_nbr


def _transaction(gl: Row, cust_id: str) -> Row:
    return {
        "Module": "AR",
        "BalanceType": "A",
        "BaseCuryID": gl["BaseCuryId"],
        "FiscYr": firm.CLOSED_PERIOD[:4],
        "Id": cust_id,
        "JrnlType": "AR",
        "LedgerID": gl["LedgerID"],
        "OrigCpnyID": gl["CpnyId"],
        "Posted": "U",
        "RefNbr": _PAYMENT,
        "Rlsed": 1,
        "TranDate": _PAID,
        "TranDesc": "Check",
        "TranType": "PA",
    }
