"""What the ids of a journal are called in SL: accounts, customers and vendors, for whoever reads a preview."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlpy.domain.documents.plan import Plan
from xlpy.domain.facts.books import sl_key
from xlpy.domain.preview.rows import JournalRow

_OF_VENDORS = "AP"
_LAST_FIRST = "~"  # between the names of a person, as SL keeps them


@dataclass(frozen=True, slots=True)
class JournalNames:
    """Names by id; ids in SL's comparing form (``sl_key``). Those that a plan creates are in it, too."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    customers: Mapping[str, str] = field(default_factory=dict)
    vendors: Mapping[str, str] = field(default_factory=dict)

    def account(self, row: JournalRow) -> str:
        """Return the description of the row's account; empty when SL has none."""
        return self.accounts.get(sl_key(row.account), "")

    def party(self, row: JournalRow) -> str:
        """Return the name of the row's customer or vendor. A journal's line may be of either: its customer first."""
        of_vendor, of_customer = (names.get(sl_key(row.party), "") for names in (self.vendors, self.customers))
        first, second = (of_vendor, of_customer) if row.module == _OF_VENDORS else (of_customer, of_vendor)
        return (first or second).replace(_LAST_FIRST, ", ")

    def with_new(self, plan: Plan) -> JournalNames:
        """Return the names with those of the customers and vendors that the plan creates."""
        customers = {sl_key(new.cust_id): new.name for new in plan.ar.customers}
        vendors = {sl_key(new.vend_id): new.name for new in plan.ap.vendors}
        return JournalNames(self.accounts, {**self.customers, **customers}, {**self.vendors, **vendors})
