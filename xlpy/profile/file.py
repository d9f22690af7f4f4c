"""Reading a settings file into its values: types, unknown keys, and every mistake at once. The rules are elsewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_type_hints

from xlpy.errors import SettingsError
from xlpy.profile.mistakes import Mistake, SettingsFileWrong, named, with_lines
from xlpy.profile.rules import mistakes_of
from xlpy.profile.values import Profile

T = TypeVar("T")
LONGEST_TEXT = 2_000
_CONTROL = re.compile("[\\x00-\\x1f\\x7f]")
MOST_OF_SETTINGS = 2**20  # bytes; the template has 10,000
_WORDS = {str: "a text in quotes", int: "a whole number", float: "a number", bool: "true or false"}


def read_settings_file(path: Path) -> Profile:
    """Read a profile as the file has it. Raises ``SettingsError``: not readable, no TOML, or ``SettingsFileWrong``."""
    text = _text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"The settings {path} are not valid TOML: {error}.", fix=_how_to_mend(str(error))
        ) from error
    except RecursionError as error:
        raise SettingsError(
            f"The settings {path} have lists or tables that are nested without end.",
            fix="Take them out: no setting has more than one level below its table.",
        ) from error
    wrong: list[Mistake] = []
    made = _table(Profile, data, (), wrong)
    wrong += mistakes_of(made, but={mistake.path for mistake in wrong})
    if wrong:
        from xlpy.profile.lines import lines_of_keys

        raise SettingsFileWrong(path, with_lines(wrong, lines_of_keys(text)))
    return made


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_OF_SETTINGS:
            raise SettingsError(
                f"The settings {path} are {path.stat().st_size / 2**20:,.0f} MB large.",
                fix="Name the settings file itself.",
            )
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"The settings {path} are not valid TOML: they are not in UTF-8.",
            fix="Save the file with the encoding UTF-8.",
        ) from error
    except OSError as error:
        raise SettingsError(
            f"The settings {path} can't be read: {error.strerror or error}.",
            fix="Look at its name and place, or make them with 'xlpy login'.",
        ) from error
    except ValueError as error:  # a NUL in the name
        raise SettingsError(f"No settings file can have the name {str(path)!r}.", fix="Name another one.") from error


def _how_to_mend(said: str) -> str:
    """Return the cure of the mistakes that are made most."""
    if "Unescaped '\\'" in said or "hex value" in said.lower() or "backslash" in said.lower():
        return "In double quotes a backslash must be doubled; in single quotes it stays: 'SERVER=SQL01\\SL;…'."
    if "Cannot overwrite" in said or "Cannot declare" in said:
        return "A setting or a table may be there only once: take one of them out."
    if "Invalid value" in said:
        return "Texts go into quotes; true and false are written small; a list is [1, 2]."
    return ""


def _table(kind: type[T], data: Mapping[str, Any], above: tuple[str, ...], wrong: list[Mistake]) -> T:
    hints = get_type_hints(kind)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in data.items():
        path = (*above, key)
        if key not in known:
            wrong.append(Mistake(path, f"not a known setting{_nearest(key, above, kind)}"))
        elif is_dataclass(hints[key]):
            if isinstance(value, dict):
                values[key] = _table(hints[key], value, path, wrong)
            else:
                wrong.append(Mistake(path, f"must be a table: write [{key}] on a line of its own"))
        else:
            values[key] = _value(value, hints[key], path, wrong)
    return kind(**{key: value for key, value in values.items() if value is not None})


def _value(value: Any, hint: Any, path: tuple[str, ...], wrong: list[Mistake]) -> object:
    """Return the value when it has its type; else note the mistake and return None."""
    if hint == tuple[int, ...]:
        if isinstance(value, list) and all(type(one) is int for one in value):
            return tuple(value)
        wrong.append(Mistake(path, f"must be a list of whole numbers such as [2, 3], not {_shown(value)}"))
    elif hint == Mapping[str, str]:
        if not isinstance(value, dict):
            wrong.append(
                Mistake(path, f'must be a table of names and texts such as {{ "a" = "b" }}, not {_shown(value)}')
            )
            return None
        bad = [key for key, one in value.items() if type(one) is not str]
        wrong += [Mistake((*path, key), f"must be a text in quotes, not {_shown(value[key])}") for key in bad]
        return value if not bad else None
    elif isinstance(value, str) and (len(value) > LONGEST_TEXT or _CONTROL.search(value)):
        what = "at most 2,000 characters long" if len(value) > LONGEST_TEXT else "without control characters"
        wrong.append(Mistake(path, f"must be {what}"))
    elif _is_a(value, hint):
        return value
    else:
        wrong.append(Mistake(path, f"must be {_WORDS.get(hint, str(hint))}, not {_shown(value)}"))
    return None


def _is_a(value: object, hint: Any) -> bool:
    allowed = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    if float in allowed and type(value) is int:
        return True
    return type(value) in allowed


def _shown(value: object) -> str:
    """Return a wrong value for the message: only what can't be a secret in a wrong place."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, str):
        return "a text" if value else "an empty text"
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else "a date or time"


def _nearest(key: str, above: tuple[str, ...], kind: type[Any]) -> str:
    """Propose the known key that was meant: of the same table, else of another one."""
    typed = key.lower().replace("-", "_")
    if any(word in typed for word in _SECRET_WORDS):
        return "; no secret belongs into this file: take it out (it is no longer one) and run 'xlpy login'"
    if key in _TABLE_OF and above != (_TABLE_OF[key],):
        return f"; {key} belongs into [{_TABLE_OF[key]}]"
    own = [field.name for field in fields(kind)]
    if close := get_close_matches(typed, own, n=1, cutoff=0.6):
        return f"; did you mean {named((*above, close[0]))}?"
    if close := get_close_matches(typed, list(_TABLE_OF), n=1, cutoff=0.8):
        return f"; did you mean {named((_TABLE_OF[close[0]], close[0]))}?"
    return ""


_SECRET_WORDS = ("password", "private", "secret", "pwd")
_TABLES = {name: hint for name, hint in get_type_hints(Profile).items() if is_dataclass(hint)}
_TABLE_OF = {field.name: name for name, table in _TABLES.items() for field in fields(table)}
