"""Every screen of SL that a text of the product names is in one table, under the name that the table gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlpy.domain.values.screens import SCREENS, UNVERIFIED, screen, screen_of_program
from xlpy.sl.reading.rights import USES

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "xlpy" / "domain" / "values" / "screens.py"
MODULES = sorted({number[:2] for number in SCREENS})
NUMBER = re.compile(rf"(?<![\d.,])(?:{'|'.join(MODULES)})\.\d{{3}}(?![\d.]\d|\d)")
# The manual's list of screens whose rights are looked at, as the manual names them.
MANUAL = {
    "01.010": "Journal Transactions",
    "01.260": "Chart of Accounts Maintenance",
    "02.250": "Employee",
    "03.010": "Voucher and Adjustment Entry",
    "03.270": "Vendor Maintenance",
    "04.010": "Receipt/Invoice Entry",
    "04.250": "Purchase Order Maintenance",
    "08.010": "Invoice and Memo",
    "08.260": "Customer Maintenance",
    "08.262": "Shipping Address",
    "10.030": "Adjustments",
    "10.040": "Transfers",
    "10.250": "Inventory Items",
    "10.270": "Unit Conversions",
    "40.100": "Sales Order Entry",
    "40.250": "Miscellaneous Charges",
    "40.400": "Process Manager",
}


def texts() -> Iterator[tuple[str, str]]:
    files = [ROOT / "README.md", ROOT / "templates" / "settings.toml", *sorted((ROOT / "xlpy").rglob("*.md"))]
    files += [path for path in sorted((ROOT / "xlpy").rglob("*.py")) if path != TABLE]
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def test_every_number_is_in_the_table_with_its_name() -> None:
    wrong: list[str] = []
    for where, line in texts():
        for found in NUMBER.finditer(line):
            name = SCREENS.get(found[0])
            before, after = line[: found.start()], line[found.end() :]
            called = re.search(r"(\S*[A-Z]\S*)(?: screen)? \($", before)  # a name ends right before "(08.010)"
            follows = re.match(r" ([A-Z]\w+)", after)
            if name is None:
                wrong.append(f"{where}: {found[0]} is in no table")
            elif (called and not re.search(rf"{re.escape(name)}\W*(?: screen)? \($", before)) or (
                follows and not after.startswith(f" {name}")
            ):
                wrong.append(f"{where}: {found[0]} is {name}")
    assert wrong == []


def test_the_names_are_the_manual_s() -> None:
    assert {number: SCREENS[number] for number in USES} == MANUAL
    assert not UNVERIFIED & MANUAL.keys()


def test_currency_rates_are_not_entered_on_the_screen_of_employees() -> None:
    assert screen("24.270") == "Currency Rate Maintenance (24.270)"
    assert screen("02.250") == "Employee (02.250)"


@pytest.mark.parametrize(
    ("stamped", "called"), [("08010", "Invoice and Memo (08.010)"), ("XLPY", ""), ("", ""), ("99999", "")]
)
def test_a_screen_is_named_by_the_number_that_a_batch_carries(stamped: str, called: str) -> None:
    assert screen_of_program(stamped) == called


def test_two_screens_never_have_one_name() -> None:
    assert len(set(SCREENS.values())) == len(SCREENS)
