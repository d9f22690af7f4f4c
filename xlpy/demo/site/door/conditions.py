"""Manage's ``conditions`` language: tokens, a recursive descent, and a filter over records.

The language (Manage API: conditions): comparisons joined with ``and`` and ``or``, parentheses; ``=`` ``!=`` ``<``
``<=`` ``>`` ``>=``, ``[not] like`` with ``%``, ``[not] contains``, ``[not] in (…)``; texts in quotes, bare numbers,
``true``, ``false`` and ``null``, dates in square brackets; fields of references with a slash. Texts are compared
without regard to case. As in SQL, an absent field makes every comparison false except ``= null``, the negated ones too.

The real server's answer to a value of the wrong type is unverified. Here it is a refusal, so that a filter which the
real server might not understand is never sent unnoticed: a text where a number belongs, a quoted date, and a date
against a field that the API declares as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias

from xlpy.demo.site.door.answers import Json, Refusal
from xlpy.demo.site.door.schemas import FieldForm, field_of

Filter: TypeAlias = Callable[[Json], bool]
Pinned: TypeAlias = Mapping[str, frozenset[Any]]
Value: TypeAlias = "str | Decimal | bool | datetime | None"

_EQUALS = "="
# Every record has it under ``_info``, and conditions name it without that (seen: clients filter by it).
LAST_UPDATED = ("_info", "lastUpdated")
_WHEN_UPDATED = "2026-10-31T12:00:00Z"
_TOKEN = re.compile(
    r"""\s*(?:
      (?P<op><=|>=|!=|=|<|>)
    | (?P<punctuation>[(),])
    | (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | \[(?P<date>[^\]]*)\]
    | (?P<number>[+-]?\d+(?:\.\d+)?(?![\w/]))
    | (?P<word>[A-Za-z_][\w/.]*)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A field as written, resolved against a schema: the names to walk and the form of the last one."""

    written: str
    names: tuple[str, ...]
    form: FieldForm
    crosses_array: bool

    def values_in(self, record: Json) -> list[Any]:
        """Return the values found; several only where the path leads through an array, none where it is absent."""
        values: list[Any] = [record]
        for name in self.names:
            found: list[Any] = []
            for value in values:
                inner = value.get(name) if isinstance(value, dict) else None
                found.extend(inner if isinstance(inner, list) else [inner])
            values = [value for value in found if value is not None]
        return values if values or self.names != LAST_UPDATED else [_WHEN_UPDATED]


def resolve(schema: str, written: str) -> FieldPath:
    """Find a field such as ``company/identifier`` of a schema, without regard to case; refuse one that is not there."""
    if written.lower() in ("lastupdated", "_info/lastupdated"):
        return FieldPath(written, LAST_UPDATED, FieldForm("date-time"), crosses_array=False)
    names: list[str] = []
    crosses = False
    form = FieldForm("ref", target=schema)
    for part in written.split("/"):
        found = field_of(form.target, part) if form.kind == "ref" else None
        if found is None:
            raise Refusal(400, "InvalidField", f"{written} is not a field of {schema}.")
        name, form = found
        names.append(name)
        crosses = crosses or form.array
    return FieldPath(written, tuple(names), form, crosses)


def read_conditions(text: str, schema: str, *, child: bool = False) -> Filter:
    """Return the filter that ``text`` means for records of ``schema``; an empty text lets everything pass.

    With ``child`` it is ``childConditions``: fields are those of arrays inside the record, and a record passes when any
    element does. Raises ``Refusal`` (400) for anything that is not the language.
    """
    if not text.strip():
        return lambda _record: True
    return _Parser(text, schema, child=child).read()


def pinned_values(text: str, schema: str) -> Pinned:
    """Return the values that every record passing ``conditions`` must have one of, by the name of the field.

    From ``id in (3,5)`` and ``id = 3`` that stand alone or are joined by ``and``; texts in small letters. Raises
    ``Refusal`` as ``read_conditions`` does.
    """
    if not text.strip():
        return {}
    parser = _Parser(text, schema, child=False)
    parser.read()
    return parser.pinned


class _Parser:
    def __init__(self, text: str, schema: str, *, child: bool) -> None:
        self._schema = schema
        self._child = child
        self._text = text
        self._tokens = list(_split(text))
        self._at = 0
        self._depth = 0  # of parentheses
        self._alternatives = False  # an "or" outside of all parentheses
        self.pinned: dict[str, frozenset[Any]] = {}

    def read(self) -> Filter:
        result = self._any_of()
        if self._at < len(self._tokens):
            raise _bad(self._text, f"'{self._tokens[self._at][1]}' was not expected")
        if self._alternatives:
            self.pinned.clear()
        return result

    def _any_of(self) -> Filter:
        parts = [self._all_of()]
        while self._take_word("or"):
            self._alternatives = self._alternatives or not self._depth
            parts.append(self._all_of())
        return parts[0] if len(parts) == 1 else lambda record: any(part(record) for part in parts)

    def _all_of(self) -> Filter:
        parts = [self._one()]
        while self._take_word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda record: all(part(record) for part in parts)

    def _one(self) -> Filter:
        if self._take("punctuation", "("):
            self._depth += 1
            inner = self._any_of()
            self._expect(")")
            self._depth -= 1
            return inner
        kind, word = self._next()
        if kind != "word":
            raise _bad(self._text, f"a field was expected at '{word}'")
        path = resolve(self._schema, word)
        if path.crosses_array and not self._child:
            raise _bad(self._text, f"{word} is in an array: use childConditions")
        return self._comparison(path)

    def _comparison(self, path: FieldPath) -> Filter:
        kind, token = self._next()
        if kind == "op":
            wanted = self._value(path, null_allowed=token in ("=", "!="))
            if token == _EQUALS and wanted is not None:
                self._pin(path, {_folded(wanted)})
            return _compare(path, token, wanted, self._text)
        negated = kind == "word" and token.lower() == "not"
        if negated:
            kind, token = self._next()
        match (kind, token.lower()):
            case ("word", "in"):
                return self._within(path, negated=negated)
            case ("word", "like" | "contains" as how):
                wanted = self._value(path)
                if not path.form.is_text or not isinstance(wanted, str):
                    raise _bad(self._text, f"{how} needs texts")
                pattern = wanted.casefold() if how == "like" else f"%{wanted.casefold()}%"
                matches = re.compile(".*".join(re.escape(part) for part in pattern.split("%")), re.DOTALL).fullmatch
                return _over(path, lambda value: (matches(value.casefold()) is None) == negated)
        raise _bad(self._text, f"a comparison was expected at '{token}'")

    def _within(self, path: FieldPath, *, negated: bool) -> Filter:
        self._expect("(")
        values = {_folded(self._value(path))}
        while self._take("punctuation", ","):
            values.add(_folded(self._value(path)))
        self._expect(")")
        if not negated:
            self._pin(path, values)
        return _over(path, lambda value: (_folded(_typed(path.form, value)) in values) != negated)

    def _pin(self, path: FieldPath, values: set[Any]) -> None:
        if not self._depth and len(path.names) == 1:
            self.pinned[path.names[0]] = frozenset(values) & self.pinned.get(path.names[0], frozenset(values))

    def _value(self, path: FieldPath, *, null_allowed: bool = False) -> Value:
        kind, token = self._next()
        form = path.form
        value: Value
        match (kind, token.lower()):
            case ("word", "null") if null_allowed:
                return None
            case ("word", "true" | "false" as truth):
                value, fits = truth == "true", form.kind == "bool"
            case ("number", _):
                value, fits = Decimal(token), form.kind in ("int", "double")
            case ("text", _):
                value, fits = re.sub(r"\\(.)", r"\1", token[1:-1]), form.is_text
            case ("date", _):
                value, fits = read_moment(token), form.kind == "date-time"
            case _:
                raise _bad(self._text, f"a value was expected at '{token}'")
        if not fits:
            raise _bad(self._text, f"{path.written} can't be compared with {token}")
        return value

    def _next(self) -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise _bad(self._text, "it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, kind: str, token: str) -> bool:
        if self._at < len(self._tokens):
            found_kind, found = self._tokens[self._at]
            if found_kind == kind and found.lower() == token:
                self._at += 1
                return True
        return False

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _expect(self, mark: str) -> None:
        if not self._take("punctuation", mark):
            raise _bad(self._text, f"'{mark}' is missing")


def read_moment(text: str) -> datetime:
    """Read an ISO 8601 time; without a zone it is taken as UTC. Refuses anything else."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(400, "InvalidDate", f"{text} is not a date.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _split(text: str) -> Iterable[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise _bad(text, f"'{text[at:].strip()[:20]}' is not understood")
        yield str(match.lastgroup), match[str(match.lastgroup)]
        at = match.end()


def _compare(path: FieldPath, op: str, wanted: Value, text: str) -> Filter:
    if wanted is None:
        empty = op == "="
        return lambda record: (not path.values_in(record)) == empty
    if isinstance(wanted, bool) and op not in ("=", "!="):
        raise _bad(text, f"{op} is not for true and false")
    return _over(path, lambda value: _holds(op, _folded(_typed(path.form, value)), _folded(wanted)))


def _holds(op: str, value: Any, wanted: Any) -> bool:
    match op:
        case "=":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case "<":
            return bool(value < wanted)
        case "<=":
            return bool(value <= wanted)
        case ">":
            return bool(value > wanted)
        case _:
            return bool(value >= wanted)


def _over(path: FieldPath, holds: Callable[[Any], bool]) -> Filter:
    return lambda record: any(holds(value) for value in path.values_in(record))


def _typed(form: FieldForm, value: Any) -> Any:
    return read_moment(value) if form.kind == "date-time" else value


def _folded(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def _bad(text: str, why: str) -> Refusal:
    return Refusal(400, "InvalidConditions", f"conditions '{text}': {why}.")
