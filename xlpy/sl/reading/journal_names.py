"""Names of the accounts, customers and vendors of a journal, read when somebody is going to look at it."""

from __future__ import annotations

from collections.abc import Iterable

from xlpy.domain.facts.books import sl_key
from xlpy.domain.preview.names import JournalNames
from xlpy.domain.preview.rows import JournalRow
from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.connection.table_reader import TableReader


def read_journal_names(sl: SlCompany, rows: Iterable[JournalRow]) -> JournalNames:
    """Read them in three selections by id. Raises ``SlError`` when SL can't be read."""
    rows = tuple(rows)
    accounts, parties = {row.account for row in rows}, {row.party for row in rows}
    with sl.engine.connect() as connection:
        reader = TableReader(connection, sl)

        def named(table: str, column: str, name: str, ids: set[str]) -> dict[str, str]:
            found = reader.rows_of(table, (column, name), column, ids)
            return {sl_key(row[column.lower()]): str(row[name.lower()]) for row in found}

        return JournalNames(
            accounts=named("Account", "Acct", "Descr", accounts),
            customers=named("Customer", "CustId", "Name", parties),
            vendors=named("Vendor", "VendId", "Name", parties),
        )
