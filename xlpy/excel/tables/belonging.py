"""Which Manage site and SL company a workbook belongs to: what it was first refreshed for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlpy.errors import WorkbookError
from xlpy.excel.tables.home import belongs_to
from xlpy.excel.tables.tables import has_rows
from xlpy.excel.workbook.sheets import RESULTS
from xlpy.excel.workbook.work_sheets import EXPENSES, INVENTORY, INVOICES

if TYPE_CHECKING:
    import xlwings as xw

    from xlpy.profile.settings import Profile


class OtherCompanysWorkbook(WorkbookError):
    """The workbook has the rows of another Manage site or SL company than the profile that is opened."""

    exit_code = 1

    def __init__(self, what: str, workbook: str, profile: str) -> None:
        super().__init__(
            f"This workbook belongs to the {what} {workbook}, but the profile is of {profile}. Nothing was written into"
            " it.",
            fix="Log in to the profile that the workbook belongs to (its path is on the sheet About), or make a new"
            " workbook for the other one: xlpy new.",
        )


def refuse_other_company(profile: Profile, book: xw.Book) -> None:
    """Refuse a workbook that was refreshed for another Manage site or SL company than the profile's.

    What a workbook belongs to is on Home since its first refresh. One without any rows and results may change hands.
    Raises ``OtherCompanysWorkbook``, ``SettingsError`` for a site that is none.
    """
    from xlpy.profile.manage_address import site_address

    site, company = belongs_to(book)
    if (not site and not company) or not profile.manage.url:
        return
    mine = f"{site_address(profile.manage.url).host} {profile.manage.company.strip()}"
    own = profile.sl.company.strip()
    wrong_site = bool(site) and site.casefold() != mine.casefold()
    wrong_company = bool(company) and not f"{company} ".casefold().startswith(f"{own} ".casefold())
    if (wrong_site or wrong_company) and _has_rows(book):
        if wrong_site:
            raise OtherCompanysWorkbook("Manage site", site, mine)
        raise OtherCompanysWorkbook("SL company", company, own)


def _has_rows(book: xw.Book) -> bool:
    return any(has_rows(book, sheet) for sheet in (INVOICES, EXPENSES, INVENTORY, RESULTS))
