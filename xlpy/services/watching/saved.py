"""Saving a morning report: the page and the JSON, one of each a day; a second one of the day takes their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from xlpy.errors import FileNotSaved
from xlpy.files import replace_file
from xlpy.services.watching.page import page_of
from xlpy.services.watching.report import MorningReport


def report_json(report: MorningReport) -> dict[str, Any]:
    """Render everything of a report; amounts are text, dates ISO."""
    data: dict[str, Any] = msgspec.to_builtins(report)
    return {
        "state": "watched",
        "exit_code": report.exit_code,
        "text": report.text,
        **data,
        "waiting": msgspec.to_builtins(report.waiting),
    }


def save_report(report: MorningReport, folder: Path) -> tuple[Path, Path]:
    """Save page and JSON in ``folder``, and return their paths. Raises ``FileNotSaved``."""
    name = f"Morning report {report.at:%Y-%m-%d}"
    page, data = folder / f"{name}.html", folder / f"{name}.json"
    text = json.dumps(report_json(report), indent=1, ensure_ascii=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in ((data, text), (page, page_of(report))):
            replace_file(path, lambda beside, content=content: _write(beside, content))  # type: ignore[misc]
    except OSError as error:
        raise FileNotSaved("morning report", str(folder), error.strerror or str(error)) from error
    return page, data


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
