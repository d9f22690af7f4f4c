"""What one click leaves for the next: the rows of the last refresh and the previewed plans, in the user's data folder.

Every click of the ribbon is a new process. Nothing in here is trusted for posting: the refresh only tells whether a
transaction has changed since the user looked at it, and a plan is posted only when a new one has the same hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import msgspec

from xlpy.domain.documents.plan import PLAN_SCHEMA, Plan, schema_of
from xlpy.domain.facts.manage import UnpostedInvoice
from xlpy.domain.facts.manage_expenses import UnpostedExpense
from xlpy.domain.facts.manage_procurement import UnpostedProcurement
from xlpy.errors import DataFolderNotWritable
from xlpy.files import keep_private
from xlpy.paths import data_folder, file_name
from xlpy.profile.settings import Profile

KEEP_PREVIEWS = 20


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The rows that the user looked at: by ``billing_log_id``, ``expense_detail_id``, ``unposted_product_id``.

    ``aged``: by transaction, which age it has and its base amount (``xlpy.services.export.ageing``).
    """

    invoices: Mapping[int, UnpostedInvoice] = field(default_factory=dict)
    expenses: Mapping[int, UnpostedExpense] = field(default_factory=dict)
    procurement: Mapping[str, UnpostedProcurement] = field(default_factory=dict)
    aged: Mapping[str, tuple[int, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The rows as their file has them."""

    invoices: list[UnpostedInvoice]
    expenses: list[UnpostedExpense]
    procurement: list[UnpostedProcurement]
    aged: dict[str, tuple[int, Decimal]] = field(default_factory=dict)


def remember_refresh(
    profile: Profile,
    invoices: Iterable[UnpostedInvoice],
    expenses: Iterable[UnpostedExpense] = (),
    procurement: Iterable[UnpostedProcurement] = (),
    *,
    aged: Mapping[str, tuple[int, Decimal]] | None = None,
    workbook: str = "",
) -> None:
    """Keep the rows that the user is going to look at, for the workbook that shows them (its full name)."""
    data = msgspec.json.encode(_Kept(list(invoices), list(expenses), list(procurement), dict(aged or {})))
    for path in _refresh_files(profile, workbook):
        _keep(path, data)


def recall_refresh(profile: Profile, workbook: str = "") -> Refreshed:
    """Return the rows of the workbook's last refresh; empty when there is none or it can't be read.

    A workbook that was never refreshed under this name (it was renamed, moved, copied) has the profile's last one.
    """
    path = next((path for path in _refresh_files(profile, workbook) if path.exists()), None)
    try:
        kept = msgspec.json.decode(path.read_bytes() if path else b"", type=_Kept)
    except (OSError, msgspec.MsgspecError):
        return Refreshed()
    return Refreshed(
        {row.billing_log_id: row for row in kept.invoices},
        {row.expense_detail_id: row for row in kept.expenses},
        {row.unposted_product_id: row for row in kept.procurement},
        kept.aged,
    )


def remember_preview(plan: Plan) -> str:
    """Keep a previewed plan; return its hash."""
    folder, plan_hash = data_folder("previews"), plan.hash
    _keep(folder / f"{plan_hash}.json", plan.to_json())
    with suppress(OSError):  # another click tidies up, too
        kept = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[KEEP_PREVIEWS:]:
            path.unlink(missing_ok=True)
    return plan_hash


def recall_preview(plan_hash: str) -> Plan | None:
    """Return the previewed plan with that hash, or None when it is not here or was tampered with."""
    if not plan_hash:
        return None
    try:
        plan = Plan.from_json((data_folder("previews") / f"{file_name(plan_hash)}.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    return plan if plan.hash == plan_hash else None


def is_older_preview(plan_hash: str) -> bool:
    """Tell whether the preview of that hash is here, but in the form of another version of this product."""
    try:
        data = (data_folder("previews") / f"{file_name(plan_hash)}.json").read_bytes()
        return schema_of(data) != PLAN_SCHEMA
    except (OSError, msgspec.MsgspecError):
        return False


def _keep(path: Path, data: bytes) -> None:
    try:
        keep_private(path, data)
    except OSError as error:
        raise DataFolderNotWritable(str(path.parent), error.strerror or str(error)) from error


def _refresh_files(profile: Profile, workbook: str) -> list[Path]:
    """Return the workbook's own file, if there is a workbook, and the profile's."""
    folder, site = data_folder("refresh"), _site(profile)
    own = [folder / f"{site}-{sha256(workbook.encode()).hexdigest()[:16]}.json"] if workbook else []
    return [*own, folder / f"{site}.json"]


def _site(profile: Profile) -> str:
    return file_name(f"{profile.manage_host}-{profile.manage.company}-{profile.sl.company}")
