"""The log of a run: every step with its time, kept for the Log sheet and written in full as JSON lines, no secrets."""

from __future__ import annotations

import json
import logging
import tempfile
import traceback
import uuid
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from xlpy.masking import masked, masking
from xlpy.paths import data_folder

ROOT = "xlpy"
KEEP_DAYS = 90


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the log. ``level``: info, warning or error; ``detail`` (a traceback) goes to the full log only."""

    time: datetime
    step: str
    level: str
    text: str
    detail: str = ""


class RunLog(logging.Handler):
    """Collects what the product's loggers say during a run and writes it to the full log as it comes.

    It never raises: a full disk or a locked file costs lines of the full log, not the run that is being logged.
    """

    def __init__(self, step: str, path: Path, secrets: Iterable[str] = ()) -> None:
        super().__init__(logging.DEBUG)
        self.step = step
        self.path = path
        self.press = uuid.uuid4().hex[:12]  # what every line of one press of a button has in common
        self.run = ""
        self.entries: list[LogEntry] = []
        self._secrets = {secret for secret in secrets if secret}
        self._file_fails = False

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record of any ``xlpy`` logger (``logging.Handler`` calls this)."""
        try:
            self._take(record)
        except Exception:  # noqa: BLE001 (logging must not break what is logged)
            self._tell(f"A line of the log of {record.name} could not be read: {record.msg!r}")

    def _take(self, record: logging.LogRecord) -> None:
        detail = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        entry = LogEntry(
            datetime.fromtimestamp(record.created).astimezone(),
            getattr(record, "step", self.step),
            record.levelname.lower(),
            self.masked(record.getMessage()),
            self.masked(detail),
        )
        if record.levelno >= logging.INFO:
            self.entries.append(entry)
        line = {
            "time": entry.time.isoformat(timespec="milliseconds"),
            "step": entry.step,
            "level": entry.level,
            "logger": record.name,
            "text": entry.text,
            "press": self.press,
        }
        if self.run:
            line["run"] = self.run
        if entry.detail:
            line["detail"] = entry.detail
        self._write(json.dumps(line, ensure_ascii=False) + "\n")

    def _write(self, line: str) -> None:
        try:
            # A lone half of a surrogate pair can't be written as UTF-8.
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(line)
        except OSError as error:
            if not self._file_fails:
                self._file_fails = True
                self._tell(f"The full log {self.path} can't be written: {error.strerror or error}")

    def _tell(self, text: str) -> None:
        self.entries.append(LogEntry(datetime.now().astimezone(), self.step, "warning", self.masked(text)))

    def masked(self, text: str) -> str:
        """Return ``text`` without any known secret and without anything shaped like one."""
        return masked(text, self._secrets)


def name_run(run_id: str) -> None:
    """Name the run that is being logged from now on, so that its lines can be cut out of the day's file."""
    for handler in logging.getLogger(ROOT).handlers:
        if isinstance(handler, RunLog):
            handler.run = run_id


@contextmanager
def run_log(step: str, secrets: Iterable[str] = ()) -> Iterator[RunLog]:
    """Keep a log of what happens inside; the full log goes to the user's data folder, one file a day.

    Secrets that become known inside are masked to its end, also those of a session that was closed before.
    """
    now = datetime.now().astimezone()
    handler = RunLog(step, _log_folder() / f"{now:%Y-%m-%d}.jsonl", secrets)
    _forget_old_logs(handler.path.parent, now)
    logger = logging.getLogger(ROOT)
    before = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        with masking(), _warnings_noted(logger):
            yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


@contextmanager
def _warnings_noted(logger: logging.Logger) -> Iterator[None]:
    """Write into the log what libraries warn programmers of: on a user's console it would only be a riddle."""

    def noted(message: Warning | str, category: type[Warning], *_place: object, **_more: object) -> None:
        logger.info("%s: %s", category.__name__, message)

    with warnings.catch_warnings():
        warnings.showwarning = noted
        yield


def _log_folder() -> Path:
    try:
        return data_folder("logs")
    except OSError:
        return Path(tempfile.gettempdir())  # the user's data folder can't be written


def _forget_old_logs(folder: Path, now: datetime) -> None:
    limit = (now - timedelta(days=KEEP_DAYS)).timestamp()
    for path in folder.glob("????-??-??.jsonl"):
        with suppress(OSError):  # gone meanwhile, or held by another program
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
