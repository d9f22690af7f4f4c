"""What the demo site answers: JSON with exact decimals, and refusals in the shape of Manage's errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import msgspec

Json: TypeAlias = dict[str, Any]

_ENCODER = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a JSON body (none for 204)."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self) -> bytes:
        """Return the body's bytes; decimals are written as they stand, never through a float."""
        return b"" if self.status == 204 else _ENCODER.encode(self.body)


class Refusal(Exception):
    """The site says no. The body is Manage's ``ErrorResponseMessage``; ``resource`` adds the one error in it.

    The codes other than ``InvalidObject``, ``ObjectExists``, ``Unauthorized`` and ``ConnectWiseApi`` are our own.
    """

    def __init__(
        self, status: int, code: str, message: str, *, resource: str = "", field: str = "", detail_code: str = ""
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body: Json = {"code": code, "message": message}
        if resource:
            error = {"code": detail_code or code, "message": message, "resource": resource}
            if field:
                error["field"] = field
            # The top message is the useless one, as on the real thing: the reason is in the first of the errors.
            self.body = {"code": code, "message": f"{resource} object is invalid", "errors": [error]}


def refuse_field(resource: str, field: str, message: str, *, detail_code: str = "InvalidField") -> Refusal:
    """Return the refusal of a body because of one field."""
    return Refusal(400, "InvalidObject", message, resource=resource, field=field, detail_code=detail_code)


def not_found(what: str, record_id: object) -> Refusal:
    """Return the refusal for a record that is not there."""
    return Refusal(404, "NotFound", f"{what} {record_id} not found")
