"""How every list answers: filter, order, page, and the fields that were asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from xlpy.demo.site.door.answers import Answer, Json, Refusal
from xlpy.demo.site.door.conditions import FieldPath, read_conditions, resolve
from xlpy.demo.site.door.harsh import Harsh

DEFAULT_PAGE_SIZE = 25
LARGEST_PAGE = 1000


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The query of a list. ``parameters``: as they came, names in lower case (Manage compares them without case)."""

    parameters: Mapping[str, str]
    url: str  # of the list, without query
    forward_only: bool = False
    harsh: Harsh = field(default_factory=Harsh)

    def text(self, name: str) -> str:
        """Return a parameter, empty when it was not given."""
        return self.parameters.get(name.lower(), "")

    def number(self, name: str, default: int) -> int:
        """Return a whole number from 1 on; ``default`` when it is missing or less. Refuses anything else."""
        text = self.text(name)
        if not text:
            return default
        try:
            number = int(text)
        except ValueError:
            raise Refusal(400, "InvalidParameter", f"{name} must be a whole number.") from None
        return number if number > 0 else default

    @property
    def page_size(self) -> int:
        """Rows per page: 25 when left out, never more than 1000 (Manage API: no error beyond either)."""
        return min(self.number("pageSize", DEFAULT_PAGE_SIZE), self.harsh.rows_per_page or LARGEST_PAGE)


def count_of(rows: Sequence[Json], schema: str, query: ListQuery) -> Answer:
    """Answer ``/count``: how many rows pass the filter."""
    count = len(_filtered(rows, schema, query))
    return Answer({"count": str(count) if query.harsh.count_as_text else count})


def page_of(rows: Sequence[Json], schema: str, query: ListQuery) -> Answer:
    """Answer a page of a list, with its ``Link`` header in either paging mode.

    Forward-only goes by ``id > pageId`` in id order, whatever ``orderBy`` says (Manage API: don't combine them).
    """
    kept: Sequence[Json] = _filtered(rows, schema, query)
    size = query.page_size
    if query.harsh.first_rows_only:
        return Answer(chosen_fields(kept[: query.harsh.first_rows_only], schema, query))
    if query.forward_only:
        after = query.number("pageId", 0)
        waiting = sorted((row for row in kept if row["id"] > after), key=lambda row: row["id"])
        page: Sequence[Json] = waiting[:size]
        more = len(waiting) > size
        links = [("next", {"pagesize": str(size), "pageid": str(page[-1]["id"])})] if more else []
    else:
        kept = _ordered(kept, schema, query.text("orderBy"))
        number = query.number("page", 1)
        last = max(1, -(-len(kept) // size))
        page = kept[(number - 1) * size : number * size]
        if number < last:
            links = [("next", {"page": str(number + 1)}), ("last", {"page": str(last)})]
        else:
            links = [("first", {"page": "1"})]
    header = ", ".join(f'<{_link(query, changes)}>; rel="{rel}"' for rel, changes in links)
    return Answer(chosen_fields(page, schema, query), headers={"Link": header} if header else {})


def record_of(record: Json, schema: str, query: ListQuery) -> Answer:
    """Answer one record, with the fields that were asked for."""
    return Answer(chosen_fields([record], schema, query)[0])


def chosen_fields(rows: Sequence[Json], schema: str, query: ListQuery) -> Sequence[Json]:
    """Return the rows with only the ``fields`` of the query; all of them when it names none."""
    names = [name.strip() for name in query.text("fields").split(",") if name.strip()]
    if not names:
        return rows
    paths = [resolve(schema, name).names for name in names]
    return [_pick(row, paths) for row in rows]


def _filtered(rows: Sequence[Json], schema: str, query: ListQuery) -> Sequence[Json]:
    if query.text("customFieldConditions"):
        raise Refusal(400, "InvalidConditions", "This site has no custom fields.")
    conditions, child = query.text("conditions"), query.text("childConditions")
    if not conditions and not child:
        return rows
    passes = read_conditions(conditions, schema)
    child_passes = read_conditions(child, schema, child=True)
    return [row for row in rows if passes(row) and child_passes(row)]


def _ordered(rows: Sequence[Json], schema: str, order: str) -> Sequence[Json]:
    for part in reversed([part.split() for part in order.split(",") if part.strip()]):
        direction = part[1].lower() if len(part) == 2 else "asc"
        if len(part) > 2 or direction not in ("asc", "desc"):
            raise Refusal(400, "InvalidParameter", f"orderBy '{order}' is not understood.")
        path = resolve(schema, part[0])
        if path.form.kind == "ref" or path.crosses_array:
            raise Refusal(400, "InvalidParameter", f"orderBy '{order}' needs a plain field.")
        rows = sorted(rows, key=lambda row, path=path: _order_key(path, row), reverse=direction == "desc")  # type: ignore[misc]
    return rows


def _order_key(path: FieldPath, row: Json) -> tuple[bool, Any]:
    values = path.values_in(row)
    if not values:
        return (False, 0)
    return (True, values[0].casefold() if isinstance(values[0], str) else values[0])


def _pick(row: Json, paths: Sequence[tuple[str, ...]]) -> Json:
    picked: Json = {}
    for name in {path[0]: None for path in paths}:
        if name not in row:
            continue
        inner = [path[1:] for path in paths if path[0] == name]
        value = row[name]
        if all(inner) and isinstance(value, dict):
            value = _pick(value, inner)
        elif all(inner) and isinstance(value, list):
            value = [_pick(element, inner) for element in value]
        picked[name] = value
    return picked


def _link(query: ListQuery, changes: Mapping[str, str]) -> str:
    kept = {name: value for name, value in query.parameters.items() if name not in ("page", "pageid")}
    spelled = {_SPELLING.get(name, name): value for name, value in {**kept, **changes}.items()}
    return f"{query.url}?{urlencode(spelled)}"


_SPELLING = {
    "pagesize": "pageSize",
    "pageid": "pageId",
    "orderby": "orderBy",
    "childconditions": "childConditions",
}
