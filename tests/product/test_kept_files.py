"""Files that are kept: whole or not at all, this user's alone, whoever writes at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xlpy.files import keep_private, replace_file
from xlpy.paths import data_folder

WRITER = """
import sys
from pathlib import Path
from xlpy.files import keep_private

path, letter = Path(sys.argv[1]), sys.argv[2]
for _ in range(80):
    keep_private(path, letter.encode() * 50_000)
"""


def test_two_processes_write_the_same_file_and_it_is_always_one_of_theirs(tmp_path: Path) -> None:
    path = tmp_path / "20261031JD.json"
    keep_private(path, b"a" * 50_000)
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), letter]) for letter in "ab"]
    while any(writer.poll() is None for writer in writers):
        assert path.read_bytes() in (b"a" * 50_000, b"b" * 50_000)
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [left.name for left in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(os.name == "nt", reason="Windows takes the rights of the folder above")
def test_what_is_kept_is_for_this_user_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "kept"))
    folder = data_folder("previews")
    keep_private(folder / "plan.json", b"{}")
    assert [oct(path.stat().st_mode & 0o777) for path in (folder.parent, folder, folder / "plan.json")] == [
        "0o700",
        "0o700",
        "0o600",
    ]


def test_a_failing_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "Month end.xlsm"
    path.write_bytes(b"before")

    def fails(beside: Path) -> None:
        beside.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        replace_file(path, fails)
    assert path.read_bytes() == b"before"
    assert [left.name for left in tmp_path.iterdir()] == [path.name]
