"""Proving a record: whatever was changed in it, or in the chain in SL, is found and named."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

import xlpy
from xlpy.errors import AuditRecordUnreadable
from xlpy.excel.audit.sheets import record_sheets
from xlpy.services.records.audit_content import gather
from xlpy.services.records.audit_manifest import sha256
from xlpy.services.records.audit_record import export_record
from xlpy.services.records.audit_verify import AuditVerdict, verify_record
from xlpy.sl.connection.sqlite import sqlite_engine
from xlpy.sl.ledger_book.audit_chain import AuditLink, append_link, broken_links, read_chain


def with_chain(books: Any, path: Path) -> AuditVerdict:
    with books.session() as session:
        return verify_record(path, session)


def tamper(books: Any, *statements: str) -> None:
    engine = sqlite_engine(books.profile.sl.url)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def test_a_record_left_alone_is_untouched_offline_and_by_the_chain(books: Any) -> None:
    offline = xlpy.verify_audit_record(books.record.path)
    assert offline.agrees
    assert (offline.state, offline.exit_code) == ("agrees with itself", 3)
    assert not offline.untouched, "a record that is forged as a whole agrees with itself, too"
    assert "only the chain in SL can tell" in offline.text
    assert (offline.run_id, offline.number, offline.files) == (books.report.run_id, 1, 8)
    online = with_chain(books, books.record.path / "manifest.json")
    assert online.untouched
    assert online.chained
    assert online.manifest == books.record.manifest


@pytest.mark.parametrize(
    "name", ["record.xlsx", "record.pdf", "plan.json", "run.json", "log.jsonl", "log.txt", "manifest.sha256"]
)
def test_a_flipped_byte_anywhere_in_a_file_is_found(books: Any, name: str) -> None:
    path = books.record.path / name
    kept, size = path.read_bytes(), path.stat().st_size
    for at in {0, size // 3, size // 2, size - 1}:
        flip(path, at)
        verdict = verify_record(books.record.path)
        assert verdict.exit_code == 1
        assert any(name in finding for finding in verdict.findings)
        path.write_bytes(kept)
    assert verify_record(books.record.path).agrees


def test_a_flipped_byte_anywhere_in_the_manifest_is_found(books: Any) -> None:
    path = books.record.path / "manifest.json"
    kept = path.read_bytes()
    for at in range(0, len(kept), 37):
        flip(path, at)
        try:
            said = verify_record(books.record.path).text
        except AuditRecordUnreadable as error:
            said = str(error)
        assert "manifest.json is changed" in said or "manifest.json is damaged" in said
        path.write_bytes(kept)


def test_a_missing_and_an_added_file_are_named(books: Any) -> None:
    (books.record.path / "record.pdf").unlink()
    (books.record.path / "sub").mkdir()
    (books.record.path / "sub" / "more.txt").write_text("x", encoding="utf-8")
    assert verify_record(books.record.path).findings == ("record.pdf is missing.", "sub/more.txt was added.")


def forge(path: Path) -> None:
    """Change a file and write manifest and seal anew, as somebody would who knows how."""
    (path / "log.txt").write_bytes(b"nothing happened\r\n")
    manifest = json.loads((path / "manifest.json").read_bytes())
    entry = next(entry for entry in manifest["files"] if entry["name"] == "log.txt")
    entry["size"], entry["sha256"] = 18, sha256(b"nothing happened\r\n")
    forged = json.dumps(manifest).encode()
    (path / "manifest.json").write_bytes(forged)
    (path / "manifest.sha256").write_bytes(f"{sha256(forged)}  manifest.json\n".encode())


def test_a_forged_manifest_passes_offline_and_is_found_by_the_chain(books: Any) -> None:
    forge(books.record.path)
    assert verify_record(books.record.path).agrees
    (finding,) = with_chain(books, books.record.path).findings
    assert f"run {books.report.run_id} as number 1, but of another manifest" in finding


@pytest.mark.parametrize("number", [0, -3, "1", True, 1.5, None])
def test_a_forged_number_is_damage_in_words(books: Any, number: Any) -> None:
    forge(books.record.path)
    path = books.record.path / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["chain"]["number"] = number
    path.write_text(json.dumps(manifest), encoding="utf-8")
    tamper(books, "DELETE FROM xlpy_Audit")
    with pytest.raises(AuditRecordUnreadable, match="damaged"):
        with_chain(books, books.record.path)


@pytest.mark.parametrize("done", [True, False])
def test_when_the_answer_to_the_commit_is_lost_record_and_link_stay_together(
    books: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, done: bool
) -> None:
    commit = Connection.commit

    def lost(self: Connection) -> None:
        monkeypatch.setattr(Connection, "commit", commit)
        commit(self) if done else self.rollback()
        raise OperationalError("commit", None, Exception("Communication link failure"))

    with books.session() as session:
        before = len(read_chain(session.sl))
        monkeypatch.setattr(Connection, "commit", lost)
        if done:
            record = export_record(session, books.content, tmp_path / "out", {})
            assert verify_record(record.path, session).untouched
        else:
            with pytest.raises(OperationalError):
                export_record(session, books.content, tmp_path / "out", {})
            assert not (tmp_path / "out").exists()
        assert len(read_chain(session.sl)) == before + done


def test_a_zip_goes_round_and_what_is_changed_in_it_is_found(books: Any, tmp_path: Path) -> None:
    with books.session() as session:
        record = export_record(session, books.content, tmp_path / "out", {}, as_zip=True)
    assert record.path.suffix == ".zip"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [record.path.name]
    assert with_chain(books, record.path).untouched
    with zipfile.ZipFile(record.path) as package:
        package.extractall(tmp_path / "unpacked")
    assert with_chain(books, tmp_path / "unpacked" / record.path.stem).untouched
    original = verify_record(record.path).manifest
    kept = record.path.read_bytes()
    for at in range(0, len(kept), len(kept) // 60):
        flip(record.path, at)
        try:
            verdict = verify_record(record.path)
            # A flipped date or attribute of the package is no change of what is in it.
            assert verdict.findings or (verdict.files == len(record.files) and verdict.manifest == original)
        except AuditRecordUnreadable:
            pass
        record.path.write_bytes(kept)
    with zipfile.ZipFile(record.path, "a") as package:
        package.writestr(f"{record.path.stem}/extra.txt", "x")
        package.writestr("beside.txt", "x")
    assert set(verify_record(record.path).findings) == {
        "extra.txt was added.",
        "beside.txt is changed or damaged.",
    }


def test_half_a_zip_and_what_is_no_record_are_told_in_words(books: Any, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(b"PK\x03\x04 half a file")
    for path in (half, tmp_path, tmp_path / "gone.zip"):
        with pytest.raises(AuditRecordUnreadable, match="not an audit record"):
            verify_record(path)
    (books.record.path / "manifest.json").write_text('{"format": 1, "files": [{}]}', encoding="utf-8")
    with pytest.raises(AuditRecordUnreadable, match="damaged"):
        verify_record(books.record.path)


def test_each_record_names_the_one_before(books: Any, tmp_path: Path) -> None:
    records = [books.record, *books.some(tmp_path / "out", 3)]
    with books.session() as session:
        chain = read_chain(session.sl)
    assert [link.manifest for link in chain] == [record.manifest for record in records]
    assert [link.previous for link in chain] == ["", *(link.hash for link in chain[:-1])]
    assert len({link.hash for link in chain} | {link.manifest for link in chain}) == 2 * len(chain)
    assert chain[-1].made_by == "kmorales"
    with books.session() as session:
        assert all(verify_record(record.path, session).untouched for record in records)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (("DELETE FROM xlpy_Audit WHERE AuditID = 2",), "broken before its number 2"),
        (("UPDATE xlpy_Audit SET ManifestHash = 'abc' WHERE AuditID = 2",), "broken before its number 3"),
        (("UPDATE xlpy_Audit SET PreviousHash = 'abc' WHERE AuditID = 2",), "broken before its number 2"),
        (
            (
                "UPDATE xlpy_Audit SET AuditID = 99 WHERE AuditID = 2",
                "UPDATE xlpy_Audit SET AuditID = 2 WHERE AuditID = 3",
                "UPDATE xlpy_Audit SET AuditID = 3 WHERE AuditID = 99",
            ),
            "broken before its number 2",
        ),
        (("UPDATE xlpy_Audit SET MadeBy = 'somebody' WHERE AuditID = 2",), "broken before its number 3"),
        (("UPDATE xlpy_Audit SET MadeHost = 'PC9' WHERE AuditID = 2",), "broken before its number 3"),
        (
            ("UPDATE xlpy_Audit SET MadeAt = '2026-01-01 00:00:00' WHERE AuditID = 2",),
            "broken before its number 3",
        ),
        (("UPDATE xlpy_Audit SET RunID = 'another' WHERE AuditID = 2",), "broken before its number 3"),
        (
            ("UPDATE xlpy_Audit SET MadeBy = 'somebody' WHERE AuditID = (SELECT MAX(AuditID) FROM xlpy_Audit)",),
            "the row of xlpy_Audit says run",
        ),
    ],
    ids=["removed", "rewritten", "cut off", "re-ordered", "maker", "place", "time", "run", "maker of the last"],
)
def test_a_removed_rewritten_or_re_ordered_link_is_found(
    books: Any, tmp_path: Path, statements: tuple[str, ...], said: str
) -> None:
    last = books.some(tmp_path / "out", 3)[-1]
    tamper(books, *statements)
    verdict = with_chain(books, last.path)
    assert verdict.exit_code == 1
    assert said in verdict.text


def test_after_a_restore_of_sl_the_shorter_chain_is_told_and_goes_on(books: Any, tmp_path: Path) -> None:
    shutil.copyfile(books.database, tmp_path / "backup")
    lost = books.quick(tmp_path / "out")
    shutil.copyfile(tmp_path / "backup", books.database)
    (finding,) = with_chain(books, lost.path).findings
    assert "shorter than this record says: it has 1 links" in finding
    assert "restored from a backup" in finding
    after = books.quick(tmp_path / "out")
    assert after.number == lost.number == 2
    assert with_chain(books, after.path).untouched
    (finding,) = with_chain(books, lost.path).findings
    assert "number 2, but of another manifest" in finding
    tamper(books, "DELETE FROM xlpy_Audit")
    assert "it has 0 links (it is empty)" in with_chain(books, books.record.path).text


def test_a_record_is_checked_against_the_chain_of_its_own_company(books: Any) -> None:
    other = replace(books, profile=replace(books.profile, sl=replace(books.profile.sl, company="OTHER")))
    assert "take its own profile" in with_chain(other, books.record.path).text


def test_each_company_has_a_chain_of_its_own(books: Any) -> None:
    tamper(books, "UPDATE xlpy_Audit SET CpnyID = 'OTHER'")
    with books.session() as session:
        assert read_chain(session.sl) == ()


def _export_some(books: Any, folder: Path, start: Any) -> None:
    start.wait()
    books.some(folder, 4)


def test_two_pcs_at_once_make_one_chain(books: Any, tmp_path: Path) -> None:
    """The database refuses a second link after the same one; whoever is refused takes the new end."""
    context = multiprocessing.get_context("fork")
    start = context.Barrier(2)
    children = [context.Process(target=_export_some, args=(books, tmp_path / f"PC{n}", start)) for n in (1, 2)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    with books.session() as session:
        chain = read_chain(session.sl)
    assert len(chain) == 9
    assert broken_links(chain) == ()
    records = [path for n in (1, 2) for path in (tmp_path / f"PC{n}").iterdir()]
    assert len(records) == 8
    assert sorted(verify_record(path).number for path in records) == list(range(2, 10))
    with books.session() as session:
        assert all(verify_record(path, session).untouched for path in records)


def test_a_second_link_after_the_same_one_is_refused_and_publishes_nothing(books: Any) -> None:
    at = datetime(2026, 10, 31)  # noqa: DTZ001 (as SL keeps it)
    late = AuditLink("site", "company", "run", "f" * 64, "", at, "me", "PC2")
    with books.session() as session:
        assert not append_link(session.sl, late, lambda: pytest.fail("it was published"))
        assert len(read_chain(session.sl)) == 1


def test_the_head_of_the_chain_is_printed_in_the_next_record(books: Any, tmp_path: Path) -> None:
    """On its first sheet (which is drawn into the PDF, too) and in its manifest."""
    with books.session() as session:
        head = read_chain(session.sl)[-1].hash
        content = gather(session, books.report.run_id)
        record = export_record(session, content, tmp_path / "out", {})
    manifest = json.loads((record.path / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["chain"]["previous"] == head
    (said,) = [row["Says"] for row in record_sheets(content)[0].rows if row["What"] == "Chain in SL"]
    assert said == f"ended with number 1: {head}"
