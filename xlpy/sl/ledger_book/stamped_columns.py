"""Whether somebody else fills the User column that the profile wants to stamp with the id in Manage. Reads only."""

from __future__ import annotations

from sqlalchemy import Connection, exists, func, select

from xlpy.sl.connection.engine import SlCompany
from xlpy.sl.ledger_book.tables import posting_docs

_MODULE_OF = {"ARDoc": "AR", "APDoc": "AP", "GLTran": "GL", "INTran": "IN"}


def others_use(connection: Connection, company: SlCompany, table: str, column: str) -> int:
    """Return how many rows have something in ``column`` that this product did not write (by the posting ledger).

    GLTran is looked at for its own journals only: what release copies from lines of other modules is theirs.
    """
    source = company.catalogue.require(table, column, "BatNbr")
    module = _MODULE_OF[table]
    ours = exists().where(posting_docs.c.Module == module, posting_docs.c.BatNbr == source.c.BatNbr)
    statement = select(func.count()).select_from(source).where(source.c[column] != "", ~ours)
    if table == "GLTran":
        statement = statement.where(source.c.Module == module)
    return int(connection.execute(statement).scalar() or 0)
