"""The rules that the design leaves to the profile, as values; ``xlpy.settings`` reads them from its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PostingRules:
    """The rules that the design leaves to the profile."""

    batch_status: str = "B"  # B balanced, H on hold
    which_customer: str = ""  # empty: stop when bill-to differs; "bill-to" or "company"
    reference_rule: str = ""  # empty: stop above 10 characters; "strip" (reference_prefix) or "last10"
    reference_prefix: str = ""
    default_sub: str = ""
    locations: tuple[int, ...] = ()
    rate_max_age_days: int = 31
    record_id_column: str = ""  # User column of ARDoc to stamp with the Manage id, such as User1
    document_description: str = "{number} {company}"
    company_paid_account: str = ""  # "account:sub" that offsets expenses which must not be paid to the member
    cost_journals: str = "invoice"  # one SL batch per invoice, or "run": one per run and period
    bins: Mapping[str, str] = field(default_factory=dict)  # Manage bin name → SL WhseLoc
    units: Mapping[str, str] = field(default_factory=dict)  # Manage unit name → SL unit


@dataclass(frozen=True, slots=True)
class MasterRules:
    """Which masters may be created when missing."""

    customers: bool = True
    vendors: bool = True
    products: bool = True
