"""What the tests of expenses and procurement ask of a demo site."""

from __future__ import annotations

from typing import Any

ACCOUNTING = "/finance/accounting"
THROUGH = "2026-12-31T23:59:59Z"


def export(caller: Any, kind: str, **request: Any) -> Any:
    """Export unposted ``Expenses`` or ``Products`` through the end of the year."""
    body = {f"export{kind}Flag": True, "thruDate": THROUGH, **request}
    return caller.post(f"{ACCOUNTING}/export", body)


def mark(caller: Any, name: str, kind: str, entry_ids: list[int]) -> Any:
    """Create a batch of one kind."""
    body = {"batchIdentifier": name, f"export{kind}Flag": True, "processedRecordIds": entry_ids}
    return caller.post(f"{ACCOUNTING}/batches", body, status=201)


def purchase_ids(receipt: Any) -> list[int]:
    """Every GL entry of an exported receipt."""
    return [line["id"] for part in ("purchaseDetail", "purchaseDetailTax") for line in receipt[part]]


def unposted(caller: Any, kind: str) -> Any:
    """All rows of an unposted list."""
    return caller.get(f"{ACCOUNTING}/unposted{kind}", pageSize=1000)
