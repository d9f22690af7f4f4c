"""The payment sync's own tables in the SL company database: its runs, the payments it made, what it saw.

They belong to the company, not to a PC: any PC goes on where the last one stopped. ``RecordID`` is the invoice's
billingLogId. Amounts are in invoice currency.
"""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Identity, Index, Integer, String, Table, Unicode, UniqueConstraint

from xlpy.sl.connection.types import SlAmount, SlDate
from xlpy.sl.ledger_book.columns import exact, ledger_metadata

sync_runs = Table(
    "xlpy_SyncRun",
    ledger_metadata,
    Column("SyncRunID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("RunID", exact(40), nullable=False),
    Column("StartedAt", DateTime, nullable=False),
    Column("FinishedAt", DateTime),
    Column("RunBy", Unicode(100), nullable=False),
    Column("RunHost", Unicode(100), nullable=False),
    Column("Succeeded", Integer, nullable=False),
    Column("LastAdjustID", Integer),  # the highest ARAdjust.RecordID that the run saw; none: it saw some days only
    Index("xlpy_SyncRun_Company", "CpnyID", "FinishedAt"),
    implicit_returning=False,
)

# The payments and applied credit memos in Manage that are ours. Rows are never deleted: RemovedAt says that it was
# taken back.
payments = Table(
    "xlpy_Payment",
    ledger_metadata,
    Column("PaymentRowID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("RecordID", exact(100), nullable=False),
    Column("ManagePaymentID", Integer, nullable=False),
    Column("Amount", SlAmount(), nullable=False),
    Column("Currency", String(4), nullable=False),
    Column("RunID", exact(40), nullable=False),
    Column("CreatedAt", DateTime, nullable=False),
    Column("PaymentDate", SlDate()),
    Column("ChangedAt", DateTime),
    Column("RemovedAt", DateTime),
    Column("CreditID", Integer),  # billingLogId of the credit memo that is applied; none: a payment
    UniqueConstraint("ManageHost", "ManageCompany", "ManagePaymentID", name="xlpy_Payment_Once"),
    Index("xlpy_Payment_Record", "RecordID"),
    implicit_returning=False,
)

# Written before a payment is sent to Manage: after a crash in between, an unknown payment of that amount is ours.
payment_tries = Table(
    "xlpy_PaymentTry",
    ledger_metadata,
    Column("PaymentTryID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("RecordID", exact(100), nullable=False),
    Column("Amount", SlAmount(), nullable=False),
    Column("Currency", String(4), nullable=False),
    Column("PaymentDate", SlDate()),
    Column("RunID", exact(40), nullable=False),
    Column("StartedAt", DateTime, nullable=False),
    Column("SettledAt", DateTime),
    Column("CreditID", Integer),
    Index("xlpy_PaymentTry_Record", "RecordID"),
    implicit_returning=False,
)

# What the last sync saw of an SL invoice: a late change that no new ARAdjust row tells is found by comparing.
settlements = Table(
    "xlpy_Settlement",
    ledger_metadata,
    Column("SettlementID", Integer, Identity(), primary_key=True),
    Column("ManageHost", Unicode(255), nullable=False),
    Column("ManageCompany", Unicode(60), nullable=False),
    Column("CpnyID", String(10), nullable=False),
    Column("RecordID", exact(100), nullable=False),
    Column("CustId", String(15), nullable=False),
    Column("DocType", String(2), nullable=False),
    Column("RefNbr", String(10), nullable=False),
    Column("CuryDocBal", SlAmount(), nullable=False),
    Column("OpenDoc", Integer, nullable=False),
    Column("PaidInManage", SlAmount(), nullable=False),
    Column("SeenAt", DateTime, nullable=False),
    Column("RunID", exact(40), nullable=False),
    UniqueConstraint("ManageHost", "ManageCompany", "RecordID", name="xlpy_Settlement_Once"),
    Index("xlpy_Settlement_Doc", "CustId", "DocType", "RefNbr"),
    implicit_returning=False,
)
