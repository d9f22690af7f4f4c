"""Rows and lists of values as every statement needs them: names in lower case, lists cut below the limit."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from sqlalchemy import Result

CHUNK = 1000  # values in one IN list; below 2,100 parameters with whatever else the statement binds


T = TypeVar("T")


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut ``values`` into lists of at most ``size``."""
    iterator = iter(values)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


def lowered(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Key a row by lower-case column name: its spelling varies between SL's builds."""
    return {str(name).lower(): value for name, value in row.items()}


def lowered_rows(result: Result[Any]) -> Iterator[dict[str, Any]]:
    """Yield rows keyed as ``lowered`` does; the names are looked at once for all of them."""
    names = [name.lower() for name in result.keys()]  # noqa: SIM118 (a result is no mapping)
    for row in result:
        yield dict(zip(names, row, strict=True))
