"""The log of a run: every step with its time, kept for the Log sheet and written in full as JSON lines, no secrets."""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from xlpy.paths import data_folder, file_name

ROOT = "xlpy"
HIDDEN = "•••"
KEEP_DAYS = 90
_SECRET_SHAPES = re.compile(
    r"(?i)(\bpwd\s*=\s*|\bpassword\s*[=:]\s*|\bauthorization\W+(?:basic|bearer)\s+|\bprivate_?key\W+|://[^:/@\s]+:)"
    r"(\{[^}]*\}|[^;\s\"'@,]+)"
)


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the log. ``level``: info, warning or error; ``detail`` (a traceback) goes to the full log only."""

    time: datetime
    step: str
    level: str
    text: str
    detail: str = ""


class RunLog(logging.Handler):
    """Collects what the product's loggers say during a run and writes it to the full log as it comes."""

    def __init__(self, step: str, path: Path, secrets: Iterable[str] = ()) -> None:
        super().__init__(logging.DEBUG)
        self.step = step
        self.path = path
        self.entries: list[LogEntry] = []
        self._secrets = tuple(sorted({s for s in secrets if s}, key=len, reverse=True))

    def hide(self, secret: str) -> None:
        """Never write ``secret`` from now on."""
        if secret:
            self._secrets = tuple(sorted({*self._secrets, secret}, key=len, reverse=True))

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record of any ``xlpy`` logger (``logging.Handler`` calls this)."""
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
        }
        if entry.detail:
            line["detail"] = entry.detail
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def masked(self, text: str) -> str:
        """Return ``text`` without any known secret and without anything shaped like one."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return _SECRET_SHAPES.sub(lambda match: match.group(1) + HIDDEN, text)


@contextmanager
def run_log(step: str, secrets: Iterable[str] = ()) -> Iterator[RunLog]:
    """Keep a log of what happens inside; the full log goes to the user's data folder, one file a day."""
    folder = data_folder("logs")
    now = datetime.now().astimezone()
    handler = RunLog(step, folder / f"{now:%Y-%m-%d}.jsonl", secrets)
    _forget_old_logs(folder, now)
    logger = logging.getLogger(ROOT)
    before = logger.level, logger.propagate
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield handler
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before[0])
        logger.propagate = before[1]


def batch_log_path(batch_identifier: str) -> Path:
    """Where the readable log of one batch is saved."""
    return data_folder("logs") / f"{file_name(batch_identifier)}.log"


def _forget_old_logs(folder: Path, now: datetime) -> None:
    limit = (now - timedelta(days=KEEP_DAYS)).timestamp()
    for path in folder.glob("*.jsonl"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
