"""Rows and lists of values as every statement needs them: names in lower case, lists cut below the limit."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from sqlalchemy import Result

CHUNK = 1000  # values in one IN list; below 2,100 parameters with whatever else the statement binds


T = TypeVar("T")


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Cut ``values`` into lists of at most ``size``."""
    iterator = iter(values)
    while chunk := list(itertools.islice(iterator, size)):
        yield chunk


def lowered_rows(result: Result[Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result keyed by lower-case column name, as they come."""
    names = [str(name).lower() for name in result.keys()]  # noqa: SIM118 # a result is no mapping
    return (dict(zip(names, row, strict=True)) for row in result)


def lowered(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Key a row by lower-case column name: its spelling varies between SL's builds."""
    return {str(name).lower(): value for name, value in row.items()}
