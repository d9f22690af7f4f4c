"""SL companies as years of use, other products and half-done upgrades leave them: one thing in each is not right.

Each is the demo company's SQLite file with a few statements run on it. SQLite's own rules for a table (no NULL, widths,
keys) are taken off first where the fault needs that, so that such rows can be there at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from xlpy.sl.connection.sqlite import sqlite_engine

Change = tuple[str, ...]
SETUPS = ("ARSetup", "APSetup", "GLSetup", "INSetup", "CMSetup")
MASTERS = {
    "Customer": ("CustId", "Name", "Status", "ArAcct", "ArSub", "ClassId", "Terms", "CuryId", "BillName"),
    "Vendor": ("VendId", "Name", "Status", "APAcct", "APSub", "ClassID", "Terms", "CuryId"),
    "Account": ("Acct", "AcctType", "Active", "Descr", "CuryId"),
    "SubAcct": ("Sub", "Active", "Descr"),
    "vs_AcctSub": ("Acct", "Sub", "Active", "CpnyID"),
    "SalesTax": ("TaxId", "TaxType", "TaxRate", "SlsTaxAcct", "SlsTaxSub", "PurTaxAcct", "NewTaxRate", "NewRateDate"),
    "SlsTaxGrp": ("GroupID", "TaxId"),
    "Terms": ("TermsId", "TermsType", "DueIntrv", "DiscPct", "DiscType", "DueType"),
    "CuryRate": ("FromCuryId", "ToCuryId", "RateType", "Rate", "MultDiv", "EffDate", "RateReciprocal"),
    "Currncy": ("CuryId", "DecPl"),
    "CustClass": ("ClassId", "ARAcct", "Terms"),
    "VendClass": ("ClassID", "APAcct", "Terms"),
    "Inventory": ("InvtID", "InvtAcct", "COGSAcct", "TranStatusCode", "StkUnit", "ClassID", "StkItem"),
    "ItemSite": ("InvtID", "SiteID", "QtyOnHand", "DfltWhseLoc"),
    "Location": ("InvtID", "SiteID", "WhseLoc", "QtyOnHand"),
    "Site": ("SiteId", "CpnyID"),
    "INUnit": ("FromUnit", "ToUnit", "CnvFact", "MultDiv"),
    "FlexDef": ("FieldClassName", "NumberSegments", "SegLength00", "SegLength01"),
    "vs_company": ("CpnyID", "Active", "BaseCuryID", "DatabaseName"),
    "vs_screen": ("Number",),
    "vs_accessdetrights": ("UserId", "ScreenNumber"),
}
WRITTEN = ("Batch", "ARDoc", "ARTran", "APDoc", "APTran", "GLTran", "INTran", "TrnsfrDoc", "RefNbr", "APRefNbr")
LEDGER = ("xlpy_Posting", "xlpy_PostingDoc", "xlpy_Version", "xlpy_Lock", "xlpy_Audit", "xlpy_SyncRun")
COUNTERS = {
    "ARSetup": ("LastBatNbr", "LastRefNbr"),
    "APSetup": ("LastBatNbr", "LastRefNbr"),
    "GLSetup": ("LastBatNbr",),
    "INSetup": ("LastBatNbr",),
}
PERIODS = {
    "ARSetup": ("PerNbr", "CurrPerNbr"),
    "APSetup": ("PerNbr", "CurrPerNbr"),
    "GLSetup": ("PerNbr", "LastClosePerNbr", "FiscalPerEnd00", "FiscalPerEnd05", "NbrPer", "BegFiscalYr"),
    "INSetup": ("PerNbr", "CurrPerNbr"),
}
ODD_COUNTERS = (" ", "ABC", "-1", "999999", "9999999999", "12 34", "000000", "1.5", "٣٤٥", "0x10")
ODD_PERIODS = (" ", "202613", "202600", "2026", "ABCDEF", "000000", "999912", "-20261", "102026")
ODD_VALUES = {
    "blank": "' '",
    "NULL": "NULL",
    "lower case": 'lower("{column}")',
    "with a quote and a percent sign": "'O''%_['",
    "with letters of other scripts": "'日本Ω'",
    "with a NUL": "'A' || char(0) || 'B'",
    "with a line break": "'A' || char(10) || 'B'",
    "very long": "printf('%.300c', 'x')",
    "a text": "'abc'",
    "minus one": "-1",
    "zero": "0",
    "a huge number": "1e308",
    "without end": "9e999",
    "bytes": "x'ff00fe'",
}


@dataclass(frozen=True)
class BadCompany:
    """What is wrong in it, and what makes it so. ``loosened``: the tables whose own rules are taken off first."""

    what: str
    statements: Change
    loosened: Sequence[str] = ()

    def make(self, good: Path, file: Path) -> None:
        """Write the company's file."""
        for name in (file.name, f"{file.name}-wal", f"{file.name}-shm"):
            file.with_name(name).unlink(missing_ok=True)
        file.write_bytes(good.read_bytes())
        engine = sqlite_engine(f"sqlite:///{file.as_posix()}")
        try:
            with closing(engine.raw_connection()) as connection:
                driver = connection.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.execute("PRAGMA legacy_alter_table = ON")  # views and triggers keep naming the table
                driver.execute("PRAGMA foreign_keys = OFF")
                for table in self.loosened:
                    _loosen(driver, table)
                for statement in self.statements:
                    driver.execute(statement)
                driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            engine.dispose()


def _loosen(driver: sqlite3.Connection, table: str) -> None:
    """Put a table without keys and rules in the place of one, with the same rows and types."""
    columns = []
    for _number, name, kind, _required, default, _key in driver.execute(f'PRAGMA table_info("{table}")'):
        collated = " COLLATE SL" if kind.startswith("CHAR") else ""
        columns.append(f'"{name}" {kind}{collated}' + (f" DEFAULT ({default})" if default else ""))
    driver.execute(f'ALTER TABLE "{table}" RENAME TO "the former {table}"')
    driver.execute(f'CREATE TABLE "{table}" ({", ".join(columns)})')
    driver.execute(f'INSERT INTO "{table}" SELECT * FROM "the former {table}"')
    driver.execute(f'DROP TABLE "the former {table}"')


def bad_companies() -> Iterator[BadCompany]:
    """Make every one of them, always the same ones in the same order."""
    for table in (*SETUPS, *MASTERS, *WRITTEN, *LEDGER):
        yield BadCompany(f"{table} is missing", (f'DROP TABLE "{table}"',))
    yield from _columns()
    yield from _setup_rows()
    for table, names in COUNTERS.items():
        yield from _values(table, names, ODD_COUNTERS)
    for table, names in PERIODS.items():
        yield from _values(table, names, ODD_PERIODS)
    for table, names in MASTERS.items():
        yield BadCompany(f"{table} is empty", (f'DELETE FROM "{table}"',))
        yield BadCompany(
            f"each row of {table} is there twice", (f'INSERT INTO "{table}" SELECT * FROM "{table}"',), [table]
        )
        for name in names:
            for what, value in ODD_VALUES.items():
                change = f'UPDATE "{table}" SET "{name}" = {value.format(column=name)}'
                yield BadCompany(f"{name} of {table} is {what}", (change,), [table])


def _columns() -> Iterator[BadCompany]:
    """Let a column be missing, have another name, or hold another kind of value."""
    named = {table: names for table, names in MASTERS.items() if not table.startswith("vs_")}
    for table, names in {**COUNTERS, **PERIODS, **named}.items():
        for name in names:
            drop, rename = f'DROP COLUMN "{name}"', f'RENAME COLUMN "{name}" TO "{name}2"'
            yield BadCompany(f"{table} has no {name}", (f'ALTER TABLE "{table}" {drop}',), [table])
            yield BadCompany(f"{name} of {table} has another name", (f'ALTER TABLE "{table}" {rename}',), [table])
    for table, name in (("ARDoc", "CuryOrigDocAmt"), ("ARTran", "LineNbr"), ("Batch", "BatNbr"), ("GLTran", "DrAmt"),
                        ("APDoc", "InvcNbr"), ("RefNbr", "RefNbr"), ("xlpy_Posting", "State")):  # fmt: skip
        rename = f'ALTER TABLE "{table}" RENAME COLUMN "{name}" TO "{name}2"'
        yield BadCompany(f"{name} of {table} has another name", (rename,), [table])


def _setup_rows() -> Iterator[BadCompany]:
    for table in SETUPS:
        yield BadCompany(f"{table} has no row", (f'DELETE FROM "{table}"',))
        twice = f'INSERT INTO "{table}" SELECT * FROM "{table}"'
        yield BadCompany(f"{table} has its row twice", (twice,), [table])


def _values(table: str, names: Sequence[str], odd: Sequence[str]) -> Iterator[BadCompany]:
    for name in names:
        for value in odd:
            change = f"""UPDATE "{table}" SET "{name}" = '{value}'"""
            yield BadCompany(f"{name} of {table} is {value!r}", (change,), [table])
        yield BadCompany(f"{name} of {table} is NULL", (f'UPDATE "{table}" SET "{name}" = NULL',), [table])
