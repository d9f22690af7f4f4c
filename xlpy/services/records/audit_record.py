"""Export audit record: one folder or zip with everything of a run, and its link in the chain kept in SL."""

from __future__ import annotations

import glob
import logging
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from xlpy.errors import SlError, XlpyError
from xlpy.files import rename_patiently
from xlpy.services.as_json.approval import approval_json
from xlpy.services.as_json.reconcile import reconcile_json
from xlpy.services.records.audit_content import RecordContent, mask_json
from xlpy.services.records.audit_manifest import MANIFEST, SEAL, file_facts, make_manifest, place_after, sha256, to_json
from xlpy.services.records.saved_files import free_path, saved_name, saving
from xlpy.services.records.saved_log import as_json_lines, as_text
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.sl.ledger_book.audit_chain import AuditLink

logger = logging.getLogger(__name__)

WHAT = "audit record"
_TRIES = 20  # how often another PC may be quicker with its own record

Drawing = Callable[[RecordContent, Path], str]
"""Draws a file of the record to a path; returns the name and version of the program that drew it."""


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """A record that was saved. ``number``: its place in the company's chain; ``notes``: what is not in it."""

    path: Path
    run_id: str
    number: int
    manifest: str
    files: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        told = f"The audit record of run {self.run_id} is saved: {self.path} (number {self.number} of the chain in SL)."
        return " ".join((told, *self.notes))


def export_record(
    session: Session,
    content: RecordContent,
    folder: Path,
    drawings: Mapping[str, Drawing],
    *,
    as_zip: bool = False,
) -> AuditRecord:
    """Save the record of a run in ``folder``, never over another one, and write its link into SL.

    Both or neither: the record is built beside its place and renamed there in the transaction that writes the link.
    Raises ``FileNotSaved`` when the folder can't be written, ``LedgerMissing``/``SlError`` when SL can't.
    """
    with saving(WHAT, folder) as beside:
        built = beside / saved_name("audit", content.run_id, content.batch_identifier)
        built.mkdir()
        session.progress("Saving the audit record", 0, 0)
        made = _write_files(content, built, drawings)
        files = file_facts(built)
        for _ in range(_TRIES):
            record = _link_and_publish(session, content, built, folder, made, as_zip=as_zip)
            if record is not None:
                logger.info("Audit record %d of run %s: %s", record.number, record.run_id, record.path)
                return record
    raise SlError(
        f"Other PCs ended {_TRIES} audit records while this one of {len(files)} files was waiting for its turn.",
        fix="Export it again in a moment.",
    )


def _write_files(content: RecordContent, folder: Path, drawings: Mapping[str, Drawing]) -> dict[str, str]:
    """Write every file but the manifest; return which program drew which."""
    (folder / "run.json").write_bytes(_run_json(content))
    if content.plan_json:
        (folder / "plan.json").write_bytes(_plan_json(content))
    if content.log:
        (folder / "log.jsonl").write_bytes(as_json_lines(content.log, content.secrets))
        (folder / "log.txt").write_bytes(as_text(content.log, content.secrets))
    return {name: draw(content, folder / name) for name, draw in drawings.items()}


def _run_json(content: RecordContent) -> bytes:
    """Render the run with everything that it told; amounts as text."""
    told = {
        "run": content.run_id,
        "action": content.action,
        "state": content.state,
        "text": content.text,
        "results": content.results,
        "problems": content.problems,
        "approvals": [approval_json(approval) for approval in content.approvals],
        "payments": content.payments,
        "ledger": content.postings,
        "reconcile": [reconcile_json(report) for report in content.reconciled],
    }
    return to_json(mask_json(msgspec.to_builtins(told), content.words))


def _plan_json(content: RecordContent) -> bytes:
    """Return the plan byte for byte, so that it still has its hash (unless a secret was in its data)."""
    plan = msgspec.json.decode(content.plan_json)
    hidden = mask_json(plan, content.data)
    return content.plan_json if hidden == plan else msgspec.json.encode(hidden, order="sorted")


def _link_and_publish(
    session: Session, content: RecordContent, built: Path, folder: Path, made: Mapping[str, str], *, as_zip: bool
) -> AuditRecord | None:
    """Finish the manifest for the present end of the chain, and publish; None when another PC was quicker."""
    from xlpy.sl.ledger_book.audit_chain import AuditLink, append_link, read_chain

    place = place_after(read_chain(session.sl))
    manifest = make_manifest(session, content, file_facts(built), place, made)
    (built / MANIFEST).write_bytes(manifest)
    (built / SEAL).write_text(f"{sha256(manifest)}  {MANIFEST}\n", encoding="ascii", newline="\n")
    names = tuple(sorted(path.name for path in built.iterdir()))
    suffix = ".zip" if as_zip else ""
    source = _zipped(built) if as_zip else built
    target = free_path(folder, built.name, suffix)
    published = False

    def publish() -> None:
        nonlocal published
        rename_patiently(source, target)
        published = True

    link = AuditLink(
        manage_host=content.manage_host,
        manage_company=content.manage_company,
        run_id=content.run_id,
        manifest=sha256(manifest),
        previous=place.previous,
        made_at=session.now(),
        made_by=session.user,
        made_host=session.host,
    )
    try:
        if not append_link(session.sl, link, publish):
            return None
    except BaseException as error:
        if not published:
            raise
        if not _is_linked(session, link):  # the commit failed: a record without its link proves nothing
            _remove(target)
            raise
        if not isinstance(error, Exception):
            raise
        logger.warning("The answer to the commit of audit record %d was lost; SL has its link", place.number)
    notes = (*content.notes, *_without_links(session, folder, built.name, but=target))
    return AuditRecord(target, content.run_id, place.number, link.manifest, names, notes)


def _without_links(session: Session, folder: Path, stem: str, *, but: Path) -> list[str]:
    """Name the records of the same run in the folder that SL's chain does not have: cut off, or changed since."""
    from sqlalchemy.exc import SQLAlchemyError

    from xlpy.sl.ledger_book.audit_chain import read_chain

    others = [path for path in sorted(folder.glob(f"{glob.escape(stem)}*")) if path != but]
    try:
        known = {link.manifest for link in read_chain(session.sl)} if others else set()
    except (SQLAlchemyError, XlpyError):
        logger.exception("The chain can't be read again: records beside this one were not looked at")
        return []
    return [
        f"{path.name} beside it is not in SL's chain: its export was cut off, or it was changed since. Keep this one."
        for path in others
        if (seal := _seal_of(path)) and seal not in known
    ]


def _seal_of(path: Path) -> str:
    """Return the fingerprint that a record gives its manifest; empty when it is no record, or can't be read."""
    try:
        if path.is_dir():
            told = (path / SEAL).read_text(encoding="ascii")
        else:
            with zipfile.ZipFile(path) as package:
                told = package.read(f"{path.stem.removesuffix('.zip')}/{SEAL}").decode("ascii")
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return ""
    return told.split()[0] if told.split() else ""


def _is_linked(session: Session, link: AuditLink) -> bool:
    """Ask SL on a new connection whether a link is there, after a commit without an answer."""
    from sqlalchemy.exc import SQLAlchemyError

    from xlpy.sl.ledger_book.audit_chain import read_chain

    try:
        return any(known.manifest == link.manifest for known in read_chain(session.sl))
    except (SQLAlchemyError, XlpyError):
        # Not known: a record too many says by itself that the chain lacks it; one that was removed is gone for good.
        logger.exception("It is not known whether SL has the link of this audit record: verify the record")
        return True


def _zipped(folder: Path) -> Path:
    """Pack a folder beside it; the members lie in a folder of its name."""
    path = folder.with_name(folder.name + ".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for file in sorted(folder.iterdir()):
            package.write(file, f"{folder.name}/{file.name}")
    return path


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
