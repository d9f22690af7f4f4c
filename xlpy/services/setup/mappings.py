"""Check mappings of all active masters of Manage, whether or not a transaction needs them now. Writes nothing."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass

from xlpy.domain.facts.books import BooksNeeds
from xlpy.domain.facts.manage import ManageMasters
from xlpy.domain.facts.payables_books import PayablesNeeds
from xlpy.domain.facts.stock_books import StockNeeds
from xlpy.domain.mapping.items import invt_id_of
from xlpy.domain.mapping.overview.rows import MappingRow, Mappings
from xlpy.domain.mapping.vendors import names_of_member
from xlpy.domain.values.refs import Ref
from xlpy.domain.values.statuses import MappingState
from xlpy.services.run.session import Session

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MappingsReport:
    """Every record with its partner, kind by kind; within a kind what is missing first."""

    rows: tuple[MappingRow, ...]

    @property
    def open(self) -> tuple[MappingRow, ...]:
        """Rows without a partner: a transaction that needs one would be stopped."""
        return tuple(row for row in self.rows if row.state in (MappingState.MISSING, MappingState.BLANK))

    @property
    def text(self) -> str:
        """One sentence for the alert and the console."""
        counts = Counter(row.state for row in self.rows)
        parts = ", ".join(f"{counts[state]} {state}" for state in MappingState if counts[state])
        proposed = sum(1 for row in self.open if row.proposal)
        more = f" For {proposed} of them the likeliest SL record is proposed." if proposed else ""
        return f"{len(self.rows)} records of Manage: {parts or 'none'}.{more}"


def mappings(session: Session) -> MappingsReport:
    """Read all active masters of Manage and all partners in SL, and put them side by side.

    Raises ``ManageError``/``SlError`` when one can't be reached.
    """
    from xlpy.sl.connection.table_reader import TableReader
    from xlpy.sl.reading.books import read_books
    from xlpy.sl.reading.master_names import read_master_names

    manage, profile = session.manage, session.profile
    session.progress("Reading Manage's masters", 0, 0)
    active = manage.active_ids()
    masters = ManageMasters(
        package=manage.package_setup(),
        segments=manage.gl_segments(),
        gl_accounts=manage.gl_account_texts(),
        companies=manage.companies(active.companies),
        tax_codes=manage.tax_codes(active.tax_codes),
        terms=manage.billing_terms(),
        catalog=manage.catalog_items(active.products),
        decimals=manage.currency_decimals(),
        members=manage.members(active.members),
        warehouses=manage.warehouses(),
        units=manage.units(),
    )
    session.progress("Reading SL", 0, 0)
    with session.sl.engine.connect() as connection:
        books = read_books(connection, session.sl, _needs(masters))
        names = read_master_names(TableReader(connection, session.sl), session.sl.cpny_id)
    made = Mappings(masters, books, profile.posting, profile.masters, names, active.vendors)
    report = MappingsReport(made.rows())
    logger.info("%s", report.text)
    return report


def _needs(masters: ManageMasters) -> BooksNeeds:
    companies = masters.companies.values()
    vendors = {company.vendor_identifier for company in companies} | {m.vendor_number for m in masters.members.values()}
    names = {company.name for company in companies if company.vendor_identifier}
    names |= {name for member in masters.members.values() for name in names_of_member(member)}
    items = {invt_id_of(Ref(product.id, product.identifier), masters) for product in masters.catalog.values()}
    return BooksNeeds(
        customers=frozenset({company.account_number for company in companies} - {""}),
        customer_names=frozenset({company.name for company in companies} - {""}),
        payables=PayablesNeeds(vendors=frozenset(vendors - {""}), vendor_names=frozenset(names - {""})),
        stock=StockNeeds(
            items=frozenset(items - {""}),
            sites=frozenset({one.location_xref.strip() for one in masters.warehouses.values()} - {""}),
        ),
    )
