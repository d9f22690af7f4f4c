"""Pictures of the ribbon: only those that Excel itself has. One of Word or Access may show nothing in Excel."""

from __future__ import annotations

from pathlib import Path

from xlpy.excel.workbook.ribbon_buttons import BUTTONS

LIST = Path(__file__).with_name("office_pictures.txt")


def test_every_button_has_a_picture_of_excels_own_and_no_two_the_same() -> None:
    allowed = {line for line in LIST.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    pictures = {button.id: button.image for button in BUTTONS}
    assert not {id_: image for id_, image in pictures.items() if image not in allowed}
    assert len(set(pictures.values())) == len(pictures)
