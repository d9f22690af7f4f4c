"""Prove that an audit record is as it was made: its files against its manifest, the manifest against the chain in SL.

The first works without SL. Whoever can change a file can also write a new manifest; only the chain in SL finds that.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zlib import error as ZlibError  # noqa: N812 (an exception)

from xlpy.errors import AuditRecordUnreadable
from xlpy.services.records.audit_manifest import FORMAT, MANIFEST, SEAL, sha256
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    from xlpy.sl.ledger_book.audit_chain import AuditLink

_DAMAGED = (zipfile.BadZipFile, ZlibError, EOFError, NotImplementedError, RuntimeError, ValueError)


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What the check of a record found. ``findings``: each says what is wrong; empty when nothing is.

    ``chained``: whether the chain in SL was asked, too. Only then *untouched* is proven: whoever forges the whole
    record forges its manifest, too.
    """

    path: Path
    run_id: str
    number: int
    files: int
    manifest: str
    findings: tuple[str, ...]
    chained: bool = False

    @property
    def untouched(self) -> bool:
        """Whether everything is as it was made, by the chain in SL."""
        return self.chained and not self.findings

    @property
    def agrees(self) -> bool:
        """Whether the record agrees with itself: with its manifest. A forged one may."""
        return not self.findings

    @property
    def state(self) -> str:
        """In a word or three: *untouched*, *agrees with itself*, *changed*."""
        return "untouched" if self.untouched else "agrees with itself" if self.agrees else "changed"

    @property
    def exit_code(self) -> int:
        """0 when untouched, 3 when it agrees with itself and the chain was not asked, 1 when it is changed."""
        return 0 if self.untouched else 3 if self.agrees else 1

    @property
    def text(self) -> str:
        """Say it in words."""
        of_run = f"the record of run {self.run_id}" if self.run_id else "the record"
        if self.findings:
            return f"{self.path}: {of_run} is NOT as it was made. " + " ".join(self.findings)
        if self.chained:
            return (
                f"{self.path}: {of_run} is untouched: {self.files} files, and number {self.number} of the chain in SL."
            )
        return (
            f"{self.path}: {of_run} agrees with itself: {self.files} files. Whether it is the one that was made, only "
            "the chain in SL can tell: verify it with --profile."
        )


def verify_record(path: Path, session: Session | None = None) -> AuditVerdict:
    """Check a record (its folder, its zip or its manifest file); with a session against the chain in SL, too.

    Raises ``AuditRecordUnreadable`` when it is no record, or its manifest is gone or can't be read.
    """
    where = path.parent if path.name == MANIFEST else path
    files, damaged = _files_of(where)
    if MANIFEST in damaged:
        raise AuditRecordUnreadable(str(path), f"{MANIFEST} is damaged")
    if MANIFEST not in files:
        raise AuditRecordUnreadable(str(path), f"it has no {MANIFEST}")
    manifest = _manifest(path, files[MANIFEST])
    seal = sha256(files[MANIFEST])
    findings = [f"{name} is changed or damaged." for name in damaged]
    findings += _against_manifest(manifest, files, damaged)
    chain_place = manifest["chain"]
    if files.get(SEAL) != f"{seal}  {MANIFEST}\n".encode():
        findings.append(f"{MANIFEST} is changed: it is not what {SEAL} says.")
    if session is not None:
        from xlpy.sl.ledger_book.audit_chain import read_chain

        findings += _against_chain(manifest, seal, read_chain(session.sl), session)
    return AuditVerdict(
        path=path,
        run_id=str(manifest["run"]["id"]),
        number=int(chain_place["number"]),
        files=len(files),
        manifest=seal,
        findings=tuple(findings),
        chained=session is not None,
    )


def verify_audit_record(path: Path | str, profile: Path | str | None = None) -> AuditVerdict:
    """Check a record, for scripts: offline, or with a settings file against the chain in SL.

    Raises ``AuditRecordUnreadable`` when it is no record, ``SettingsError``/``SlError`` when SL can't be asked.
    """
    if profile is None:
        return verify_record(Path(path))
    from xlpy.profile.settings import load_profile

    with Session.open(load_profile(Path(profile))) as session:
        return verify_record(Path(path), session)


def verdict_json(verdict: AuditVerdict) -> dict[str, Any]:
    """Render a verdict for ``--json``."""
    return {
        "state": verdict.state,
        "text": verdict.text,
        "path": str(verdict.path),
        "run": verdict.run_id,
        "number": verdict.number,
        "files": verdict.files,
        "manifest_sha256": verdict.manifest,
        "chain_asked": verdict.chained,
        "findings": list(verdict.findings),
    }


def _files_of(where: Path) -> tuple[dict[str, bytes], list[str]]:
    """Return the files of a record by name, and the names of those that can't be read."""
    files: dict[str, bytes] = {}
    damaged: list[str] = []
    try:
        if where.is_dir():
            for path in sorted(where.rglob("*")):
                if path.is_file():
                    files[path.relative_to(where).as_posix()] = path.read_bytes()
            return files, damaged
        with zipfile.ZipFile(where) as package:
            for info in package.infolist():
                name = str(PurePosixPath(*PurePosixPath(info.filename).parts[1:])) if "/" in info.filename else ""
                if info.is_dir():
                    continue
                if not name or name in files:
                    damaged.append(info.filename)  # outside the record's folder, or twice
                    continue
                try:
                    files[name] = package.read(info)
                except _DAMAGED:
                    damaged.append(name)
    except OSError as error:
        raise AuditRecordUnreadable(str(where), error.strerror or str(error)) from error
    except _DAMAGED as error:
        raise AuditRecordUnreadable(str(where), f"it is no zip file, or a damaged one ({error})") from error
    return files, damaged


def _manifest(path: Path, data: bytes) -> Mapping[str, Any]:
    try:
        manifest = json.loads(data)
        known = manifest["format"] == FORMAT and isinstance(manifest["files"], list)
        complete = all({"name", "size", "sha256"} <= set(entry) for entry in manifest["files"])
        named = manifest["chain"]["previous"], manifest["run"]["id"], manifest["sl"]["company"]
        number = manifest["chain"]["number"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise AuditRecordUnreadable(str(path), f"{MANIFEST} is damaged") from error
    counted = type(number) is int and number > 0
    if not (known and complete and counted and all(isinstance(text, str) for text in named)):
        raise AuditRecordUnreadable(str(path), f"{MANIFEST} is damaged, or of another version")
    found: Mapping[str, Any] = manifest
    return found


def _against_manifest(manifest: Mapping[str, Any], files: Mapping[str, bytes], damaged: Sequence[str]) -> list[str]:
    """Name each file that is changed, missing or added."""
    findings: list[str] = []
    listed = {str(entry["name"]): entry for entry in manifest["files"]}
    for name, entry in sorted(listed.items()):
        if name in damaged:
            continue
        if name not in files:
            findings.append(f"{name} is missing.")
        elif len(files[name]) != entry["size"] or sha256(files[name]) != entry["sha256"]:
            findings.append(f"{name} is changed.")
    findings += [f"{name} was added." for name in sorted(set(files) - set(listed) - {MANIFEST, SEAL})]
    if SEAL not in files and SEAL not in damaged:
        findings.append(f"{SEAL} is missing.")
    return findings


def _against_chain(manifest: Mapping[str, Any], seal: str, chain: Sequence[AuditLink], session: Session) -> list[str]:
    """Find the record in the chain of its company, and look whether the chain itself is whole."""
    from xlpy.domain.facts.books import sl_key
    from xlpy.sl.ledger_book.audit_chain import broken_links

    company = str(manifest["sl"]["company"])
    if sl_key(company) != sl_key(session.sl.cpny_id):
        return [f"The record is of SL company {company}, the profile's is {session.sl.cpny_id}: take its own profile."]
    findings = [_broken(chain, at) for at in broken_links(chain)]
    number, previous = int(manifest["chain"]["number"]), str(manifest["chain"]["previous"])
    place = next((at for at, link in enumerate(chain, 1) if link.manifest == seal), None)
    if place is None:
        findings.append(_not_in(chain, number, str(manifest["run"]["id"])))
    elif told := _of_another(manifest, chain[place - 1]):
        findings.append(told)
    elif place != number or chain[place - 1].previous != previous:
        findings.append(
            f"The record says it is number {number} of the chain in SL, there it is number {place}: links before it "
            "were removed or added."
        )
    return findings


def _of_another(manifest: Mapping[str, Any], link: AuditLink) -> str:
    """Say when the row of the chain names another run or maker than the record: the row was rewritten."""
    made = manifest.get("record") or {}
    own = (str(manifest["run"]["id"]), str(made.get("made_by")), str(made.get("made_on")))
    there = (link.run_id, link.made_by, link.made_host)
    if own == there:
        return ""
    return (
        f"The record is of run {own[0]}, made by {own[1]} on {own[2]}; the row of xlpy_Audit says run {there[0]}, by "
        f"{there[1]} on {there[2]}: it was rewritten."
    )


def _broken(chain: Sequence[AuditLink], at: int) -> str:
    link = chain[at]
    return (
        f"The chain in SL is broken before its number {at + 1} (run {link.run_id}, {link.made_at:%Y-%m-%d %H:%M}, by "
        f"{link.made_by} on {link.made_host}): what it follows was removed, re-ordered or rewritten in xlpy_Audit."
    )


# A record gets its name before SL commits its link, so that no link is without its record.
CUT_OFF = (
    "Only if the PC or the connection was lost while this record was being exported, it has never had its link: then "
    "export the run again, and keep the new record."
)


def _not_in(chain: Sequence[AuditLink], number: int, run_id: str) -> str:
    if len(chain) < number:
        last = f"its last is of {chain[-1].made_at:%Y-%m-%d %H:%M}" if chain else "it is empty"
        return (
            f"The chain in SL is shorter than this record says: it has {len(chain)} links ({last}), this is number "
            f"{number}. Either the SL database was restored from a backup that is older than this record, or rows of "
            "xlpy_Audit were deleted. Ask the database administrator for the date of the last restore. " + CUT_OFF
        )
    there = chain[number - 1]
    if there.run_id == run_id:
        return (
            f"The chain in SL has run {run_id} as number {number}, but of another manifest: the manifest was rewritten "
            "after the record was made, or the row in xlpy_Audit was. " + CUT_OFF
        )
    return (
        f"The chain in SL does not know this record: its number {number} is of run {there.run_id}. After a restore of "
        "the SL database the chain went on without it; otherwise the manifest or the row in xlpy_Audit was rewritten. "
        + CUT_OFF
    )
