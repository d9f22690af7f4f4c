"""Many invoices at once, straight into the tables: for counting and measuring, never for rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sync_stage import Stage, add_invoice

from xlpy.sl.connection.engine import open_company
from xlpy.sl.connection.rows import chunks
from xlpy.sl.ledger_book.tables import posting_docs, postings

FIRST_ID = 100_000
FIRST_NUMBER = 300_000
PAID_ON = date(2026, 11, 20)
MODEL = "20001"


def multiply(stage: Stage, count: int) -> list[str]:
    """Add copies of an exported, released and open invoice to both systems; returns their numbers."""
    numbers = [str(FIRST_NUMBER + i) for i in range(count)]
    add_invoice(stage.site, 99_999, "299999", "Acme", "100.00")
    model = stage.site.records.invoices[99_999]
    with stage.site.lock:
        for i, number in enumerate(numbers):
            record = replace(model, id=FIRST_ID + i, number=number)
            stage.site.records.invoices[record.id] = record
        stage.site.changed()
    company = open_company(stage.profile.sl)
    docs = company.catalogue.table("ARDoc")
    columns = [docs.c[name] for name in company.catalogue.insertable("ARDoc")]
    with stage.engine.begin() as connection:
        doc = _row(connection, select(*columns).where(docs.c.RefNbr == MODEL, docs.c.DocType == "IN"))
        posting = _row(connection, select(postings).where(postings.c.Number == MODEL))
        part = _row(connection, select(posting_docs).where(posting_docs.c.PostingID == posting["PostingID"]))
        posting_docs_from = posting.pop("PostingID") * 1_000
        part.pop("PostingDocID")
        connection.execute(insert(docs), [{**doc, "RefNbr": number} for number in numbers])
        connection.execute(
            insert(postings),
            [
                {**posting, "PostingID": posting_docs_from + i, "RecordID": str(FIRST_ID + i), "Number": number}
                for i, number in enumerate(numbers)
            ],
        )
        connection.execute(
            insert(posting_docs),
            [{**part, "PostingID": posting_docs_from + i, "RefNbr": number} for i, number in enumerate(numbers)],
        )
    company.engine.dispose()
    return numbers


def pay_all(stage: Stage, numbers: Sequence[str], amount: Decimal) -> None:
    """Pay the same amount on each: what the release of SL leaves in ARAdjust and ARDoc."""
    company = open_company(stage.profile.sl)
    docs, adjust = company.catalogue.table("ARDoc"), company.catalogue.table("ARAdjust")
    with stage.engine.begin() as connection:
        blank = company.catalogue.blank_row("ARAdjust")
        made = {
            **blank,
            "CustId": "ACME01",
            "AdjdDocType": "IN",
            "AdjgDocType": "PA",
            "AdjAmt": amount,
            "CuryAdjdAmt": amount,
            "CuryAdjgAmt": amount,
            "AdjgDocDate": PAID_ON,
            "DateAppl": PAID_ON,
            "CuryAdjdCuryId": "USD",
            "CuryAdjdRate": Decimal(1),
        }
        connection.execute(insert(adjust), [{**made, "AdjdRefNbr": n, "AdjgRefNbr": f"P{n}"} for n in numbers])
        for some in chunks(numbers):  # by their references alone, which are theirs alone: SQLite then uses that index
            connection.execute(
                docs.update()
                .where(docs.c.RefNbr.in_(some))
                .values(CuryDocBal=docs.c.CuryDocBal - amount, DocBal=docs.c.DocBal - amount)
            )
    company.engine.dispose()


def _row(connection: Any, statement: Any) -> dict[str, Any]:
    return dict(connection.execute(statement).mappings().one())
