"""The log: everything in the full log, nothing secret anywhere."""

from __future__ import annotations

import json
import logging
import warnings

import pytest

from xlpy.runlog import run_log

SECRET = "Zp71-very-secret"


@pytest.mark.parametrize(
    "text",
    [
        f"key {SECRET} used",
        "DRIVER=x;SERVER=y;UID=sa;PWD={p@ss;word};",
        "PWD=hunter2;Encrypt=yes",
        "Authorization: Basic aGFyYm9ycGluZTpzZWNyZXQ=",
        "mssql+pyodbc://sa:hunter2@server/db",
    ],
)
def test_no_secret_reaches_the_entries_or_the_file(text: str) -> None:
    with run_log("push", [SECRET]) as log:
        logging.getLogger("xlpy.anything").warning("%s", text)
        try:
            raise ValueError(text)
        except ValueError:
            logging.getLogger("xlpy.anything").exception("it broke")
    written = log.path.read_text(encoding="utf-8") + "".join(e.text + e.detail for e in log.entries)
    for secret in (SECRET, "p@ss;word", "hunter2", "aGFyYm9ycGluZTpzZWNyZXQ="):
        assert secret not in written


def test_the_full_log_has_the_traceback_and_is_json_lines() -> None:
    with run_log("check") as log:
        logging.getLogger("xlpy.x").debug("only in the file")
        try:
            raise KeyError("gone")
        except KeyError:
            logging.getLogger("xlpy.x").exception("wrong")
    lines = [json.loads(line) for line in log.path.read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["only in the file", "wrong"]
    assert "KeyError" in lines[1]["detail"]
    assert [entry.text for entry in log.entries] == ["wrong"]
    assert lines[0]["step"] == "check"


def test_after_the_run_nothing_is_collected_any_more() -> None:
    with run_log("check") as log:
        pass
    logging.getLogger("xlpy.x").warning("later")
    assert log.entries == []


@pytest.mark.filterwarnings("always")  # whatever the command line says
def test_what_a_library_warns_of_is_in_the_log_and_not_on_the_console(capsys: pytest.CaptureFixture[str]) -> None:
    shown = warnings.showwarning
    with run_log("test") as log:
        warnings.warn("something of a library's own", UserWarning, stacklevel=1)
    assert warnings.showwarning is shown
    (line,) = log.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["text"] == "UserWarning: something of a library's own"
    assert capsys.readouterr().err == ""
