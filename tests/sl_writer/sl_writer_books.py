"""A small SL company with two customers and a class, and plans to write into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, insert, select, text, update

from xlpy.demo.company.tables import create_tables
from xlpy.domain.documents.ar import ArBatch, ArDocument, ArLine, ArPart, NewCustomer
from xlpy.domain.documents.plan import Action, Plan, PlannedTransaction, PlanOptions
from xlpy.domain.documents.shared import RateUsed, TaxPosting, TaxSlot
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.sl.connection.catalogue import Catalogue
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.ledger_book.ledger import create_ledger
from xlpy.sl.writing.posting import PostRequest

TABLES = [
    *("APDoc", "APRefNbr", "APSetup", "APTran", "GLTran", "INSetup", "INTran", "INUnit", "Inventory", "InventoryADG"),
    *("Ledger", "Location", "LocTable", "TrnsfrDoc", "Vendor"),
    "AR_Balances",
    "ARDoc",
    "ARSetup",
    "ARTran",
    "Batch",
    "CustClass",
    "Customer",
    "GLSetup",
    "RefNbr",
    "SOAddress",
]
HOST, SITE, CPNY = "na.example.net", "harborpine", "HPIT"
NOW = datetime.fromisoformat("2026-10-20T14:35")
DAY = date(2026, 10, 12)
BASE = RateUsed("USD", Decimal(1), "M", "", DAY, 2)
EURO = RateUsed("EUR", Decimal("1.0842"), "M", "SPOT", date(2026, 9, 30), 2)


def key(number: int) -> TransactionKey:
    return TransactionKey(Kind.INVOICE, str(number))


def line(amount: str, base: str | None = None, **more: Any) -> ArLine:
    cury = Decimal(amount)
    values: dict[str, Any] = {
        "acct": "4000",
        "sub": "100TP",
        "cury_amount": cury,
        "amount": Decimal(base) if base is not None else cury,
        "quantity": Decimal(1),
        "cury_unit_price": cury,
        "unit_price": Decimal(base) if base is not None else cury,
        "unit": "HOUR",
        "descr": "Managed services",
    }
    return ArLine(**(values | more))


def document(number: int, *lines: ArLine, **more: Any) -> ArDocument:
    """An invoice (or what ``more`` says) of Manage's billing log ``number``; reference = the number itself."""
    lines = lines or (line("100.00"),)
    taxes: tuple[TaxSlot, ...] = more.get("taxes", ())
    values: dict[str, Any] = {
        "transaction": key(number),
        "doc_type": "IN",
        "ref_nbr": str(number),
        "cust_id": "ACME01",
        "doc_date": DAY,
        "due_date": date(2026, 11, 11),
        "disc_date": date(2026, 10, 22),
        "terms": "30",
        "rate": BASE,
        "ar_acct": "1100",
        "ar_sub": "00000",
        "cury_total": sum((x.cury_amount for x in lines), Decimal(0)) + sum((t.cury_tax for t in taxes), Decimal(0)),
        "total": sum((x.amount for x in lines), Decimal(0)) + sum((t.tax for t in taxes), Decimal(0)),
        "cury_discount": Decimal(0),
        "discount": Decimal(0),
        "taxes": taxes,
        "tax_postings": tuple(TaxPosting(t.tax_id, "2200", "00000", t.cury_tax, t.tax) for t in taxes),
        "lines": lines,
        "descr": f"{number} Acme Marine Supply",
    }
    return ArDocument(**(values | more))


def batch(*documents: ArDocument, number: int = 1, **more: Any) -> ArBatch:
    values: dict[str, Any] = {
        "number": number,
        "per_post": "202610",
        "currency": documents[0].rate.currency,
        "batch_date": date(2026, 10, 20),
        "descr": "Manage OCT-I",
        "documents": documents,
    }
    return ArBatch(**(values | more))


def transaction(of: ArDocument, **more: Any) -> PlannedTransaction:
    values: dict[str, Any] = {
        "key": of.transaction,
        "number": of.ref_nbr,
        "company": "Acme",
        "document_date": of.doc_date,
        "amount": of.sign * of.cury_total,
        "currency": of.rate.currency,
        "action": Action.POST,
        "generation": 1,
        "lines_hash": f"lines of {of.transaction}",
        "entry_ids": (int(of.transaction.record_id) * 10, int(of.transaction.record_id) * 10 + 1),
    }
    return PlannedTransaction(**(values | more))


def only_marked(number: int, action: Action, **more: Any) -> PlannedTransaction:
    """A transaction without documents in the plan."""
    return transaction(document(number), action=action, **more)


def plan(*batches: ArBatch, customers: tuple[NewCustomer, ...] = (), **more: Any) -> Plan:
    values: dict[str, Any] = {
        "manage_host": HOST,
        "manage_company": SITE,
        "cpny_id": CPNY,
        "options": PlanOptions("OCT", date(2026, 10, 31)),
        "transactions": tuple(transaction(d) for b in batches for d in b.documents),
        "ar": ArPart(customers, batches),
    }
    return Plan(**(values | more))


def request_of(made: Plan, run_id: str = "run-1", **more: Any) -> PostRequest:
    return PostRequest(made, run_id, "kmorales", "PC1", NOW, **more)


def new_customer(cust_id: str = "NOVA01", **more: Any) -> NewCustomer:
    values: dict[str, Any] = {
        "cust_id": cust_id,
        "name": "Nova Startup Lab",
        "class_id": "STD",
        "ar_acct": "1100",
        "ar_sub": "00000",
        "sls_acct": "4000",
        "sls_sub": "100TP",
        "prepay_acct": "2300",
        "prepay_sub": "00000",
        "terms": "30",
        "currency": "",
        "address1": "1 Bay Street",
        "city": "Tampa",
        "state": "FL",
        "zip": "33602",
        "country": "US",
        "phone": "813 555 0100",
        "email": "ap@nova.example",
        "attention": "Ana Ruiz",
        "tax_id": "FL-HILL",
    }
    return NewCustomer(**(values | more))


@dataclass
class Books:
    """The company, and a bookkeeper's looks and slips."""

    company: SlCompany

    @property
    def engine(self) -> Engine:
        return self.company.engine

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        found = self.company.catalogue.table(table)
        statement = select(found)
        for name, value in where.items():
            statement = statement.where(found.c[name] == value)
        with self.engine.connect() as connection:
            return [dict(row) for row in connection.execute(statement).mappings()]

    def row(self, table: str, **where: Any) -> dict[str, Any]:
        (only,) = self.rows(table, **where)
        return only

    def count(self, table: str) -> int:
        return int(self.scalar(f"SELECT count(*) FROM {table}"))

    def scalar(self, sql: str) -> Any:
        with self.engine.connect() as connection:
            return connection.execute(text(sql)).scalar_one()

    def run(self, sql: str) -> None:
        with self.engine.begin() as connection:
            connection.execute(text(sql))

    def add(self, table: str, **values: Any) -> None:
        row = self.company.catalogue.blank_row(table) | values
        with self.engine.begin() as connection:
            connection.execute(insert(self.company.catalogue.table(table)), [row])

    def set(self, table: str, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(update(self.company.catalogue.table(table)).values(values))

    def refuse(self, table: str, column: str, value: str, said: str) -> None:
        """Let the database refuse rows of one value, as a site's own trigger might."""
        self.run(
            f"CREATE TRIGGER \"no_{table}_{value}\" BEFORE INSERT ON {table} WHEN NEW.{column} = '{value}' "
            f"BEGIN SELECT RAISE(ABORT, '{said}'); END"
        )

    def nothing_written(self) -> bool:
        documents = ("ARDoc", "ARTran", "RefNbr", "APDoc", "APTran", "APRefNbr", "GLTran", "INTran", "TrnsfrDoc")
        tables = ("Batch", *documents, "SOAddress", "InventoryADG", "xlpy_Posting", "xlpy_PostingDoc")
        counts = " + ".join(f"(SELECT count(*) FROM {table})" for table in tables)
        masters = " + ".join(f"(SELECT count(*) FROM {table})" for table in ("Customer", "Vendor", "Inventory"))
        return bool(self.scalar(f"SELECT {counts} = 0 AND {masters} = 6"))


def furnish(engine: Engine) -> SlCompany:
    """Create the tables and seed them with set-up, a class, and two customers."""
    create_tables(engine, TABLES)
    create_ledger(engine)
    with engine.connect() as connection:
        catalogue = Catalogue.read(connection, TABLES)
    company = SlCompany(engine, CPNY, catalogue, "cp1252", "KATHERINE.MORALES")
    books = Books(company)
    books.add(
        "ARSetup",
        SetupId="AR",
        Init=1,
        LastBatNbr="000041",
        PerNbr="202610",
        CurrPerNbr="202610",
        GLPostOpt="D",
        ArAcct="1100",
        ArSub="00000",
        DfltClass="STD",
        DfltStmtCycle="01",
        DfltStmtType="O",
        DfltAutoApply=0,
    )
    books.add(
        "GLSetup",
        SetupId="GL",
        Init=1,
        PerNbr="202610",
        LastClosePerNbr="202609",
        BaseCuryId="USD",
        LedgerID="ACTUAL",
        AllowPostOpt="P",
        LastBatNbr="000070",
    )
    books.add("Ledger", LedgerID="ACTUAL", BalanceType="A", BalRequired=1, BaseCuryID="USD")
    books.add(
        "APSetup",
        SetupId="AP",
        Init=1,
        PerNbr="202610",
        CurrPerNbr="202610",
        GLPostOpt="D",
        LastBatNbr="000011",
        LastRefNbr="0000201",
        AutoRef=1,
        DupInvcChk=1,
        ChkAcct="1010",
        ChkSub="00000",
    )
    books.add(
        "INSetup",
        SetupId="IN",
        Init=1,
        PerNbr="202610",
        CurrPerNbr="202610",
        GLPostOpt="S",
        UpdateGL=1,
        LastBatNbr="000021",
        LstTrnsfrDocNbr="000300",
        DfltInvtType="F",
        DfltSource="P",
    )
    books.add("Vendor", VendId="BLUEL1", Name="Blue Light Distribution", Status="A", PmtMethod="C")
    books.add("Vendor", VendId="E-JDOE", Name="Doe~Jane", Status="A", Vend1099=1, DfltBox="07")
    for item in ("PATCH10", "SWITCH24"):
        books.add("Inventory", InvtID=item, TranStatusCode="AC", StkItem=1, StkUnit="EA", ClassID="HW")
        books.add("Location", InvtID=item, SiteID="TPA", WhseLoc="MAIN", QtyOnHand=50, QtyAvail=50)
    books.add("LocTable", SiteID="TPA", WhseLoc="MAIN", InclQtyAvail=1)
    books.add("LocTable", SiteID="TPA", WhseLoc="QUARAN", InclQtyAvail=0)
    books.add("CustClass", ClassId="STD", ARAcct="1100", ARSub="00000", Terms="30")
    books.add("Customer", CustId="ACME01", Name="Acme Marine Supply", Status="A", ClassId="STD")
    books.add("Customer", CustId="BAYDEN", Name="Bay Dental Group", Status="A", ClassId="STD")
    return company
