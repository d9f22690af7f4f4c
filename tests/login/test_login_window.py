"""The log in window on a virtual screen, at two resolutions: by mouse and by keyboard, with a picture of each state.

With ``XLPY_PICTURES`` set to a folder, the pictures are kept there to be looked at.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from login_screen import Screen, has_xvfb, screen
from login_stage import Memory

from xlpy.demo.site.door import access
from xlpy.errors import XlpyError
from xlpy.login.form import FIELDS, LoginForm, form_of
from xlpy.login.saving import save
from xlpy.profile.settings import load_profile

tk = pytest.importorskip("tkinter", reason="this Python has no tkinter (Debian: python3-tk)")
if not has_xvfb():
    pytest.skip("no virtual screen (Debian: xvfb)", allow_module_level=True)


@pytest.fixture(params=[96, 192], ids=["96 dpi", "192 dpi"])
def on_screen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Screen:
    running = screen(request.param)
    monkeypatch.setenv("DISPLAY", running.display)
    return running


@pytest.fixture(autouse=True)
def quiet_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlpy.login.window.find_servers", lambda: ["SQLSRV1", "SQLSRV1\\SL"])


class Hand:
    """Somebody at the window: types, presses, waits and looks."""

    def __init__(self, window: Any, on_screen: Screen) -> None:
        self.window = window
        self.screen = on_screen

    def until(self, done: Callable[[], bool]) -> None:
        limit = time.monotonic() + 20
        while not done():
            assert time.monotonic() < limit, f"still waiting; the window says {self.status!r}"
            self.window.root.update()

    def idle(self) -> None:
        self.until(lambda: self.window.working == 0)
        self.window.root.update()

    def fill(self, form: LoginForm) -> None:
        for what in FIELDS:
            self.window.values[what.name].set(getattr(form, what.name))

    def key(self, sequence: str) -> None:
        (self.window.root.focus_get() or self.window.root).event_generate(sequence)
        self.window.root.update()

    def focused(self) -> str:
        found = self.window.root.focus_get()
        return next((name for name, widget in self.window.inputs.items() if widget is found), str(found))

    def message(self, half: str) -> str:
        return str(self.window.messages[half].cget("text"))

    @property
    def status(self) -> str:
        return str(self.window.status.cget("text"))

    @property
    def is_open(self) -> bool:
        try:
            return bool(self.window.root.winfo_exists())
        except tk.TclError:
            return False

    def look(self, name: str) -> Path | None:
        """Look at every part of the window, and keep a picture when pictures are wanted."""
        self.window.root.update()
        self.window.root.update_idletasks()
        assert_nothing_is_cut_off(self.window.root)
        folder = os.environ.get("XLPY_PICTURES")
        if not folder:
            return None
        path = Path(folder) / f"{name}-{self.screen.dpi}.png"
        self.screen.picture(path)
        return path


def assert_nothing_is_cut_off(root: Any) -> None:
    """Every visible part has the room that it asks for, inside of the window, and the window is on the screen."""
    root_right, root_bottom = root.winfo_rootx() + root.winfo_width(), root.winfo_rooty() + root.winfo_height()
    assert root.winfo_rootx() >= 0
    assert root_right <= root.winfo_screenwidth()
    assert root_bottom <= root.winfo_screenheight()
    todo = list(root.winfo_children())
    while todo:
        widget = todo.pop()
        todo += widget.winfo_children()
        if not widget.winfo_viewable() or widget.winfo_class() == "Toplevel":
            continue
        assert widget.winfo_height() >= widget.winfo_reqheight() - 1, widget
        if widget.winfo_class() in {"TLabel", "TButton", "TCheckbutton"}:
            assert widget.winfo_width() >= widget.winfo_reqwidth() - 1, widget
        assert widget.winfo_rootx() + widget.winfo_width() <= root_right, widget
        assert widget.winfo_rooty() + widget.winfo_height() <= root_bottom, widget


@pytest.fixture
def open_window(on_screen: Screen) -> Iterator[Callable[[Path], Hand]]:
    from xlpy.login.window import LoginWindow

    opened: list[Hand] = []

    def show(path: Path) -> Hand:
        hand = Hand(LoginWindow(path, on_top=True), on_screen)
        opened.append(hand)
        hand.idle()
        return hand

    yield show
    for hand in opened:
        if hand.is_open:
            hand.window.close()


def test_from_nothing_to_logged_in(open_window: Any, typed: LoginForm, ring: Memory) -> None:
    hand = open_window(typed.path)
    assert hand.focused() == "server"
    hand.look("new")
    hand.window.confirm()
    hand.idle()
    assert "Database server is missing" in hand.message("Dynamics SL")
    hand.look("missing")
    hand.fill(typed)
    hand.window.test("Dynamics SL")
    hand.window.test("ConnectWise Manage")
    hand.idle()
    assert hand.message("Dynamics SL").startswith("✓ Connected to SL company")
    assert hand.message("ConnectWise Manage").startswith("✓ Connected to Manage")
    hand.look("connected")
    hand.window.confirm()
    hand.until(lambda: not hand.is_open)
    assert hand.window.saved.path == typed.path
    assert load_profile(typed.path, {}).manage.public_key == access.PUBLIC_KEY
    assert list(ring.kept.values()) == [access.PRIVATE_KEY]


def test_it_opens_in_front_of_excel(open_window: Any, typed: LoginForm, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []
    monkeypatch.setattr(tk.Tk, "attributes", lambda _self, *words: asked.append(words))
    hand = open_window(typed.path)
    assert asked == [("-topmost", True)]
    assert hand.focused() == "server"


def test_windows_is_told_that_we_draw_sharp() -> None:
    from types import SimpleNamespace

    from xlpy.login.look import make_dpi_aware

    told: list[tuple[object, ...]] = []
    new = SimpleNamespace(shcore=SimpleNamespace(SetProcessDpiAwareness=lambda *how: told.append(how)))
    make_dpi_aware(new)
    old = SimpleNamespace(user32=SimpleNamespace(SetProcessDPIAware=lambda *how: told.append(("old", *how))))
    make_dpi_aware(old)
    make_dpi_aware()  # no Windows here: nothing to tell
    assert told == [(1,), ("old",)]


def test_a_refused_log_in_stays_open_and_is_saved_only_when_insisted(open_window: Any, typed: LoginForm) -> None:
    hand = open_window(typed.path)
    hand.fill(replace(typed, private_key="QxWrong-1", user="NOBODY"))
    hand.window.confirm()
    hand.idle()
    assert "✗ SL knows no user NOBODY." in hand.message("Dynamics SL")
    assert "Manage refuses the log in" in hand.message("ConnectWise Manage")
    assert "Press OK again" in hand.status
    assert hand.focused() == "user"
    assert not typed.path.exists()
    hand.look("refused")
    hand.window.values["user"].set("NOBODY2")  # something else than what was refused: tried again
    hand.window.confirm()
    hand.idle()
    assert not typed.path.exists()
    hand.window.confirm()
    hand.until(lambda: not hand.is_open)
    assert typed.path.exists()


def test_cancel_changes_nothing(open_window: Any, typed: LoginForm, ring: Memory) -> None:
    hand = open_window(typed.path)
    hand.fill(typed)
    hand.key("<Escape>")
    assert not hand.is_open
    assert hand.window.saved is None
    assert not typed.path.exists()
    assert not ring.kept


def test_everything_is_reached_by_keyboard(open_window: Any, on_server: LoginForm) -> None:
    hand = open_window(on_server.path)
    hand.fill(on_server)
    hand.window.root.update()
    for what in FIELDS:
        if what.name != "trust" and hand.window.inputs[what.name].winfo_viewable():
            hand.key(f"<Alt-{what.key}>")
            assert hand.focused() == what.name
    hand.key("<Alt-r>")
    assert hand.window.values["trust"].get()
    hand.key("<Alt-v>")
    assert not hand.window.values["save_passwords"].get()
    hand.key("<Alt-l>")
    seen = [hand.focused()]
    for _ in range(40):
        hand.key("<Tab>")
        name = hand.focused()
        if name not in seen and not name.startswith("."):
            seen.append(name)
    order = [what.name for what in FIELDS if hand.window.inputs[what.name].winfo_viewable()]
    assert [name for name in seen if name in order] == order
    hand.look("sql login")


def test_enter_is_ok_and_a_button_s_own_press(open_window: Any, typed: LoginForm) -> None:
    hand = open_window(typed.path)
    hand.window.tests["ConnectWise Manage"].focus_force()
    hand.key("<Return>")
    hand.idle()
    assert "Site is missing" in hand.message("ConnectWise Manage")
    hand.fill(typed)
    hand.window.inputs["user"].focus_force()
    hand.key("<Return>")
    hand.until(lambda: not hand.is_open)
    assert hand.window.saved


def test_lists_of_the_server(open_window: Any, on_server: LoginForm, sql_server: Any, ring: Memory) -> None:
    hand = open_window(on_server.path)
    assert hand.window.inputs["server"].cget("values") == ("SQLSRV1", "SQLSRV1\\SL")
    hand.fill(replace(on_server, company=""))
    hand.window.list_databases()
    hand.idle()
    assert hand.window.inputs["database"].cget("values") == ("DEMOSystem", "DEMOApp")
    hand.window.list_companies()
    hand.idle()
    chosen, _ = hand.window.inputs["company"].cget("values")
    hand.window.values["company"].set(chosen)
    assert hand.window.values["company"].get() == "0060"
    assert hand.window.typed().company_database == "DEMOApp"
    hand.look("company chosen")
    hand.window.confirm()
    hand.until(lambda: not hand.is_open)
    assert "Database=DEMOApp" in load_profile(on_server.path, {}).sl.url


def test_a_list_that_can_t_be_read_says_why(open_window: Any, on_server: LoginForm, sql_server: Any) -> None:
    import pyodbc

    sql_server.refuse = pyodbc.OperationalError("08001", "SSL Provider: certificate chain not trusted. (-21)")
    hand = open_window(on_server.path)
    hand.fill(on_server)
    hand.window.list_databases()
    hand.idle()
    assert "trust it without checking" in hand.message("Dynamics SL")
    hand.look("certificate")


def test_the_saved_profile_is_shown_again(open_window: Any, typed: LoginForm) -> None:
    save(typed)
    hand = open_window(typed.path)
    assert hand.window.values["private_key"].get() == access.PRIVATE_KEY
    assert hand.window.inputs["private_key"].cget("show") == "•"
    other = typed.path.with_name("other.toml")
    save(replace(form_of(typed.path), path=other, user="SYSADMIN"))
    hand.window.profile.set(str(other))
    hand.window.profile_typed()
    hand.idle()
    assert hand.window.values["user"].get() == "SYSADMIN"
    assert hand.window.typed().path == other


def test_a_profile_with_mistakes_is_not_overwritten(open_window: Any, typed: LoginForm) -> None:
    typed.path.write_text('[manage]\nurl = 5\n[posting]\nlocation = "x"\n', encoding="utf-8")
    hand = open_window(typed.path)
    assert "[manage] url" in hand.status
    hand.fill(typed)
    hand.window.confirm()
    hand.idle()
    assert hand.is_open
    assert "url = 5" in typed.path.read_text(encoding="utf-8")
    hand.look("mistakes")


def test_the_window_stays_alive_while_it_asks(open_window: Any, typed: LoginForm, monkeypatch: Any) -> None:
    waiting, go_on = threading.Event(), threading.Event()

    def slow(self: object) -> None:
        waiting.set()
        go_on.wait(20)
        raise XlpyError("too late")

    monkeypatch.setattr("xlpy.login.trial.Trial.test_manage", slow)
    hand = open_window(typed.path)
    hand.window.test("ConnectWise Manage")
    hand.until(waiting.is_set)
    assert hand.window.tests["ConnectWise Manage"].instate(["disabled"])
    hand.window.values["user"].set("typed meanwhile")
    assert hand.window.values["user"].get() == "typed meanwhile"
    hand.key("<Escape>")
    assert not hand.is_open
    go_on.set()
