"""Export audit record, put together: what is known of a run, drawn as workbook and PDF, saved and linked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from xlpy.services.records.audit_content import RecordContent, gather
from xlpy.services.records.audit_record import AuditRecord, Drawing, export_record
from xlpy.services.records.user_notes import notes_of_results
from xlpy.services.run.session import Session

if TYPE_CHECKING:
    import xlwings as xw

logger = logging.getLogger(__name__)

WORKBOOK, PDF = "record.xlsx", "record.pdf"
FOLDER = "Audit records"


def export_audit_record(
    session: Session,
    folder: Path,
    *,
    run_id: str = "",
    as_zip: bool = False,
    app: xw.App | None = None,
    user_notes: Mapping[str, str] | None = None,
) -> AuditRecord:
    """Export the record of a run (empty or ``last``: the last one of this PC) into ``folder``.

    ``app``: a live Excel, whose own export draws the PDF. ``user_notes``: the workbook's, by transaction. Raises
    ``RunNotKnown``, ``FileNotSaved``, ``SlError``.
    """
    session.progress("Reading the run", 0, 0)
    content = gather(session, run_id)
    content = replace(content, user_notes=notes_of_results(content.results, user_notes or {}))
    return save_record(session, content, folder, as_zip=as_zip, app=app)


def save_record(
    session: Session, content: RecordContent, folder: Path, *, as_zip: bool = False, app: xw.App | None = None
) -> AuditRecord:
    """Save what was gathered of a run, with its workbook and PDF."""
    return export_record(session, content, folder, {WORKBOOK: _workbook, PDF: _pdf_drawing(app)}, as_zip=as_zip)


def record_json(record: AuditRecord) -> dict[str, object]:
    """Render a saved record for ``--json``."""
    return {
        "state": "exported",
        "run": record.run_id,
        "path": str(record.path),
        "number": record.number,
        "manifest_sha256": record.manifest,
        "files": list(record.files),
        "not_in_this_record": list(record.notes),
    }


def _title(content: RecordContent) -> str:
    batch = f", batch {content.batch_identifier}" if content.batch_identifier else ""
    return f"Run {content.run_id}{batch}, company {content.cpny_id}"


def _footer(content: RecordContent) -> str:
    batch = f"  ·  batch {content.batch_identifier}" if content.batch_identifier else ""
    return f"Manage to SL{batch}  ·  run {content.run_id}"


def _workbook(content: RecordContent, path: Path) -> str:
    import openpyxl

    from xlpy.excel.audit.sheets import record_sheets
    from xlpy.excel.audit.workbook import write_values_workbook

    write_values_workbook(path, record_sheets(content), title=_title(content), footer=_footer(content))
    return f"openpyxl {openpyxl.__version__}"


def _pdf(content: RecordContent, path: Path) -> str:
    from xlpy.excel.audit.pdf import draw_pdf
    from xlpy.excel.audit.sheets import record_sheets

    return draw_pdf(path, record_sheets(content), title=_title(content), footer=_footer(content))


def _pdf_drawing(app: xw.App | None) -> Drawing:
    if app is None:
        return _pdf

    def draw(content: RecordContent, path: Path) -> str:
        try:
            return excel_pdf(app, path.with_name(WORKBOOK), path)
        except Exception:
            logger.exception("Excel could not export the PDF; it is drawn without it")
            return _pdf(content, path)

    return draw


def excel_pdf(app: xw.App, workbook: Path, path: Path) -> str:
    """Let Excel export a workbook as PDF; return its name and version. Not run yet: needs a real Excel."""
    book = app.books.open(str(workbook), read_only=True, update_links=False, add_to_mru=False)
    try:
        book.to_pdf(str(path))
    finally:
        book.close()
    return f"Excel {app.version}"
