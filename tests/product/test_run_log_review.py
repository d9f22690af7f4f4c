"""A log that can't be written never breaks what is logged; a secret of the session is in no log while it is open."""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import datetime
from pathlib import Path

import pytest

from xlpy.masking import masked
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.runlog import run_log
from xlpy.services.run.session import Session

LOGGER = logging.getLogger("xlpy.review")


def test_a_full_log_that_can_t_be_written_is_told_once_and_breaks_nothing(data_of_the_user: Path) -> None:
    (data_of_the_user / "logs" / f"{datetime.now().astimezone():%Y-%m-%d}.jsonl").mkdir(parents=True)
    with run_log("push") as log:
        LOGGER.info("SL has the batch")
        LOGGER.info("Manage has it, too")
    texts = [entry.text for entry in log.entries]
    assert [text for text in texts if "can't be written" not in text] == ["SL has the batch", "Manage has it, too"]
    assert len(texts) == 3


def test_a_data_folder_that_can_t_be_made_breaks_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XLPY_DATA", str(tmp_path / "file"))
    with run_log("push") as log:
        LOGGER.info("still here")
    assert "still here" in {entry.text for entry in log.entries}


def test_a_wrong_log_call_and_half_a_surrogate_break_nothing() -> None:
    with run_log("push") as log:
        LOGGER.info("%d documents", "many")
        LOGGER.info("half \ud83d a face")
    lines = [json.loads(line) for line in log.path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 1
    assert len(log.entries) == 2


def test_old_logs_go_and_one_that_another_program_holds_stays(
    data_of_the_user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_of_the_user / "logs"
    folder.mkdir(parents=True)
    old, held = folder / "2020-01-01.jsonl", folder / "2020-01-02.jsonl"
    for path in (old, held):
        path.write_text("{}\n", encoding="utf-8")
        os.utime(path, (time.time() - 400 * 86400,) * 2)
    unlink = Path.unlink

    def busy(self: Path, missing_ok: bool = False) -> None:
        if self == held:
            raise PermissionError(13, "used by another process")
        unlink(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", busy)
    with run_log("push"):
        pass
    assert not old.exists()
    assert held.exists()


def test_secrets_of_a_session_are_masked_wherever_it_is_logged() -> None:
    secrets = ManageSecrets(private_key="Qx9-private-key", integrator_password="lighthouse-7")
    with Session(Profile(), secrets):
        with run_log("recover") as log:
            LOGGER.warning("sent Qx9-private-key and lighthouse-7")
        assert "Qx9" not in log.path.read_text(encoding="utf-8") + log.entries[0].text
        assert "lighthouse" not in masked("lighthouse-7")
