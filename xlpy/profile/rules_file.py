"""Loading a firm's own rules from the file beside its settings.

The file is Python and runs as the user, so it is no sandbox: it is refused when others may write it. What keeps it to
its job is looked at before it runs: it may only import what computes, and neither opens, runs nor asks anything.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import traceback
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from xlpy.domain.values.site_rules import NO_RULES, RULE_FUNCTIONS, SiteRules
from xlpy.errors import SettingsError
from xlpy.profile.values import Profile
from xlpy.profile.who_may_write import others_who_may_write

TEMPLATE = "new.py"
LARGEST = 2**20  # bytes
MAY_BE_IMPORTED = (
    *("__future__", "collections", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "itertools"),
    *("math", "operator", "re", "string", "typing", "unicodedata", "xlpy.rules"),
)
_NOT_CALLED = (
    *("__import__", "breakpoint", "compile", "delattr", "eval", "exec", "getattr", "globals", "input", "locals"),
    *("open", "print", "setattr", "vars"),
)
_CLOCK = ("now", "today", "utcnow")
_TRY = "Try it with 'xlpy rules try'."


def load_rules(profile: Profile) -> SiteRules:
    """Load the rules that the settings name; without any, the empty ones.

    Raises ``SettingsError``: not there, written by others, no Python, a function that nobody asks for, or one that the
    file may not have.
    """
    if not profile.site.rules:
        return NO_RULES
    path = Path(profile.site.rules)
    data = _read(path)
    functions = _functions_of(path, data)
    if not functions:
        raise SettingsError(
            f"The rules {path} have no function.", fix=f"Write one of {_listed()}, or take rules out of [site]."
        )
    return SiteRules(path.name, hashlib.sha256(data).hexdigest(), functions)


def _read(path: Path) -> bytes:
    """Return the file as it is, when nobody else may have put it there."""
    try:
        if path.is_symlink() or not path.is_file():
            what = "are a link to another place" if path.is_symlink() else "are not there"
            raise SettingsError(
                f"The rules {path} {what}.",
                fix="Put the file beside the settings ('xlpy rules new' makes one), or take rules out of [site].",
            )
        others = others_who_may_write(path)
        if others:
            raise SettingsError(
                f"The rules are not used: {others}.",
                fix="Let only yourself and the administrators write there, or keep settings and rules in a folder of"
                " your own.",
            )
        with path.open("rb") as opened:
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise SettingsError(
            f"The rules {path} can't be read: {error.strerror or error}.", fix="Look at the file and its rights."
        ) from error
    if len(data) > LARGEST:
        raise SettingsError(f"The rules {path} are larger than 1 MB.", fix="Name the file with the rules itself.")
    return data


def _functions_of(path: Path, data: bytes) -> dict[str, Callable[[Any], object]]:
    try:
        tree = ast.parse(data, path.name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        raise SettingsError(f"The rules {path} are no Python{line}: {said}.", fix="Correct that line.") from error
    wrong = sorted(_not_allowed(tree))
    if wrong:
        listed = "".join(f"\n  line {line}: {text}" for line, text in wrong)
        raise SettingsError(f"The rules {path} can't be used:{listed}", fix=f"\nCorrect them. {_TRY}")
    module: dict[str, Any] = {"__name__": "site_rules", "__file__": str(path)}
    try:
        exec(compile(tree, path.name, "exec"), module)  # noqa: S102 (the firm's own code is what this is for)
    except (Exception, SystemExit) as error:
        frames = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path.name]
        line = f", line {frames[-1]}" if frames else ""
        raise SettingsError(
            f"The rules {path} can't be loaded{line}: {type(error).__name__}: {error}", fix=f"Correct that line. {_TRY}"
        ) from error
    functions = {name: module[name] for name in RULE_FUNCTIONS if name in module}
    for name, function in functions.items():
        if not callable(function) or not _takes_one(function):
            raise SettingsError(
                f"{name} of the rules {path} is not a function of one thing.",
                fix=f"Write it as def {name}(…one name…):",
            )
    return functions


def _not_allowed(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Go through what the file may not have: imports beyond what computes, opening, running, and unknown functions."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names = [alias.name for alias in aliases]
            case ast.ImportFrom(module=module, level=level):
                names = ["." if level or not module else module]
            case _:
                names = []
        for name in names:
            if name not in MAY_BE_IMPORTED and name != "collections.abc":
                yield _line(node), f"{name} can't be imported, only {', '.join(MAY_BE_IMPORTED[1:])}"
        match node:
            case ast.Name(id=name) if name in _NOT_CALLED or name.startswith("__"):
                yield _line(node), f"{name} can't be used: a rule answers by what it is given alone"
            case ast.Attribute(attr=name) if name.startswith("__"):
                yield _line(node), f"{name} can't be used"
            case ast.Attribute(attr=name) if name in _CLOCK:
                yield _line(node), f"{name} can't be used: a rule that looks at the clock answers otherwise tomorrow"
            case ast.Global() | ast.Nonlocal():
                yield _line(node), "global and nonlocal can't be used: a rule remembers nothing"
            case ast.AsyncFunctionDef(name=name):
                yield _line(node), f"{name} must be a plain function (def)"
    for top in tree.body:
        if isinstance(top, ast.FunctionDef) and top.name not in RULE_FUNCTIONS and not top.name.startswith("_"):
            close = get_close_matches(top.name, RULE_FUNCTIONS, n=1)
            meant = f"did you mean {close[0]}? Else" if close else "nobody asks for it."
            yield top.lineno, f"{top.name}: {meant} let the names of your own functions begin with an underscore"


def _line(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _takes_one(function: Callable[..., object]) -> bool:
    try:
        inspect.signature(function).bind(None)
    except (TypeError, ValueError):
        return False
    return True


def _listed() -> str:
    return ", ".join(f"{name}()" for name in RULE_FUNCTIONS)
