"""Save full log: the lines of one run, or of the last days, as JSON lines and as a text to read. No secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from xlpy.errors import XlpyError
from xlpy.files import rename_patiently
from xlpy.masking import masked
from xlpy.paths import data_folder
from xlpy.services.records.saved_files import free_path, saved_name, saving

LAST_DAYS = 7
_LOGS = "????-??-??.jsonl"
LogLine = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SavedLog:
    """Where a log was saved, and how many lines it has."""

    json_lines: Path
    text: Path
    lines: int


class NothingLogged(XlpyError):
    """There is no log of the run or of the days that were asked for."""

    def __init__(self, run_id: str, days: int) -> None:
        super().__init__(
            f"This PC has no log of run {run_id}." if run_id else f"This PC has no log of the last {days} days.",
            fix="Logs are kept for 90 days, on the PC that made the run.",
        )


def save_log(folder: Path, *, run_id: str = "", days: int = LAST_DAYS, secrets: Iterable[str] = ()) -> SavedLog:
    """Save the log of one run, or of the last ``days`` (today counts).

    Raises ``NothingLogged`` when there is none, ``FileNotSaved`` when the folder can't be written.
    """
    lines = lines_of_run(run_id) if run_id else lines_of_days(days)
    if not lines:
        raise NothingLogged(run_id, days)
    stem = saved_name("log", run_id or f"{datetime.now().astimezone():%Y%m%d-%H%M%S}")
    with saving("log", folder) as beside:
        written = {".jsonl": beside / "log.jsonl", ".txt": beside / "log.txt"}
        written[".jsonl"].write_bytes(as_json_lines(lines, secrets))
        written[".txt"].write_bytes(as_text(lines, secrets))
        saved = {suffix: free_path(folder, stem, suffix) for suffix in written}
        for suffix, path in written.items():
            rename_patiently(path, saved[suffix])
    return SavedLog(saved[".jsonl"], saved[".txt"], len(lines))


def lines_of_run(run_id: str) -> list[LogLine]:
    """Cut the log of one run out of the days' files: its own lines, and those before it had its name.

    What was logged in the same press of a button belongs to it, such as opening the connections.
    """
    name = json.dumps(run_id)
    lines = [line for path in _log_files() for line in _lines_in(path, having=name)]
    presses = {line.get("press") for line in lines if line.get("run") == run_id} - {None}
    return [line for line in lines if line.get("press") in presses]


def lines_of_days(days: int) -> list[LogLine]:
    """Return the lines of the last days, today included."""
    first = f"{datetime.now().astimezone() - timedelta(days=max(days, 1) - 1):%Y-%m-%d}"
    return [line for path in _log_files() if path.stem >= first for line in _lines_in(path)]


def _log_files() -> list[Path]:
    try:
        return sorted(data_folder("logs").glob(_LOGS))
    except OSError:
        return []


def _lines_in(path: Path, *, having: str = "") -> Iterator[LogLine]:
    """Read a day's lines; none when the text ``having`` is nowhere in it."""
    try:
        written = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in written.split("\n") if having in written else ():  # not splitlines: a text may hold other line ends
        try:
            found = json.loads(line)
        except ValueError:
            continue  # half a line of a process that was killed
        if isinstance(found, dict):
            yield found


def as_json_lines(lines: Sequence[LogLine], secrets: Iterable[str] = ()) -> bytes:
    """Return the lines as JSON, one each; every text is masked again on its way out."""
    hidden = tuple(secrets)
    return "".join(
        json.dumps({key: _masked(value, hidden) for key, value in line.items()}, ensure_ascii=False) + "\n"
        for line in lines
    ).encode("utf-8", errors="backslashreplace")


def as_text(lines: Sequence[LogLine], secrets: Iterable[str] = ()) -> bytes:
    """Return the lines for a reader: time, level, step, words; a traceback is indented below its line."""
    hidden = tuple(secrets)
    told: list[str] = []
    for line in lines:
        time = str(line.get("time", ""))[:19].replace("T", " ")
        level, step = str(line.get("level", "")), str(line.get("step", ""))
        text = _in_one_line(masked(str(line.get("text", "")), hidden))
        told.append(f"{time:19}  {level:8} {step:14} {text}")
        detail = masked(str(line.get("detail", "")), hidden).rstrip()
        told.extend(f"{'':21}{row}" for row in detail.splitlines())
    return ("\r\n".join(told) + "\r\n").encode("utf-8", errors="backslashreplace")


def _in_one_line(text: str) -> str:
    """Keep a text from looking like lines of their own: what Manage sends must not forge a log."""
    return " ⏎ ".join(text.splitlines())


def _masked(value: object, secrets: tuple[str, ...]) -> object:
    return masked(value, secrets) if isinstance(value, str) else value
