"""Refresh of 20,000 unposted invoices against the same download + load_workbook + plain cell writes + save."""

from __future__ import annotations

import tempfile
from pathlib import Path

import openpyxl
import requests

from tests.bench.measuring import peak_megabytes, quick, say, timed
from tests.bench.stage import make_sl, make_workbook, profile_of, served_elsewhere
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.excel.buttons.press import press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.home import write_home
from xlpy.excel.workbook.home_cells import Home
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import INVOICES
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.services.run.session import Session

COUNT = 2_000 if quick() else 20_000


def bare(url: str, workbook: Path, saved: Path) -> None:
    """The floor: the same pages, the same cells, nothing else."""
    session = requests.Session()
    session.auth = (f"{access.COMPANY}+{access.PUBLIC_KEY}", access.PRIVATE_KEY)
    session.headers["clientId"] = access.CLIENT_ID
    rows: list[dict[str, object]] = []
    page = 1
    while True:
        answer = session.get(
            f"{url}/v4_6_release/apis/3.0/finance/accounting/unpostedinvoices",
            params={"pageSize": "1000", "page": str(page), "orderBy": "id"},
        ).json()
        rows += answer
        if len(answer) < 1000:
            break
        page += 1
    book = openpyxl.load_workbook(workbook, keep_vba=True)
    sheet = book[INVOICES.name]
    width = len(INVOICES.columns)
    for number, row in enumerate(rows, FIRST_DATA_ROW):
        values = [v if isinstance(v, (str, int, float)) else str(v) for v in list(row.values())[:width]]
        for column, value in enumerate(values, 1):
            sheet.cell(number, column, value).data_type = "n" if isinstance(value, (int, float)) else "s"
    book.save(saved)


def ours(profile: Profile, workbook: Path) -> None:
    with open_closed(workbook) as closed:
        write_home(closed.book, {Home.THROUGH_DATE: firm.THROUGH_DATE.replace(year=2027)})
        secrets = ManageSecrets(private_key=access.PRIVATE_KEY)
        press("refresh", closed.book, lambda tell: Session(profile, secrets, progress=tell))
        closed.save()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url, workbook = make_sl(folder), make_workbook(folder)
        with served_elsewhere(COUNT) as site_url:
            profile = profile_of(site_url, url)
            floor, _ = timed(lambda: bare(site_url, workbook, folder / "floor.xlsm"))
            first, _ = timed(lambda: ours(profile, workbook))
            again_floor, _ = timed(lambda: bare(site_url, workbook, folder / "floor2.xlsm"))
            second, _ = timed(lambda: ours(profile, workbook))
        say(
            f"first refresh of {COUNT:,}",
            floor=f"{floor:.1f} s",
            ours=f"{first:.1f} s",
            ratio=f"{first / floor:.2f}",
            goal="1.1",
        )
        say(
            f"second refresh of {COUNT:,}",
            floor=f"{again_floor:.1f} s",
            ours=f"{second:.1f} s",
            ratio=f"{second / again_floor:.2f}",
            goal="1.1",
            peak=f"{peak_megabytes()} MB (floor in it)",
        )


if __name__ == "__main__":
    main()
