"""The overview of mappings as the JSON of ``--json`` and as words for the console."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from xlpy.services.as_json.run import failed_json
from xlpy.services.setup.mappings import MappingsReport

_SHOWN = 40  # rows that the console shows; the sheet and the JSON have all


def mappings_json(report: MappingsReport) -> dict[str, Any]:
    """Render everything; ``results`` are the rows."""
    rows = [asdict(row) | {"state": str(row.state), "kind": str(row.kind)} for row in report.rows]
    return {**failed_json(report.text), "state": "open" if report.open else "mapped", "results": rows}


def mappings_text(report: MappingsReport) -> str:
    """Say in lines for the console what has no partner, and what is proposed."""
    return "\n".join([report.text, *_lines(report)])


def _lines(report: MappingsReport) -> Iterator[str]:
    for row in report.open[:_SHOWN]:
        proposed = f" Likeliest: {row.proposal} ({row.reason})." if row.proposal else ""
        yield f"  {row.kind} {row.record} {row.name}: {row.what}.{proposed}"
    if len(report.open) > _SHOWN:
        yield f"  and {len(report.open) - _SHOWN} more"
