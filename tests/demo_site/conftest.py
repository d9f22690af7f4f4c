"""A demo site being served, and a caller with its demo keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import requests

from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import RunningSite, serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site

BASE = "/v4_6_release/apis/3.0"


@dataclass
class Caller:
    """Calls the API the way a client does; ``get`` and ``post`` return the parsed body of a success."""

    running: RunningSite
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False
        self.session.auth = (f"{access.COMPANY}+{access.PUBLIC_KEY}", access.PRIVATE_KEY)
        self.session.headers["clientId"] = access.CLIENT_ID

    @property
    def site(self) -> Site:
        return self.running.site

    def ask(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self.session.request(method, self.running.url + BASE + path, timeout=30, **kwargs)

    def get(self, path: str, **params: Any) -> Any:
        response = self.ask("GET", path, params=params)
        assert response.status_code == 200, response.text
        return parsed(response)

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        response = self.ask("POST", path, json=body)
        assert response.status_code == status, response.text
        return parsed(response)

    def refusal(self, method: str, path: str, status: int, **kwargs: Any) -> Any:
        response = self.ask(method, path, **kwargs)
        assert response.status_code == status, response.text
        return parsed(response)

    def export(self, **request: Any) -> list[Any]:
        """Export unposted invoices through the end of the year; returns the transactions."""
        body = {"exportInvoicesFlag": True, "thruDate": "2026-12-31T23:59:59Z", **request}
        return self.post("/finance/accounting/export", body)["transactions"]

    def create_batch(self, name: str, entry_ids: list[int], **more: Any) -> Any:
        body = {"batchIdentifier": name, "exportInvoicesFlag": True, "processedRecordIds": entry_ids, **more}
        return self.post("/finance/accounting/batches", body, status=201)


def parsed(response: requests.Response) -> Any:
    return json.loads(response.text, parse_float=Decimal)


def entry_ids_of(transaction: Any) -> list[int]:
    """Every GL entry of an exported transaction, collected as the API's documentation tells."""
    numbers = [int(text) for text in transaction["glEntryIds"].split(",") if text]
    return [*numbers, *(line["id"] for line in transaction["detail"])]


@pytest.fixture
def site() -> Site:
    site = generate_site()
    site.clock = lambda: datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    return site


@pytest.fixture
def caller(site: Site) -> Iterator[Caller]:
    with serve(site) as running:
        caller = Caller(running)
        with caller.session:
            yield caller


@pytest.fixture
def entry_ids() -> Any:
    return entry_ids_of
