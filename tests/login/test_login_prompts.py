"""Logging in and out by the command line and the ribbon: prompts, pipes, no Tk, no screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keyring
import pytest
from click.testing import CliRunner
from keyring.backends import fail
from login_stage import Memory

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.excel.buttons.press import press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import profile_path
from xlpy.excel.workbook.builder import build_workbook
from xlpy.login.form import LoginForm
from xlpy.login.saving import Saved, save
from xlpy.login.start import NoWindow, log_in
from xlpy.profile.profiles import profile_file
from xlpy.profile.settings import load_profile


def _answers(typed: LoginForm) -> list[str]:
    """What a user types for a demo company and an API key, one after the other."""
    sl = [typed.server, typed.company, typed.user]
    manage = [typed.site, typed.manage_company, typed.client_id, "", typed.public_key, typed.private_key]
    return [*sl, *manage, ""]


def test_log_in_by_a_pipe_when_it_is_said(typed: LoginForm, ring: Memory) -> None:
    lines = "".join(f"{line}\n" for line in _answers(typed))
    command = ["login", "--profile", str(typed.path), "--stdin", "--json"]
    result = CliRunner().invoke(main, command, input=lines)
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {
        "state": "logged in",
        "profile": str(typed.path),
        "saved": ["Manage API key"],
    }
    assert load_profile(typed.path, {}).sl.company == firm.COMPANY_ID
    assert access.PRIVATE_KEY not in result.output
    assert list(ring.kept.values()) == [access.PRIVATE_KEY]


def test_a_pipe_without_that_word_is_refused(typed: LoginForm) -> None:
    result = CliRunner().invoke(main, ["login", "--profile", str(typed.path), "--no-window"], input="x\n" * 20)
    assert result.exit_code == 2
    assert "--stdin" in result.output
    assert "XLPY_MANAGE_PRIVATE_KEY" in result.output
    assert not typed.path.exists()


def test_a_pipe_that_ends_early_or_has_mistakes_saves_nothing(typed: LoginForm, ring: Memory) -> None:
    short = CliRunner().invoke(main, ["login", "--profile", str(typed.path), "--stdin"], input="a\n")
    assert (short.exit_code, "ended before the last answer" in short.output) == (2, True)
    typed.private_key = "QxWrong-1"
    wrong = "".join(f"{line}\n" for line in [*_answers(typed), "no"])
    result = CliRunner().invoke(main, ["login", "--profile", str(typed.path), "--stdin"], input=wrong)
    assert result.exit_code == 2
    assert "Manage refuses the log in" in result.output
    assert "QxWrong-1" not in result.output
    assert not typed.path.exists()
    assert not ring.kept


class Console:
    """A terminal with somebody at it."""

    def __init__(self, answers: list[str]) -> None:
        self.answers = list(answers)

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return self.answers.pop(0) + "\n" if self.answers else ""


def _at_console(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> Console:
    console = Console(answers)
    monkeypatch.setattr("sys.stdin", console)
    monkeypatch.setattr("getpass.getpass", lambda *_, **__: console.readline().rstrip("\n"))
    return console


def test_prompts_ask_again_until_it_works(typed: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlpy.login.start import log_in_anyhow

    said: list[str] = []
    good = _answers(typed)
    wrong = [*good[:2], "NOBODY", *good[3:6], "perhaps", "api", *good[7:], "no", "yes"]
    again = ["", "", typed.user, "", "", "", "", "", "", ""]
    console = _at_console(monkeypatch, [*wrong, *again])
    saved = log_in_anyhow(typed.path, window=False, from_pipe=False, say=said.append)
    assert saved
    assert saved.passwords == ("Manage API key",)
    assert not console.answers
    assert any("SL knows no user NOBODY" in line for line in said)
    assert any("Answer one of API key, Member impersonation" in line for line in said)
    assert not any(access.PRIVATE_KEY in line for line in said)


def test_giving_up_changes_nothing(typed: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    from xlpy.login.prompts import ask_in_console

    typed.private_key = "QxWrong-1"
    _at_console(monkeypatch, [*_answers(typed), "no", "no"])
    assert ask_in_console(typed.path, from_pipe=False, say=lambda _: None) is None
    assert not typed.path.exists()


def test_without_tkinter_it_says_so_and_asks_in_the_console(
    typed: LoginForm, monkeypatch: pytest.MonkeyPatch, ring: Memory
) -> None:
    from xlpy.login.start import log_in_anyhow

    monkeypatch.setitem(sys.modules, "tkinter", None)
    monkeypatch.delitem(sys.modules, "xlpy.login.window", raising=False)
    said: list[str] = []
    _at_console(monkeypatch, _answers(typed))
    assert log_in_anyhow(typed.path, window=True, from_pipe=False, say=said.append)
    assert "this Python has no tkinter. Asking here instead." in said[0]
    assert "python3-tk" in said[1]
    with pytest.raises(NoWindow, match="python3-tk"):
        log_in(typed.path)


def test_without_a_screen_it_says_so(typed: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tkinter", reason="this Python has no tkinter (Debian: python3-tk)")
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(NoWindow, match=r"no screen.*xlpy login --no-window"):
        log_in(typed.path)


def test_a_member_may_be_asked_for_instead(typed: LoginForm, answers_on_stdin: Callable[[list[str]], None]) -> None:
    from xlpy.login.prompts import ask_in_console

    answers = [*_answers(typed)[:6], "member", access.MEMBER, access.INTEGRATOR, access.INTEGRATOR_PASSWORD, ""]
    answers_on_stdin(answers)
    saved = ask_in_console(typed.path, from_pipe=True, say=lambda _: None)
    assert saved
    assert saved.passwords == ("Manage integrator password",)
    assert load_profile(typed.path, {}).manage.member == access.MEMBER


def test_log_out_says_what_was_removed(typed: LoginForm, ring: Memory) -> None:
    save(typed)
    result = CliRunner().invoke(main, ["logout", "--profile", str(typed.path)])
    assert result.exit_code == 0
    assert f"Removed from the keyring of this PC: Manage API key of {access.PUBLIC_KEY}" in result.output
    assert not ring.kept
    again = CliRunner().invoke(main, ["logout", "--profile", str(typed.path), "--json"])
    assert json.loads(again.stdout) == {"state": "logged out", "removed": []}
    assert CliRunner().invoke(main, ["logout", "--profile", str(typed.path.parent / "none.toml")]).exit_code == 2


def test_log_out_without_a_keyring_is_told(typed: LoginForm) -> None:
    save(typed)
    keyring.set_keyring(fail.Keyring())
    result = CliRunner().invoke(main, ["logout", "--profile", str(typed.path)])
    assert result.exit_code == 2
    assert "none that keeps passwords safe" in result.output


# -- the ribbon ------------------------------------------------------------------------------------------------------


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    path = tmp_path / "Month end.xlsm"
    build_workbook(path)
    return path


def _no_session(_progress: object) -> Any:
    raise AssertionError("a session must not be needed")


def test_the_ribbon_logs_in_and_the_workbook_remembers_the_profile(
    workbook: Path, typed: LoginForm, monkeypatch: pytest.MonkeyPatch, ring: Memory
) -> None:
    asked: list[tuple[Path, bool]] = []

    def window(path: Path, *, on_top: bool) -> Saved:
        asked.append((path, on_top))
        return save(typed)

    monkeypatch.setattr("xlpy.login.window.ask_in_window", window)
    with open_closed(workbook) as closed:
        pressed = press("login", closed.book, _no_session)
        assert asked == [(profile_file(), True)]
        assert pressed.exit_code == 0
        assert "Saved on this PC: Manage API key" in pressed.text
        assert profile_path(closed.book) == str(typed.path)
        out = press("logout", closed.book, _no_session)
        assert "Manage API key" in out.text
    assert not ring.kept


def test_cancel_in_the_ribbon_says_and_changes_nothing(workbook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.login.window.ask_in_window", lambda *_, **__: None)
    with open_closed(workbook) as closed:
        pressed = press("login", closed.book, _no_session)
        assert (pressed.exit_code, pressed.text, profile_path(closed.book)) == (1, "", "")


def test_the_command_line_logs_in_for_a_workbook(workbook: Path, typed: LoginForm) -> None:
    lines = "".join(f"{line}\n" for line in _answers(typed))
    command = ["login", "--profile", str(typed.path), "--workbook", str(workbook), "--stdin"]
    assert CliRunner().invoke(main, command, input=lines).exit_code == 0
    with open_closed(workbook) as closed:
        assert profile_path(closed.book) == str(typed.path)
    assert "Manage API key" in CliRunner().invoke(main, ["logout", "--workbook", str(workbook)]).output
