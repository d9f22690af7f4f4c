"""The manifest of an audit record: each file with size and SHA-256, and of which run, made with what, by whom."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlpy.services.records.audit_content import RecordContent, mask_json
from xlpy.services.run.session import Session
from xlpy.version import __version__

if TYPE_CHECKING:
    from xlpy.sl.ledger_book.audit_chain import AuditLink

FORMAT = 1
MANIFEST = "manifest.json"
SEAL = "manifest.sha256"  # of the manifest: an accident to it is found without SL, a forgery by the chain in SL
_LIBRARIES = ("xlwings", "SQLAlchemy", "openpyxl", "reportlab", "pandas", "requests", "pyodbc")


@dataclass(frozen=True, slots=True)
class ChainPlace:
    """Where a record stands in the company's chain: its number (from 1), and the hash and run of the link before."""

    number: int
    previous: str
    previous_run: str


def place_after(chain: tuple[AuditLink, ...]) -> ChainPlace:
    """Return the place of the next record."""
    if not chain:
        return ChainPlace(1, "", "")
    return ChainPlace(len(chain) + 1, chain[-1].hash, chain[-1].run_id)


def file_facts(folder: Path) -> list[dict[str, Any]]:
    """Return name, size and SHA-256 of every file of a record, by name."""
    return [
        {"name": path.name, "size": path.stat().st_size, "sha256": sha256(path.read_bytes())}
        for path in sorted(folder.iterdir())
        if path.name not in (MANIFEST, SEAL)
    ]


def sha256(data: bytes) -> str:
    """Return the SHA-256 of ``data``, hex."""
    return hashlib.sha256(data).hexdigest()


def make_manifest(
    session: Session,
    content: RecordContent,
    files: list[dict[str, Any]],
    place: ChainPlace,
    made: Mapping[str, str],
) -> bytes:
    """Return the manifest. ``made``: which program drew which file.

    Its time makes each record another one: two of a run must not prove each other in the chain.
    """
    return to_json(mask_json(_facts(session, content, files, place, made), content.words))


def to_json(value: object) -> bytes:
    """Render JSON for people and programs, UTF-8."""
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "backslashreplace")


def _facts(
    session: Session,
    content: RecordContent,
    files: list[dict[str, Any]],
    place: ChainPlace,
    made: Mapping[str, str],
) -> dict[str, Any]:
    from xlpy.sl.connection.engine import server_of
    from xlpy.sl.ledger_book.tables import SCHEMA_VERSION

    return {
        "format": FORMAT,
        "product": "Manage to SL",
        "record": {
            "made_at": datetime.now(UTC).isoformat(timespec="microseconds"),
            "made_by": session.user,
            "made_on": session.host,
            "files_made_by": dict(made),
        },
        "run": {
            "id": content.run_id,
            "action": content.action,
            "state": content.state,
            "text": content.text,
            "batch_identifier": content.batch_identifier,
            "at": content.at_utc or f"{content.at.isoformat(timespec='seconds')} (local time of {content.host})",
            "user": content.user,
            "pc": content.host,
            "version": content.version,
            "plan_hash": content.plan_hash,
            **_rules(content),
        },
        "manage": {"site": content.manage_host, "company": content.manage_company},
        "sl": {
            "server": server_of(session.sl),
            "company": content.cpny_id,
            "dialect": session.sl.engine.dialect.name,
            "ledger_version": SCHEMA_VERSION,
        },
        "versions": {
            "Manage to SL": __version__,
            "Python": platform.python_version(),
            "system": platform.platform(),
            **_libraries(),
        },
        "counts": {
            "results": len(content.results),
            "payments": len(content.payments),
            "problems": len(content.problems),
            "ledger": len(content.postings),
            "reconciled": sum(len(report.rows) for report in content.reconciled),
            "not_agreeing": sum(len(report.not_agreeing) for report in content.reconciled),
            "log_lines": len(content.log),
        },
        "totals": [
            {
                "kind": total.kind,
                "status": total.status,
                "currency": total.currency,
                "count": total.count,
                "amount": str(total.amount),
            }
            for total in content.totals
        ],
        "not_in_this_record": list(content.notes),
        "chain": {"number": place.number, "previous": place.previous, "previous_run": place.previous_run},
        "files": files,
    }


def _rules(content: RecordContent) -> dict[str, Any]:
    """Return name and SHA-256 of the firm's own rules that the plan was made with; nothing without any."""
    plan = content.plan
    return {"rules": {"file": plan.rules_file, "sha256": plan.rules_sha256}} if plan and plan.rules_file else {}


def _libraries() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
