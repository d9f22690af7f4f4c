"""Answers of the demo site against the published schemas."""

from __future__ import annotations

from decimal import Decimal

import jsonschema

from xlpy.demo.site.door.schemas import json_schema


def validate(answer, form):
    validator = jsonschema.Draft202012Validator(json_schema(form), format_checker=jsonschema.FormatChecker())
    errors = [f"{'/'.join(map(str, error.absolute_path))}: {error.message}" for error in validator.iter_errors(answer)]
    assert errors == []


def as_json(value):
    """Return parsed JSON with its decimals as the plain numbers that a schema knows."""
    if isinstance(value, dict):
        return {name: as_json(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [as_json(inner) for inner in value]
    return float(value) if isinstance(value, Decimal) else value
