"""The notebook ``templates/month_end.ipynb`` is executed against the demo site and company, and says what is true."""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

sys.path.insert(0, str(Path(__file__).parents[1] / "reconcile"))
from reconcile_stage import Month, stage

from xlpy.api import Books
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.resources import resource_folder
from xlpy.services.run.reports import Selection

PARAMETERS = 'from datetime import date\n\nimport pandas as pd\n\nTHROUGH = date(2026, 10, 31)\nPERIOD = "10-2026"'
SETTINGS = """
[manage]
url = "{url}"
company = "{company}"
client_id = "{client}"
public_key = "{public}"
[sl]
url = "{sl}"
company = "{cpny}"
user = "{user}"
[posting]
record_id_column = "User1"
company_paid_account = "{paid}"
bins = {{ {bins} }}
"""


def read_notebook() -> Any:
    return nbformat.read(resource_folder("templates") / "month_end.ipynb", as_version=4)


@pytest.fixture(scope="module")
def half_posted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Month]:
    """Half of a month is in the books, released and posted; the other half is not yet posted."""
    folder = tmp_path_factory.mktemp("notebook")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_DATA", str(folder / "user data"))
        month = stage(folder, stack, invoices=24, expenses=8, procurement=8)
        wanted = month.everything()
        month.push(Selection("OCT", firm.THROUGH_DATE, wanted.marked[::2]))
        month.release()
        yield month


@pytest.fixture(scope="module")
def executed(half_posted: Month) -> Any:
    month = half_posted
    settings = month.folder / "settings.toml"
    made = SETTINGS.format(
        url=month.profile.manage.url,
        company=access.COMPANY,
        client=access.CLIENT_ID,
        public=access.PUBLIC_KEY,
        sl=month.profile.sl.url,
        cpny=firm.COMPANY_ID,
        user=firm.SL_USER,
        paid=firm.COMPANY_PAID_ACCOUNT,
        bins=", ".join(f'"{name}" = "{sl_bin}"' for name, _, sl_bin in firm.BINS.values()),
    )
    settings.write_text(made, encoding="utf-8")
    notebook = read_notebook()
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            cell.source = PARAMETERS
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XLPY_PROFILE", str(settings))
        patch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
        patch.setenv("XLPY_DATA", str(month.folder / "user data"))
        patch.setenv("IPYTHONDIR", str(month.folder / "ipython"))
        NotebookClient(notebook, timeout=200, kernel_name="python3").execute()
    pictures = Path(os.environ.get("XLPY_PICTURES") or month.folder)
    for number, png in enumerate(pngs(notebook), start=1):
        (pictures / f"month_end_{number}.png").write_bytes(png)
    return notebook


def pngs(notebook: Any) -> list[bytes]:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [base64.b64decode(o.data["image/png"]) for o in outputs if "image/png" in o.get("data", {})]


def html_table(notebook: Any, source: str) -> pd.DataFrame:
    """Return the table under the cell that has ``source`` in it."""
    from html.parser import HTMLParser

    (cell,) = [cell for cell in notebook.cells if source in cell.source and cell.cell_type == "code"]
    (html,) = [o.data["text/html"] for o in cell.outputs if "text/html" in o.get("data", {})]
    rows: list[list[str]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, _attrs: Any) -> None:
            if tag == "tr":
                rows.append([])
            elif tag in {"th", "td"}:
                rows[-1].append("")

        def handle_data(self, data: str) -> None:
            if rows and rows[-1] and data.strip():
                rows[-1][-1] += data.strip()

    Reader().feed(html)
    return pd.DataFrame(rows[1:], columns=rows[0])


def test_it_has_no_outputs_and_no_secret_when_it_is_delivered() -> None:
    notebook = read_notebook()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "xlpy." not in text.replace("xlpy.connect", ""), "the public API only"
    assert access.PRIVATE_KEY not in text
    assert access.PUBLIC_KEY not in text


def test_no_cell_fails(executed: Any) -> None:
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output.output_type == "error"] == []
    assert [o.text for o in outputs if o.output_type == "stream" and o.name == "stderr"] == []


def test_it_draws_its_pictures(executed: Any) -> None:
    made = pngs(executed)
    assert len(made) == 4
    assert all(png.startswith(b"\x89PNG") and len(png) > 8_000 for png in made)


def test_its_numbers_are_the_product_s(executed: Any, half_posted: Month) -> None:
    profile = replace(half_posted.profile)
    with Books(half_posted.session()) as books:
        assert profile.sl.company == firm.COMPANY_ID
        report = books.reconcile(period="10-2026")
        unpaid = books.unpaid()
        invoices = books.unposted("invoice", through=firm.THROUGH_DATE)
    (said,) = [o.text for c in executed.cells for o in c.get("outputs", ()) if "rows" in o.get("text", "")]
    assert said.strip() == report.text
    assert report.agrees
    table = html_table(executed, "report = books.reconcile(")
    assert {(row["name"], row["currency"], Decimal(row["sl"])) for _, row in table.iterrows()} == {
        (total.name, total.currency, total.sl) for total in report.batches
    }
    shown = html_table(executed, "unpaid = books.unpaid()")
    balances = dict(zip(shown.iloc[1:, 0], map(Decimal, shown.iloc[1:, 2]), strict=True))
    expected = unpaid.groupby("currency")["balance"].agg(lambda amounts: sum(amounts, Decimal(0)))
    assert balances == expected.to_dict()
    assert len(expected) >= 2
    assert len(invoices) > 5


def test_what_is_unpaid_is_what_sl_says(half_posted: Month) -> None:
    with Books(half_posted.session()) as books:
        unpaid = books.unpaid()
    in_sl = half_posted.sql(
        "SELECT CuryId, COUNT(*) FROM ARDoc WHERE User1 <> '' AND CuryDocBal <> 0 GROUP BY CuryId ORDER BY CuryId"
    )
    assert sorted(unpaid["currency"].value_counts().items()) == in_sl
    assert (unpaid[unpaid["total"] < 0]["balance"] < 0).all()
    assert list(unpaid["due"]) == sorted(unpaid["due"])
