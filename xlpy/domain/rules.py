"""The rules that the design leaves to the profile, as values; ``xlpy.settings`` reads them from its file."""

from __future__ import annotations

from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class MasterRules:
    """Which masters may be created when missing."""

    customers: bool = True
    vendors: bool = True
    products: bool = True
