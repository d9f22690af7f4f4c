"""What an outsider sees of both systems and the desk, without what no two runs have in common: times, run ids, hashes.

``world`` says whether two deaths left the same behind, so that only one of them has to be recovered from; ``outcome``
is what must be the same after a death, a recovery and a repetition as after a run that nothing happened to.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from contextlib import closing
from typing import Any

from crash_desk import BOOK, COMPANY, Desk, opened

_TELLING = re.compile(
    r"\d{8}-\d{6}-[0-9a-f]{4}|\d{4}-\d\d-\d\d[ T]\d\d:?\d\d(:\d\d(\.\d+)?)?(\+00:00|Z)?|[0-9a-f]{64}|\b[0-9a-f]{16}\b"
    r"|(?<=[/.])(Month|[\w]{1,40})-\w{8}(?=\.)|\.xlpy-\w{8}|\d\d:\d\d(:\d\d)?|127\.0\.0\.1[:_]\d+"
)
_TIMES = re.compile(r"tstamp|.*_DateTime|.*At|RunID|.*RunID|.*Hash|RecordID_|LastHeard|Owner|Token", re.IGNORECASE)
COUNTERS = {"LastBatNbr", "LastRefNbr", "LstTrnsfrDocNbr"}
# How often something was begun is no outcome, and neither is who holds the lock.
_WORKINGS = {"xlpy_Lock", "xlpy_SyncRun", "xlpy_PaymentTry", "xlpy_Audit"}


_NAMES = re.compile(r"\bOCT-B-(?=[EIP])")  # the name that a user chooses for what is left


def sl_tables(desk: Desk, *, outcome: bool) -> dict[str, Any]:
    """Read every table of the company; of an outcome's, counters and workings are left out."""
    found: dict[str, Any] = {}
    with closing(opened(desk.now / COMPANY)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        for (name,) in names:
            if outcome and name in _WORKINGS:
                continue
            rows = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in rows.description]
            kept = [at for at, c in enumerate(columns) if not _left_out(name, c, at, outcome=outcome)]
            found[name] = Counter(repr([_masked(row[at]) for at in kept]) for row in rows)
    return found


def _left_out(table: str, column: str, at: int, *, outcome: bool) -> bool:
    if _TIMES.fullmatch(column) and column != "RecordID":
        return True
    numbered = table.startswith("xlpy_") and ((at == 0 and column.endswith("ID")) or column == "ManageBatchID")
    return outcome and (column in COUNTERS or numbered)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return _NAMES.sub("OCT-", _TELLING.sub("…", value.strip()))
    return round(value, 6) if isinstance(value, float) else value


def world(desk: Desk, since: dict[str, tuple[int, int]]) -> str:
    """Return a print of all that a death left behind. ``since``: the desk's files at the moment it began with."""
    files = {
        _TELLING.sub("…", name): "as before" if since.get(name) == stamp else stamp[1] // 64
        for name, stamp in files_of(desk).items()
        if "/logs/" not in name
    }
    for path in sorted((desk.now / "data").rglob("*.json")):
        files[_TELLING.sub("…", path.name)] = len(_TELLING.sub("…", path.read_text(encoding="utf-8", errors="replace")))
    with desk.site.lock:
        site = _TELLING.sub("…", desk.site.backup().decode())
    sl = {name: sorted(rows.items()) for name, rows in sl_tables(desk, outcome=False).items()}
    return hashlib.sha256(json.dumps([files, site, sl], default=str).encode()).hexdigest()


def files_of(desk: Desk) -> dict[str, tuple[int, int]]:
    """Return when each file of the desk was changed (ns) and its size (bytes)."""
    return {
        str(path.relative_to(desk.now)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in desk.now.rglob("*")
        if path.is_file() and not path.name.startswith(COMPANY) and path.suffix != ".jsonl"
    }


def outcome(desk: Desk) -> dict[str, Any]:
    """Return what must be the same in the end."""
    site = desk.site
    with site.lock:
        inside: dict[int, list[int]] = {}
        for entry, batch in site.records.batched.items():
            inside.setdefault(batch, []).append(entry)
        paid = {
            invoice: sorted((str(p.amount), str(p.day)) for p in payments.values())
            for invoice, payments in site.records.payments.items()
            if payments
        }
        manage = {
            "unposted": desk.unposted(),
            "in a batch": sorted(entry for entries in inside.values() for entry in entries),
            "payments": paid,
        }
    return {"Manage": manage, "SL": sl_tables(desk, outcome=True), "workbook": (desk.now / BOOK).exists()}


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name what is not the same."""
    wrong = [f"Manage: {name}" for name in before["Manage"] if before["Manage"][name] != after["Manage"][name]]
    for name in sorted(before["SL"].keys() | after["SL"].keys()):
        old, new = before["SL"].get(name, Counter()), after["SL"].get(name, Counter())
        if old != new:
            wrong.append(f"{name}: gone {list((old - new).elements())[:2]}, new {list((new - old).elements())[:2]}")
    return wrong if before["workbook"] == after["workbook"] else [*wrong, "the workbook is gone"]
