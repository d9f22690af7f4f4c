"""What callers send: JSON bodies checked against the published fields, and PATCH applied to a record."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from typing import Any

from xlpy.demo.site.door.answers import Json, Refusal, refuse_field
from xlpy.demo.site.door.conditions import read_moment
from xlpy.demo.site.door.schemas import FieldForm, field_of, fields_of


def read_json(data: bytes) -> Any:
    """Parse a body; numbers with a point become ``Decimal``. Refuses what is no JSON."""
    try:
        return json.loads(data, parse_float=Decimal)
    except ValueError:
        raise Refusal(400, "InvalidJson", "The request body is not valid JSON.") from None


def read_object(data: bytes, schema: str) -> Json:
    """Parse a body that must be an object of ``schema``; null values are left out of what is returned.

    Whether the real server refuses unknown fields is unverified; a stand-in that lets typing mistakes pass would be
    of little use.
    """
    body = read_json(data)
    if not isinstance(body, dict):
        raise Refusal(400, "InvalidObject", f"A {schema} object is required.")
    known = fields_of(schema)
    for name, value in body.items():
        if name not in known:
            raise refuse_field(schema, name, f"The {name} field is not known.")
        check_value(schema, name, known[name], value)
    for name, form in known.items():
        if form.required and body.get(name) is None:
            raise refuse_field(schema, name, f"The {name} field is required.", detail_code="MissingRequiredField")
    return {name: value for name, value in body.items() if value is not None}


def check_value(schema: str, name: str, form: FieldForm, value: Any) -> None:
    """Refuse a value that is not of the field's form: type, choices, length."""
    if value is None:
        if not form.nullable or form.array:
            raise refuse_field(schema, name, f"The {name} field can't be null.")
        return
    if form.array:
        if not isinstance(value, list):
            raise refuse_field(schema, name, f"The {name} field must be an array.")
        values = [element for element in value if element is not None or not form.nullable]
    else:
        values = [value]
    for one in values:
        if not _fits(form, one):
            raise refuse_field(schema, name, f"The {name} field has the wrong type or an unknown value.")
        if form.max_length is not None and len(one) > form.max_length:
            message = f"The {name} field can't be longer than {form.max_length} characters."
            raise refuse_field(schema, name, message, detail_code="StringLength")


def patched(record: Json, operations: Any, schema: str) -> Json:
    """Return the record with PATCH operations applied (Manage API: ``add``, ``replace``, ``remove``).

    Paths work with and without the leading slash. Refuses unknown paths, the id, values of the wrong form, and the
    removal of a field that must be there; then nothing is changed.
    """
    if not isinstance(operations, list) or not operations:
        raise Refusal(400, "InvalidObject", "An array of patch operations is required.")
    result = copy.deepcopy(record)
    for operation in operations:
        if not isinstance(operation, dict) or operation.get("op") not in ("add", "replace", "remove"):
            raise Refusal(400, "InvalidPatch", "op must be add, replace or remove.")
        _apply(result, operation, schema)
    return result


def _apply(record: Json, operation: Json, schema: str) -> None:
    path = str(operation.get("path", "")).lstrip("/")
    inner, names, form = record, path.split("/"), FieldForm("ref", target=schema)
    for position, part in enumerate(names):
        found = field_of(form.target, part) if form.kind == "ref" and not form.array else None
        if found is None or path.lower() in ("id", "_info"):
            raise refuse_field(schema, path, f"The path {path} can't be changed.")
        name, form = found
        if position < len(names) - 1:
            inner = inner.setdefault(name, {})
            continue
        if operation["op"] == "remove" or operation.get("value") is None:
            if form.required:
                raise refuse_field(schema, name, f"The {name} field is required.", detail_code="MissingRequiredField")
            inner.pop(name, None)
        else:
            check_value(schema, name, form, operation["value"])
            inner[name] = operation["value"]


def _fits(form: FieldForm, value: Any) -> bool:
    match form.kind:
        case "int":
            return type(value) is int
        case "double":
            return type(value) in (int, Decimal)
        case "bool":
            return type(value) is bool
        case "enum":
            return value in form.choices
        case "date-time":
            if isinstance(value, str):
                read_moment(value)
                return True
            return False
        case "ref" | "texts":
            return isinstance(value, dict)
        case "any":
            return True
        case _:
            return isinstance(value, str)
