"""What Manage's records look like: the published fields in a compact form, and their JSON Schema.

``schemas.json`` has a text per field: ``int``, ``double``, ``bool``, ``string``, ``date-time``, ``uuid``, ``texts`` (an
object of texts), ``any``, ``enum(a|b)`` or ``->Schema``; then ``#n`` for the longest text, ``?`` where null is allowed,
``[]`` for an array and ``*`` where the field must be there. Under ``seen`` are fields that servers send although the
API's document does not declare them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_FORM = re.compile(
    r"(?:->(?P<ref>[\w.]+)|enum\((?P<enum>[^)]*)\)|(?P<kind>[a-z-]+))"
    r"(?: #(?P<length>\d+))?(?P<null>\?)?(?P<array>\[\])?(?P<must>\*)?"
)
_SIMPLE: Mapping[str, dict[str, Any]] = {
    "int": {"type": "integer"},
    "double": {"type": "number"},
    "bool": {"type": "boolean"},
    "string": {"type": "string"},
    "date-time": {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
    "uuid": {"type": "string", "format": "uuid"},
    "texts": {"type": "object", "additionalProperties": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class FieldForm:
    """A field of a record. ``kind``: a simple one, ``enum`` or ``ref``; ``target``: the schema a ``ref`` points to."""

    kind: str
    target: str = ""
    choices: tuple[str, ...] = ()
    array: bool = False
    max_length: int | None = None
    nullable: bool = False
    required: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its value is compared as text."""
        return self.kind in ("string", "enum", "uuid")


@cache
def _facts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    text = files(__package__).joinpath("schemas.json").read_text(encoding="utf-8")
    facts: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(text)
    return facts


@cache
def schema_names() -> tuple[str, ...]:
    """Return the names of all schemas."""
    return tuple(_facts()["schemas"])


@cache
def fields_of(schema: str) -> Mapping[str, FieldForm]:
    """Return the fields of ``schema`` by name, those seen on the wire included. Raises ``KeyError`` for no schema."""
    facts = _facts()
    return {
        name: _read_form(form) for name, form in {**facts["schemas"][schema], **facts["seen"].get(schema, {})}.items()
    }


@cache
def field_of(schema: str, name: str) -> tuple[str, FieldForm] | None:
    """Return the spelling and form of a field, found without regard to case; None when there is none."""
    forms = fields_of(schema)
    if name in forms:
        return name, forms[name]
    return next(((known, form) for known, form in forms.items() if known.lower() == name.lower()), None)


def json_schema(form: str) -> dict[str, Any]:
    """Return the JSON Schema of an answer such as ``Company``, ``Company[]`` or ``null|CompanyInfo``.

    Fields that the document does not declare and nobody has seen are not allowed.
    """
    name = form.removeprefix("null|").removesuffix("[]")
    top: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
    if form.endswith("[]"):
        top = {"type": "array", "items": top}
    if form.startswith("null|"):
        top = {"anyOf": [{"type": "null"}, top]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **top, "$defs": _definitions()}


@cache
def _definitions() -> Mapping[str, dict[str, Any]]:
    definitions = {}
    for schema in schema_names():
        forms = fields_of(schema)
        definitions[schema] = {
            "type": "object",
            "properties": {name: _as_json_schema(form) for name, form in forms.items()},
            "required": [name for name, form in forms.items() if form.required],
            "additionalProperties": False,
        }
    return definitions


def _as_json_schema(form: FieldForm) -> dict[str, Any]:
    if form.kind == "any":
        return {}
    one: dict[str, Any]
    if form.kind == "ref":
        one = {"$ref": f"#/$defs/{form.target}"}
    elif form.kind == "enum":
        one = {"type": "string", "enum": list(form.choices)}
    else:
        one = dict(_SIMPLE[form.kind])
    if form.max_length is not None:
        one["maxLength"] = form.max_length
    if form.nullable:
        one = {"anyOf": [one, {"type": "null"}]}
    return {"type": "array", "items": one} if form.array else one


def _read_form(text: str) -> FieldForm:
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return FieldForm(
        kind="ref" if match["ref"] else match["kind"] or "enum",
        target=match["ref"] or "",
        choices=tuple(match["enum"].split("|")) if match["enum"] else (),
        array=bool(match["array"]),
        max_length=int(match["length"]) if match["length"] else None,
        nullable=bool(match["null"]),
        required=bool(match["must"]),
    )
