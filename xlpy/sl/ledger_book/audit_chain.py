"""The chain of audit records in the SL company database (xlpy_Audit): read, and made longer by one link.

Each link names the manifest of a record by its SHA-256, and the link before it by a hash of everything that is in its
row: the run, who made the record, where and when. What a row says can't be changed without breaking the chain after
it; the last link's hash (the head) is printed in the next record. Users may add links, and not change any.

The database itself keeps the chain from forking: one company can't have two links that follow the same one (unique on
CpnyID and PreviousHash), so of two PCs that end a record at the same moment one is refused and takes the new end. No
lock is held meanwhile, and a posting that goes on is not waited for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, insert, select
from sqlalchemy.exc import IntegrityError

from xlpy.sl.ledger_book.audit_tables import audits
from xlpy.sl.ledger_book.tables import check_ledger

if TYPE_CHECKING:
    from xlpy.sl.connection.engine import SlCompany

START = ""  # what the first link of a company follows


@dataclass(frozen=True, slots=True)
class AuditLink:
    """A row of xlpy_Audit. Hashes are SHA-256, hex; ``previous`` is empty for the first; ``made_at`` is local time."""

    manage_host: str
    manage_company: str
    run_id: str
    manifest: str
    previous: str
    made_at: datetime
    made_by: str
    made_host: str

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of everything that the row says: what the next link follows."""
        told = (
            *(self.manage_host, self.manage_company, self.run_id, self.manifest, self.previous),
            *(self.made_at.isoformat(timespec="seconds"), self.made_by, self.made_host),
        )
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def read_chain(company: SlCompany) -> tuple[AuditLink, ...]:
    """Return the company's links, oldest first. Raises ``LedgerMissing`` when the ledger is not installed."""
    with company.engine.connect() as connection:
        check_ledger(connection)
        return _read(connection, company.cpny_id)


def _read(connection: Connection, cpny_id: str) -> tuple[AuditLink, ...]:
    rows = connection.execute(select(audits).where(audits.c.CpnyID == cpny_id).order_by(audits.c.AuditID)).all()
    return tuple(_link_of(row) for row in rows)


def append_link(company: SlCompany, link: AuditLink, publish: Callable[[], None]) -> bool:
    """Write a link and make its record visible, both or neither. False: another PC made a link first; read again.

    ``publish`` runs before the commit: when it raises, the link is taken back. Raises whatever ``publish`` raises.
    """
    with company.engine.connect() as connection:
        try:
            connection.execute(insert(audits).values(**_row_of(link, company.cpny_id)))
        except IntegrityError:
            connection.rollback()
            return False
        publish()
        connection.commit()
    return True


def broken_links(chain: Sequence[AuditLink]) -> tuple[int, ...]:
    """Return the positions (from 0) of links that do not name the one before them: removed, re-ordered, rewritten."""
    expected = (START, *(link.hash for link in chain))
    return tuple(at for at, link in enumerate(chain) if link.previous != expected[at])


def _row_of(link: AuditLink, cpny_id: str) -> dict[str, Any]:
    return {
        "ManageHost": link.manage_host,
        "ManageCompany": link.manage_company,
        "CpnyID": cpny_id,
        "RunID": link.run_id,
        "ManifestHash": link.manifest,
        "PreviousHash": link.previous,
        "MadeAt": link.made_at,
        "MadeBy": link.made_by,
        "MadeHost": link.made_host,
    }


def _link_of(row: Row[Any]) -> AuditLink:
    return AuditLink(
        manage_host=row.ManageHost,
        manage_company=row.ManageCompany,
        run_id=row.RunID,
        manifest=row.ManifestHash,
        previous=row.PreviousHash,
        made_at=row.MadeAt,
        made_by=row.MadeBy,
        made_host=row.MadeHost,
    )
