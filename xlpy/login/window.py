"""The log in window: shows the form, and hands what was typed to ``trial`` and ``finish``. No rules of its own.

Everything that waits (servers, keyring, network) runs in a thread; its result comes back through ``after``, so the
window stays alive.
"""

from __future__ import annotations

import queue
import threading
import tkinter as tk
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import TypeVar

from xlpy.errors import XlpyError
from xlpy.login.finish import Outcome, finish
from xlpy.login.form import FIELDS, MANAGE, SL, Field, Kind, LoginForm, form_of
from xlpy.login.layout import LoginLayout
from xlpy.login.saving import Saved
from xlpy.login.servers import find_servers
from xlpy.login.trial import Told, Trial, as_words
from xlpy.masking import masked
from xlpy.profile.profiles import known_profiles, profile_file, profiles_folder

POLL = 40  # milliseconds
_T = TypeVar("_T")
_KEPT: list[LoginWindow] = []  # Tcl ends the process when a thread happens to be the one that frees a window


class LoginWindow(LoginLayout):
    """The window for one settings file. ``saved`` is what OK did; None when it was cancelled."""

    def __init__(self, path: Path, *, on_top: bool = False) -> None:
        _KEPT.append(self)
        self.form = LoginForm(path)
        self.saved: Saved | None = None
        self.working = 0  # how many threads have not answered yet
        self._answers: queue.SimpleQueue[tuple[Callable[[object], None], object]] = queue.SimpleQueue()
        self._insist: LoginForm | None = None
        self._closed = False
        self._next_poll = ""
        self._blocked = ""
        self._companies: dict[str, str] = {}
        super().__init__([_shown_path(known) for known in known_profiles()])
        self.root.report_callback_exception = self._callback_failed
        self.place(on_top=on_top)
        self.show_rows()
        self._poll()
        self.load(path)
        self._background(find_servers, self._servers_found)

    def run(self) -> Saved | None:
        """Show the window until OK or Cancel."""
        self.root.mainloop()
        return self.saved

    # -- the form ------------------------------------------------------------------------------------------------

    def load(self, path: Path) -> None:
        """Fill the window from a settings file and the keyring; a file that is not there yet leaves it as it is."""
        self.profile.set(_shown_path(path))
        self.form = replace(self.form, path=path)
        self._blocked = ""
        if path.is_file():
            self.say("Reading the profile and its saved passwords …")
            self._background(lambda: form_of(path), self._loaded, self._refused)
        else:
            self.form = replace(self.form, before=LoginForm(path).before)
            self.say("A new profile." if path.parent.exists() or path == profile_file() else "")
            for what in FIELDS:
                if what.choices and not self.value(what.name):
                    self.values[what.name].set(what.choices[0])

    def _loaded(self, form: LoginForm) -> None:
        self.form = form
        for name, value in self.values.items():
            value.set(getattr(form, name))
        self.say("")
        self.show_rows()

    def _refused(self, text: str) -> None:
        self._blocked = text
        self.say(text, "Bad.TLabel")

    def profile_typed(self) -> None:
        """Load the profile that was typed or chosen."""
        path = profile_file(self.profile.get())
        if path != self.form.path:
            self.load(path)

    def typed(self) -> LoginForm:
        """Return a copy of the form with what the window shows: a thread must not see the window's variables."""
        form = replace(self.form)
        for name in self.values:
            setattr(form, name, self.value(name))
        chosen = self._companies.get(form.company.strip().upper(), "")
        form.company_database = chosen or (form.company_database if self._same_company(form) else "")
        return form

    def _same_company(self, form: LoginForm) -> bool:
        return all(getattr(form, name) == getattr(self.form, name) for name in ("server", "database", "company"))

    def changed(self, what: Field) -> None:
        """Show what belongs to the new value; a message about the old one is out of date."""
        if what.kind is Kind.LIST and what.name == "company":
            typed = str(self.value("company"))
            if "  " in typed.strip():  # picked from the list, with the company's name behind the id
                self.values["company"].set(typed.split("  ", maxsplit=1)[0])
        if what.name in ("server", "database"):
            self._companies.clear()
        if what.choices or what.name in ("server", "trust"):
            self.show_rows()
        self.tell(what.half, "")
        self.say("")

    def show_rows(self) -> None:
        """Show the fields that matter for what is chosen."""
        form = self.typed()
        self.show_only({what.name for what in FIELDS if form.shown(what)})

    # -- asking --------------------------------------------------------------------------------------------------

    def test(self, half: str) -> None:
        """Try one half on the real system, and say what came of it."""
        form = self.typed()
        trial = Trial(form)
        work = trial.test_sl if half == SL else trial.test_manage
        self.tests[half].state(["disabled"])
        self.say("")
        self.tell(half, f"Connecting to {form.server or 'SL' if half == SL else form.site or 'Manage'} …")

        def tested(told: Told) -> None:
            self.tests[half].state(["!disabled"])
            if half == SL:
                self._remember_company(form)
            self._show_told(half, told)
            self.go_to(told.field)

        self._background(work, tested)

    def confirm(self) -> None:
        """OK: try both halves and save; the window closes when that is done."""
        if self._blocked:
            self.say(self._blocked, "Bad.TLabel")
            return
        self.profile_typed()
        form = self.typed()
        insist = self._insist is not None and _same(self._insist, form)
        self.ok.state(["disabled"])
        self.say("Trying both connections …")

        def finished(outcome: Outcome) -> None:
            self.ok.state(["!disabled"])
            self._remember_company(form)
            self._show_told(SL, outcome.sl)
            self._show_told(MANAGE, outcome.manage)
            if outcome.saved is not None:
                self.saved = outcome.saved
                self.close()
                return
            self._insist = form if outcome.may_insist else None
            self.say(outcome.text, "Bad.TLabel")
            self.go_to(outcome.field)

        self._background(lambda: finish(form, insist=insist), finished)

    def close(self) -> None:
        """Close the window; what is still being asked is forgotten."""
        self._closed = True
        self.root.after_cancel(self._next_poll)
        self.root.destroy()

    def list_databases(self) -> None:
        """Fill the list of databases from the server."""
        form = self.typed()

        def listed(found: object) -> None:
            names = [database.name for database in found]  # type: ignore[attr-defined]
            self._offer("database", names, "databases of SL")

        self._ask_sl(Trial(form).databases, listed)

    def list_companies(self) -> None:
        """Fill the list of SL companies from the chosen database."""
        form = self.typed()

        def listed(found: object) -> None:
            companies = list(found)  # type: ignore[call-overload]
            self._companies = {company.cpny_id.upper(): company.database for company in companies}
            self._offer("company", [str(company) for company in companies], "SL companies")

        self._ask_sl(Trial(form).companies, listed)

    def find_servers(self) -> None:
        """Look for SQL Servers on the network."""
        self.tell(SL, "Looking for servers on the network …")
        self._background(find_servers, lambda found: self._servers_found(found, asked=True))

    def _servers_found(self, found: list[str], *, asked: bool = False) -> None:
        self.inputs["server"].configure(values=found)  # type: ignore[call-arg]
        if asked:
            text = "Type its name: no server told its name on this network."
            self.tell(SL, f"Servers found: {', '.join(found)}." if found else text)

    def _ask_sl(self, work: Callable[[], _T], then: Callable[[_T], None]) -> None:
        self.tell(SL, "Asking the server …")

        def failed(text: str) -> None:
            self.tell(SL, text, "Bad.TLabel")

        trial_words = Trial(self.typed()).in_words
        self._background(work, then, failed, trial_words)

    def _offer(self, name: str, values: list[str], what: str) -> None:
        box = self.inputs[name]
        box.configure(values=values)  # type: ignore[call-arg]
        box.focus_set()
        self.tell(SL, f"{len(values)} {what}: press the down arrow to choose." if values else f"There are no {what}.")

    # -- threads -------------------------------------------------------------------------------------------------

    def _background(
        self,
        work: Callable[[], _T],
        then: Callable[[_T], None],
        failed: Callable[[str], None] | None = None,
        words: Callable[[XlpyError], str] = str,
    ) -> None:
        """Do ``work`` in a thread and ``then`` in the window; what goes wrong is said, not raised."""
        tell = failed or (lambda text: self.say(text, "Bad.TLabel"))
        self.working += 1

        def call() -> None:
            try:
                answer: object = work()
                done: Callable[[object], None] = then  # type: ignore[assignment]
            except Exception as error:  # noqa: BLE001 (told in the window)
                answer, done = masked(words(as_words(error))), tell  # type: ignore[assignment]
            self._answers.put((done, answer))

        threading.Thread(target=call, name="log in", daemon=True).start()

    def _poll(self) -> None:
        with suppress(queue.Empty):
            while not self._closed:
                done, answer = self._answers.get_nowait()
                self.working -= 1
                done(answer)
        if not self._closed:
            self._next_poll = self.root.after(POLL, self._poll)

    # -- showing -------------------------------------------------------------------------------------------------

    def _show_told(self, half: str, told: Told) -> None:
        self.tell(half, ("✓ " if told.good else "✗ ") + told.text, "Good.TLabel" if told.good else "Bad.TLabel")

    def _remember_company(self, form: LoginForm) -> None:
        self.form = replace(
            self.form,
            server=form.server,
            database=form.database,
            company=form.company,
            company_database=form.company_database,
        )

    def _callback_failed(self, _kind: object, error: BaseException, _trace: object) -> None:
        with suppress(tk.TclError):
            text = f"Something unexpected happened ({type(error).__name__}: {error})."
            self.say(masked(text, self.typed().secrets), "Bad.TLabel")


def _same(one: LoginForm, other: LoginForm) -> bool:
    names = {member.name for member in fields(LoginForm)} - {"company_database", "before"}
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _shown_path(path: Path) -> str:
    inside = path.parent.resolve() == profiles_folder().resolve()
    return path.stem if inside else str(path)


def ask_in_window(path: Path, *, on_top: bool = False) -> Saved | None:
    """Show the log in window until OK or Cancel. Raises ``tkinter.TclError`` when there is no screen."""
    return LoginWindow(path, on_top=on_top).run()
