"""A period as SL's books have it: its batches, what its general ledger has of each, and balances as of now. Reads only.

SL: Batch.PerPost, GLTran (Posted ``P``, the company's own ledger of actuals), AcctHist, ARDoc and APDoc balances,
ItemSite.TotCost.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, func, select

from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO
from xlpy.sl.connection.engine import SlCompany

Account = tuple[str, str]  # acct and sub in ``sl_key`` form
BatchName = tuple[str, str]
_MODULES = ("AR", "AP", "GL", "IN")
_GONE = ("V", "D")  # SL: Batch.Status void, deleted
_CREDITS = frozenset({"CM", "PA", "PP", "SB", "SC", "AD"})
# Of a module: its documents, their account, the types whose account is the control account, the side of a debt.
_OPEN = {
    "AR": ("ARDoc", ("BankAcct", "BankSub"), frozenset({"IN", "DM", "CM", "FI", "CS"}), 1),
    "AP": ("APDoc", ("Acct", "Sub"), frozenset({"VO", "AD", "AC"}), -1),
}
_BETWEEN_COMPANIES = "IC"
_POSTED = "P"


@dataclass(frozen=True, slots=True)
class Open:
    """What a subledger holds as of now, base currency, debits positive, and the accounts that it stands on."""

    amount: Decimal
    accounts: frozenset[Account]


def batches_of_period(connection: Connection, company: SlCompany, period: str) -> frozenset[BatchName]:
    """Return the batches of AR, AP, GL and IN that are posted, or will be, to a period (YYYYPP)."""
    table = company.catalogue.require("Batch", "Module", "BatNbr", "PerPost", "CpnyID", "Status")
    found = connection.execute(
        select(table.c.Module, table.c.BatNbr).where(
            table.c.PerPost == period,
            table.c.CpnyID == company.cpny_id,
            table.c.Module.in_(_MODULES),
            table.c.Status.not_in(_GONE),
        )
    )
    return frozenset((module, number) for module, number in found)


def ledger_of_period(
    connection: Connection, company: SlCompany, period: str, ledger: str
) -> dict[BatchName, dict[Account, Decimal]]:
    """Return what the general ledger has of a period, by SL batch and account. ``ledger``: GLSetup's own."""
    names = ("Module", "BatNbr", "Acct", "Sub", "TranType", "PerPost", "CpnyID", "LedgerID", "Posted", "DrAmt", "CrAmt")
    table = company.catalogue.require("GLTran", *names)
    chosen = [table.c[name] for name in ("Module", "BatNbr", "Acct", "Sub", "DrAmt", "CrAmt")]
    # Line by line: a sum of floats in the database would lose the cent that is looked for.
    statement = select(*chosen).where(
        table.c.PerPost == period,
        table.c.CpnyID == company.cpny_id,
        table.c.LedgerID == ledger,
        table.c.Posted == _POSTED,
        table.c.TranType != _BETWEEN_COMPANIES,
    )
    found: dict[BatchName, dict[Account, Decimal]] = {}
    for module, number, acct, sub, debit, credit in connection.execute(statement).all():
        sums = found.setdefault((module, number), {})
        key = sl_key(acct), sl_key(sub)
        sums[key] = sums.get(key, ZERO) + debit - credit
    return found


def ledger_up_to(
    connection: Connection, company: SlCompany, period: str, ledger: str, accounts: frozenset[Account]
) -> dict[Account, Decimal]:
    """Return what the general ledger's transactions up to the end of a period make of accounts.

    What was entered as an opening balance without a transaction is not in it.
    """
    names = ("Acct", "Sub", "PerPost", "CpnyID", "LedgerID", "Posted", "DrAmt", "CrAmt")
    table = company.catalogue.require("GLTran", *names)
    found: dict[Account, Decimal] = dict.fromkeys(accounts, ZERO)
    statement = select(table.c.Acct, table.c.Sub, table.c.DrAmt, table.c.CrAmt).where(
        table.c.PerPost <= period,
        table.c.CpnyID == company.cpny_id,
        table.c.LedgerID == ledger,
        table.c.Posted == _POSTED,
        func.upper(table.c.Acct).in_(sorted({acct for acct, _ in accounts})),
    )
    for acct, sub, debit, credit in connection.execute(statement).all():
        key = sl_key(acct), sl_key(sub)
        if key in found:
            found[key] += debit - credit
    return found


def open_documents(connection: Connection, company: SlCompany, module: str) -> Open:
    """Return what is open on the released documents of AR or AP, on the control accounts of their invoices.

    A payment's own account is the bank, so it counts to the sum and gives no account.
    """
    name, account, invoices, side = _OPEN[module]
    table = company.catalogue.require(name, "DocType", "DocBal", "CpnyID", "Rlsed", *account)
    acct, sub = (table.c[column] for column in account)
    statement = select(acct, sub, table.c.DocType, table.c.DocBal).where(
        table.c.CpnyID == company.cpny_id, table.c.Rlsed == 1
    )
    amount, accounts = ZERO, set()
    for row_acct, row_sub, doc_type, balance in connection.execute(statement).all():
        kind = sl_key(doc_type)
        amount += (-side if kind in _CREDITS else side) * balance
        if kind in invoices:
            accounts.add((sl_key(row_acct), sl_key(row_sub)))
    return Open(amount, frozenset(accounts))


def item_sites(connection: Connection, company: SlCompany) -> Open:
    """Return the value of all item sites of the company (SL: ItemSite.TotCost), on their inventory accounts."""
    table = company.catalogue.require("ItemSite", "InvtAcct", "InvtSub", "TotCost", "CpnyID")
    statement = select(table.c.InvtAcct, table.c.InvtSub, table.c.TotCost).where(table.c.CpnyID == company.cpny_id)
    rows = connection.execute(statement).all()
    return Open(
        sum((cost for _, _, cost in rows), ZERO),
        frozenset((sl_key(acct), sl_key(sub)) for acct, sub, _ in rows if acct.strip()),
    )
