"""The log in window's parts: where each field stands, its keys, and how a message is shown. No rules, no threads."""

from __future__ import annotations

import tkinter as tk
from abc import abstractmethod
from collections.abc import Set as AbstractSet
from tkinter import ttk

from xlpy.login.form import FIELDS, MANAGE, SL, Field, Kind
from xlpy.login.look import Look, make_dpi_aware

TITLE = "Manage to SL: Log in"
_TALLEST = frozenset(what.name for what in FIELDS) - {"public_key", "private_key"}
_TEST_KEYS = {SL: "t", MANAGE: "c"}


class LoginLayout:
    """The window without what it does: that is in the class derived from it."""

    def __init__(self, profiles: list[str]) -> None:
        make_dpi_aware()
        self.root = tk.Tk(className="Manage to SL")
        self.root.withdraw()
        self.root.title(TITLE)
        self.look = Look(self.root)
        self.values: dict[str, tk.Variable] = {}
        self.rows: dict[str, list[tk.Widget]] = {}
        self.inputs: dict[str, ttk.Widget] = {}
        self.messages: dict[str, ttk.Label] = {}
        self.tests: dict[str, ttk.Button] = {}
        self._build(profiles)
        self._keys()

    @abstractmethod
    def profile_typed(self) -> None:
        """Another profile was typed or chosen."""

    @abstractmethod
    def changed(self, what: Field) -> None:
        """React to a field that was changed."""

    @abstractmethod
    def test(self, half: str) -> None:
        """Test connection was pressed."""

    @abstractmethod
    def confirm(self) -> None:
        """OK was pressed."""

    @abstractmethod
    def close(self) -> None:
        """Cancel was pressed, or the window closed."""

    @abstractmethod
    def find_servers(self) -> None:
        """Find was pressed."""

    @abstractmethod
    def list_databases(self) -> None:
        """List was pressed beside the database."""

    @abstractmethod
    def list_companies(self) -> None:
        """List was pressed beside the company."""

    def _build(self, profiles: list[str]) -> None:
        outer = ttk.Frame(self.root, padding=self.look.px(14))
        outer.grid(sticky="nsew")
        self.root.columnconfigure(0, weight=1)
        self.root.rowconfigure(0, weight=1)
        outer.rowconfigure(1, weight=1)
        self._build_profile(outer, profiles)
        for column, half in enumerate((SL, MANAGE)):
            frame = self._build_half(outer, half)
            frame.grid(row=1, column=column, sticky="nsew", padx=((0, self.look.px(7)), (self.look.px(7), 0))[column])
            outer.columnconfigure(column, weight=1, uniform="half")
        self._build_foot(outer)

    def _build_profile(self, outer: ttk.Frame, profiles: list[str]) -> None:
        top = ttk.Frame(outer)
        top.grid(row=0, column=0, columnspan=2, sticky="ew", pady=(0, self.look.px(10)))
        top.columnconfigure(1, weight=1)
        ttk.Label(top, text="Profile", underline=5).grid(row=0, column=0, padx=(0, self.look.px(10)))
        self.profile = tk.StringVar(self.root)
        box = ttk.Combobox(top, textvariable=self.profile, values=profiles)
        box.grid(row=0, column=1, sticky="ew")
        box.bind("<<ComboboxSelected>>", lambda _: self.profile_typed())
        box.bind("<FocusOut>", lambda _: self.profile_typed())
        self.inputs["profile"] = box
        note = "One per Manage site and SL company: a name, or the path of a settings file"
        ttk.Label(top, text=note, style="Hint.TLabel").grid(row=1, column=1, sticky="w")

    def _build_half(self, outer: ttk.Frame, half: str) -> ttk.LabelFrame:
        frame = ttk.LabelFrame(outer, text=half, padding=self.look.px(12), style="Half.TLabelframe")
        frame.columnconfigure(1, weight=1)
        own = [what for what in FIELDS if what.half == half]
        for row, what in enumerate(own):
            self._build_field(frame, row, what)
        below = len(own)
        frame.rowconfigure(below, weight=1, minsize=self.look.px(6))
        test = ttk.Button(frame, text="Test connection", command=lambda: self.test(half))
        test.configure(underline=test.cget("text").lower().index(_TEST_KEYS[half]))
        test.grid(row=below + 1, column=0, columnspan=3, sticky="w", pady=(self.look.px(8), self.look.px(6)))
        message = ttk.Label(frame, style="Hint.TLabel", wraplength=self.look.px(400), anchor="nw", justify="left")
        message.grid(row=below + 2, column=0, columnspan=3, sticky="nsew")
        frame.rowconfigure(below + 2, minsize=self.look.lines(4))
        frame.bind("<Configure>", lambda event: message.configure(wraplength=event.width - self.look.px(28)))
        self.tests[half], self.messages[half] = test, message
        return frame

    def _build_field(self, frame: ttk.LabelFrame, row: int, what: Field) -> None:
        kind = what.kind
        value: tk.Variable = tk.BooleanVar(self.root) if kind is Kind.MARK else tk.StringVar(self.root)
        self.values[what.name] = value
        value.trace_add("write", lambda *_: self.changed(what))
        underline = what.label.lower().find(what.key) if what.key else -1
        widget: ttk.Widget
        gap = self.look.px(3)
        if kind is Kind.MARK:
            widget = ttk.Checkbutton(frame, text=what.label, variable=value, underline=underline)
            widget.grid(row=row, column=1, columnspan=2, sticky="w", pady=gap)
            self.rows[what.name] = [widget]
        else:
            label = ttk.Label(frame, text=what.label, underline=underline)
            label.grid(row=row, column=0, sticky="w", padx=(0, self.look.px(10)), pady=gap)
            if kind in (Kind.CHOICE, Kind.LIST):
                state = "readonly" if kind is Kind.CHOICE else "normal"
                widget = ttk.Combobox(frame, textvariable=value, values=what.choices, state=state, width=30)
            else:
                widget = ttk.Entry(frame, textvariable=value, width=32, show="•" if kind is Kind.SECRET else "")
            lists = {"server": self.find_servers, "database": self.list_databases, "company": self.list_companies}
            span = 1 if what.name in lists else 2
            widget.grid(row=row, column=1, columnspan=span, sticky="ew", pady=gap)
            self.rows[what.name] = [label, widget]
            if span == 1:
                text = "Find" if what.name == "server" else "List"
                button = ttk.Button(frame, text=text, command=lists[what.name], width=6)
                button.grid(row=row, column=2, padx=(self.look.px(6), 0), sticky="e")
                self.rows[what.name].append(button)
        widget.bind("<FocusIn>", lambda _: self._hint(what), add=True)
        self.inputs[what.name] = widget

    def _build_foot(self, outer: ttk.Frame) -> None:
        foot = ttk.Frame(outer)
        foot.grid(row=2, column=0, columnspan=2, sticky="ew", pady=(self.look.px(12), 0))
        foot.columnconfigure(0, weight=1)
        self.values["save_passwords"] = tk.BooleanVar(self.root, value=True)
        mark = ttk.Checkbutton(
            foot,
            text="Save passwords in the keyring of this PC",
            variable=self.values["save_passwords"],
            underline=2,
        )
        mark.grid(row=0, column=0, sticky="w")
        self.inputs["save_passwords"] = mark
        self.ok = ttk.Button(foot, text="OK", command=self.confirm, default="active", width=10)
        self.ok.grid(row=0, column=1, padx=(self.look.px(8), 0))
        self.cancel = ttk.Button(foot, text="Cancel", command=self.close, width=10)
        self.cancel.grid(row=0, column=2, padx=(self.look.px(8), 0))
        self.status = ttk.Label(foot, style="Hint.TLabel", anchor="nw", justify="left")
        self.status.grid(row=1, column=0, columnspan=3, sticky="ew", pady=(self.look.px(6), 0))
        foot.rowconfigure(1, minsize=self.look.lines(2))
        foot.bind("<Configure>", lambda event: self.status.configure(wraplength=event.width - self.look.px(4)))

    def _keys(self) -> None:
        self.root.bind("<Return>", self._enter)
        self.root.bind("<KP_Enter>", self._enter)
        self.root.bind("<Escape>", lambda _: self.close())
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        by_key: dict[str, list[str]] = {"l": ["profile"], "v": ["save_passwords"]}
        for what in FIELDS:
            if what.key:
                by_key.setdefault(what.key, []).append(what.name)
        for key, names in by_key.items():
            for pressed in (key, key.upper()):  # with Caps Lock, too
                self.root.bind(f"<Alt-{pressed}>", lambda _, names=names: self._reach(names))  # type: ignore[misc]
        for half, key in _TEST_KEYS.items():
            self.root.bind(f"<Alt-{key}>", lambda _, half=half: self._press(self.tests[half]))  # type: ignore[misc]

    def place(self, *, on_top: bool) -> None:
        """Put the window in the middle of the screen, in front."""
        self.show_only(_TALLEST)
        self.root.update_idletasks()
        width, height = self.root.winfo_reqwidth(), self.root.winfo_reqheight()
        left = max((self.root.winfo_screenwidth() - width) // 2, 0)
        top = max((self.root.winfo_screenheight() - height) // 3, 0)
        self.root.minsize(width, height)  # choosing another log in does not make the window jump
        self.root.geometry(f"+{left}+{top}")
        self.root.resizable(width=False, height=False)  # it grows with a long message
        self.root.deiconify()
        if on_top:  # Excel waits behind it
            self.root.attributes("-topmost", True)
        self.root.lift()
        self.root.focus_force()
        self.inputs["server"].focus_set()

    def value(self, name: str) -> str | bool:
        """Return what a field shows."""
        return self.values[name].get()  # type: ignore[no-any-return, no-untyped-call]  # of a string or a mark

    def show_only(self, names: AbstractSet[str]) -> None:
        """Show these fields and hide the others."""
        for name, widgets in self.rows.items():
            for widget in widgets:
                if name in names:
                    widget.grid()
                else:
                    widget.grid_remove()

    def tell(self, half: str, text: str, style: str = "Hint.TLabel") -> None:
        """Show a message below one half."""
        self.messages[half].configure(text=text, style=style)

    def say(self, text: str, style: str = "Hint.TLabel") -> None:
        """Show a message at the foot of the window."""
        self.status.configure(text=text, style=style)

    def _hint(self, what: Field) -> None:
        message = self.messages[what.half]
        if str(message.cget("style")) == "Hint.TLabel":
            message.configure(text=f"{what.label}: {what.hint}." if what.hint else "")

    def go_to(self, name: str) -> None:
        """Put the cursor into a field."""
        widget = self.inputs.get(name)
        if widget is not None and widget.winfo_viewable():
            widget.focus_set()
            if isinstance(widget, ttk.Entry):  # a combobox is one, too
                widget.selection_range(0, "end")

    def _reach(self, names: list[str]) -> str:
        for name in names:
            widget = self.inputs[name]
            if widget.winfo_viewable():
                widget.focus_set()
                if isinstance(widget, ttk.Checkbutton):
                    widget.invoke()
                break
        return "break"

    @staticmethod
    def _press(button: ttk.Button) -> str:
        button.focus_set()
        button.invoke()
        return "break"

    def _enter(self, _event: object) -> str:
        focused = self.root.focus_get()
        button = focused if isinstance(focused, ttk.Button) else self.ok
        button.invoke()
        return "break"
