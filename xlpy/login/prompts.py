"""Logging in without a window: one question after the other, in a console or from a pipe."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable
from pathlib import Path

from xlpy.errors import SettingsError
from xlpy.login.finish import Outcome, finish
from xlpy.login.form import FIELDS, Field, Kind, LoginForm, form_of
from xlpy.login.saving import Saved

Say = Callable[[str], None]
Ask = Callable[[str], str]
_YES, _NO = frozenset({"y", "yes"}), frozenset({"n", "no"})


class NoConsole(SettingsError):
    """Nobody can be asked, and the answers were not promised on standard input."""

    def __init__(self) -> None:
        super().__init__(
            "There is no console to ask for a password: standard input is not a terminal.",
            fix="Run it in a console. To give the answers line by line on standard input, passwords too, say --stdin;"
            " a scheduler needs no log in: set the environment variables XLPY_MANAGE_PRIVATE_KEY and XLPY_SL_PASSWORD.",
        )


def ask_in_console(path: Path, *, from_pipe: bool, say: Say) -> Saved | None:
    """Ask for every field, try both connections and save. Returns None when the user gives up.

    ``from_pipe``: the answers come line by line on standard input, passwords too. Raises ``NoConsole`` when there is
    neither a console nor that word, ``SettingsError`` when a piped answer does not work (there is nobody to ask again).
    """
    if not from_pipe and not sys.stdin.isatty():
        raise NoConsole
    ask, ask_secret = (_line_of_pipe, _line_of_pipe) if from_pipe else (_prompt, _prompt_secret)
    form = form_of(path)
    say(f"Profile {path}. An empty answer keeps what is in brackets; a single - empties it.")
    while True:
        for what in FIELDS:
            if form.shown(what):
                _take(form, what, ask_secret if what.kind is Kind.SECRET else ask, say)
        form.company_database = ""
        form.save_passwords = _yes(ask("Save the passwords in the keyring of this PC? [yes] "), otherwise=True)
        outcome = finish(form)
        _tell(outcome, say)
        if outcome.saved is not None:
            return outcome.saved
        if outcome.may_insist and _yes(ask("Save it all the same? [no] "), otherwise=False):
            outcome = finish(form, insist=True)
            if outcome.saved is not None:
                return outcome.saved
            say(outcome.text)
        if from_pipe:
            raise SettingsError("The log in was not saved.", fix="Correct the answers and run it again.")
        if not _yes(ask("Try again? [yes] "), otherwise=True):
            return None


def _take(form: LoginForm, what: Field, ask: Ask, say: Say) -> None:
    """Ask for one field until the answer is one that it takes."""
    while True:
        before = getattr(form, what.name)
        answer = ask(_question(what, before)).strip("\r\n")
        if not answer.strip():
            return
        if what.kind is Kind.MARK:
            if answer.strip().lower() in _YES | _NO:
                setattr(form, what.name, _yes(answer, otherwise=False))
                return
            say("Answer yes or no.")
        elif what.choices:
            found = [choice for choice in what.choices if choice.lower().startswith(answer.strip().lower())]
            if len(found) == 1:
                setattr(form, what.name, found[0])
                return
            say(f"Answer one of {', '.join(what.choices)}.")
        else:
            setattr(form, what.name, "" if answer.strip() == "-" else answer)
            return


def _question(what: Field, before: object) -> str:
    if what.kind is Kind.SECRET:
        shown = "saved" if before else ""
    elif what.kind is Kind.MARK:
        shown = "yes" if before else "no"
    else:
        shown = str(before)
    hint = f" ({', '.join(what.choices)})" if what.choices else f" ({what.hint})" if what.hint and not shown else ""
    return f"{what.half}: {what.label}{hint}" + (f" [{shown}]" if shown else "") + ": "


def _tell(outcome: Outcome, say: Say) -> None:
    for half, told in (("SL", outcome.sl), ("Manage", outcome.manage)):
        say(f"{half}: {'ok: ' if told.good else ''}{told.text}")
    if outcome.saved is None:
        say(outcome.text.replace(" Press OK again to save it all the same.", "").replace("see above", "see there"))


def _yes(answer: str, *, otherwise: bool) -> bool:
    text = answer.strip().lower()
    return otherwise if not text else text in _YES


def _prompt(question: str) -> str:
    print(question, end="", file=sys.stderr, flush=True)  # standard output is for --json
    return _line()


def _prompt_secret(question: str) -> str:
    return getpass.getpass(question, stream=sys.stderr)


def _line_of_pipe(_question: str) -> str:
    return _line()


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise SettingsError("Standard input ended before the last answer.", fix="Nothing was saved.")
    return line.rstrip("\r\n")
