"""Tiny stand-ins of SL's release procedures for a test database on a SQL Server. They follow the documented protocol.

An AR batch with a line on account 12348 is rejected by that message (status S), one on account 8888 is rolled back
with everything and rejected, one on account 3902 ends with a COMMIT too many; every other is released. Without a row
among the running screens the batch is not found.
"""

from __future__ import annotations

from sqlalchemy import Engine, text

from xlpy.sl.connection.schema import SlKind, known_tables

EXTRA = ("WrkRelease", "WrkReleaseBad", "vs_access")
_BLANK = {SlKind.TEXT: "''", SlKind.DATE: "'1900-01-01'"}


def _gl_insert(reference: str, account: str, sub: str, debit: str, credit: str, number: str, source: str) -> str:
    given = {
        "Module": "'AR'",
        "BatNbr": "@batch",
        "LineNbr": number,
        "RefNbr": reference,
        "Acct": account,
        "Sub": sub,
        "DrAmt": debit,
        "CrAmt": credit,
        "CuryDrAmt": debit,
        "CuryCrAmt": credit,
        "Rlsed": "1",
        "Posted": "'U'",
    }
    columns = [c for c in known_tables()["GLTran"].columns if c.kind is not SlKind.ROW_VERSION]
    values = ", ".join(given.get(column.name, _BLANK.get(column.kind, "0")) for column in columns)
    return f"INSERT GLTran ({', '.join(column.name for column in columns)}) SELECT {values} FROM {source}"


LINES = _gl_insert("RefNbr", "Acct", "Sub", "0", "TranAmt", "LineNbr", "ARTran WHERE BatNbr = @batch AND DrCr = 'C'")
CONTROL = _gl_insert("RefNbr", "BankAcct", "BankSub", "OrigDocAmt", "0", "1000 + BatSeq", "ARDoc WHERE BatNbr = @batch")

PROCEDURES = (
    """
    CREATE PROCEDURE pp_CleanWrkRelease @address varchar(21), @module varchar(2) AS
    BEGIN
        SET NOCOUNT ON
        DELETE FROM WrkRelease WHERE UserAddress = @address AND Module = @module
    END
    """,
    """
    CREATE PROCEDURE pp_WrkReleaseRec @number char(10), @module char(2), @address char(21), @direction int AS
    BEGIN
        SET NOCOUNT ON
        IF @direction = 1 INSERT WrkRelease (BatNbr, Module, UserAddress) VALUES (@number, @module, @address)
    END
    """,
    "CREATE PROCEDURE pp_03400 @address varchar(21), @user varchar(10) AS RETURN 0",
    "CREATE PROCEDURE pp_01400 @address varchar(21), @user varchar(10) AS RETURN 0",
    f"""
    CREATE PROCEDURE pp_08400 @address varchar(21), @user varchar(10) AS
    BEGIN
        SET NOCOUNT ON
        DECLARE @batch char(10)
        DELETE FROM WrkReleaseBad WHERE UserAddress = @address
        BEGIN TRANSACTION
        SELECT @batch = BatNbr FROM WrkRelease WHERE UserAddress = @address AND Module = 'AR' AND EXISTS
            (SELECT 1 FROM vs_access WHERE InterNetAddress = @address AND ScrnNbr = '08400'
             AND DatabaseName = DB_NAME())
        IF EXISTS (SELECT 1 FROM ARTran WHERE BatNbr = @batch AND Acct = '12348')
        BEGIN
            INSERT WrkReleaseBad (BatNbr, Module, MsgID, UserAddress) VALUES (@batch, 'AR', 12348, @address)
            UPDATE Batch SET Status = 'S' WHERE Module = 'AR' AND BatNbr = @batch
            COMMIT TRANSACTION
            RETURN
        END
        IF EXISTS (SELECT 1 FROM ARTran WHERE BatNbr = @batch AND Acct = '8888')
        BEGIN
            ROLLBACK TRANSACTION
            INSERT WrkReleaseBad (BatNbr, Module, MsgID, UserAddress) VALUES (@batch, 'AR', 8888, @address)
            RETURN
        END
        {LINES}
        {CONTROL}
        UPDATE Batch SET Status = 'U', Rlsed = 1 WHERE Module = 'AR' AND BatNbr = @batch
        IF EXISTS (SELECT 1 FROM ARTran WHERE BatNbr = @batch AND Acct = '3902') COMMIT TRANSACTION
        COMMIT TRANSACTION
    END
    """,
)


def create_procedures(engine: Engine) -> None:
    """Create them."""
    with engine.begin() as connection:
        for procedure in PROCEDURES:
            connection.execute(text(procedure.strip()))
