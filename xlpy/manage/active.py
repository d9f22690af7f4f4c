"""Which masters of Manage are active: their ids only; the records themselves are read as for any transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlpy.manage.http.transport import Transport
from xlpy.manage.paging import read_list
from xlpy.manage.row import Row


@dataclass(frozen=True, slots=True)
class ActiveIds:
    """Ids of all active companies, members, tax codes and products; ``vendors``: companies of a type called vendor."""

    companies: frozenset[int]
    vendors: frozenset[int]
    members: frozenset[int]
    tax_codes: frozenset[int]
    products: frozenset[int]


def active_ids(transport: Transport) -> ActiveIds:
    """Read the ids. Source: Manage API: deletedFlag and types of companies, inactiveFlag of members and products."""
    companies = _rows(transport, "/company/companies", "deletedFlag=false", "id,types")
    return ActiveIds(
        companies=frozenset(Row(data, "a company").id() for data in companies),
        vendors=frozenset(Row(data, "a company").id() for data in companies if _is_vendor(data)),
        members=_ids(transport, "/system/members", "inactiveFlag=false"),
        tax_codes=_ids(transport, "/finance/taxCodes", ""),
        products=_ids(transport, "/procurement/catalog", 'inactiveFlag=false and productClass="Inventory"'),
    )


def _ids(transport: Transport, path: str, conditions: str) -> frozenset[int]:
    return frozenset(Row(data, f"a row of {path}").id() for data in _rows(transport, path, conditions, "id"))


def _rows(transport: Transport, path: str, conditions: str, fields: str) -> list[Mapping[str, Any]]:
    return list(
        read_list(transport, path, params={"fields": fields} | ({"conditions": conditions} if conditions else {}))
    )


def _is_vendor(data: Mapping[str, Any]) -> bool:
    types = data.get("types")
    named = (one.get("name") for one in types if isinstance(one, dict)) if isinstance(types, list) else ()
    return any("vendor" in str(name).casefold() for name in named)
