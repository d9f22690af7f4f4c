"""What the tables of the posting ledger, of the payment sync and of the audit chain are made of."""

from __future__ import annotations

from sqlalchemy import MetaData, String
from sqlalchemy.dialects import mssql

ledger_metadata = MetaData()


def exact(length: int) -> String:
    """Return the type of a text that is compared letter by letter.

    Record ids and hashes differ by case (two packing slips "a1" and "A1" are two receipts), SL's collation doesn't.
    """
    return String(length).with_variant(mssql.VARCHAR(length, collation="Latin1_General_BIN2"), "mssql")
