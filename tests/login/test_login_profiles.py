"""Several sites and companies: where profiles are, which a workbook belongs to, and what two may not share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from login_stage import Memory
from new_workbooks import put_new_workbook

from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.errors import SettingsError
from xlpy.excel.buttons.press import press
from xlpy.excel.engine.closed_file import open_closed
from xlpy.excel.tables.belonging import OtherCompanysWorkbook
from xlpy.excel.tables.home import belongs_to, profile_path
from xlpy.login.form import LoginForm
from xlpy.login.saving import save
from xlpy.profile.profiles import known_profiles, profile_file, profiles_folder
from xlpy.profile.settings import Profile, load_profile
from xlpy.services.run.memory import recall_refresh, remember_refresh
from xlpy.services.run.session import Session


def test_a_profile_is_a_name_or_a_path(data_of_the_user: Path) -> None:
    assert profiles_folder() == data_of_the_user / "profiles"
    assert profile_file() == profiles_folder() / "default.toml"
    assert profile_file("Acme North") == profiles_folder() / "Acme_North.toml"
    assert profile_file("north.toml") == Path("north.toml")
    assert profile_file("some/where/north") == Path("some/where/north.toml")


def test_the_default_profile_is_found_without_being_named(typed: LoginForm) -> None:
    assert load_profile(None, {}) == Profile()
    save(replace(typed, path=profile_file()))
    assert load_profile(None, {}).sl.company == firm.COMPANY_ID
    assert load_profile(None, {"XLPY_MANAGE_COMPANY": "other"}).manage.company == "other"


def test_profiles_that_were_opened_are_known(typed: LoginForm, tmp_path: Path) -> None:
    save(typed)
    other = replace(typed, path=profile_file("north"))
    save(other)
    load_profile(typed.path, {})
    assert known_profiles() == sorted([typed.path.resolve(), other.path.resolve()])
    typed.path.unlink()
    assert known_profiles() == [other.path.resolve()]


def _profile(path: Path, company: str, locations: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'[manage]\nurl = "na.example.net"\ncompany = "Firm"\n[sl]\ncompany = "{company}"\n'
        f"[posting]\nlocations = {locations}\n",
        encoding="utf-8",
    )
    return path


def test_a_location_belongs_to_one_company_wherever_its_profile_is(tmp_path: Path) -> None:
    north = _profile(tmp_path / "north" / "settings.toml", "NORTH", "[2, 3]")
    south = _profile(tmp_path / "south" / "settings.toml", "SOUTH", "[3, 4]")
    load_profile(north, {})
    with pytest.raises(SettingsError, match="share the Manage locations 3") as told:
        load_profile(south, {})
    assert str(north) in str(told.value)
    _profile(south, "SOUTH", "[4]")
    assert load_profile(south, {}).posting.locations == (4,)
    _profile(profile_file("west"), "WEST", "[4]")  # never opened, but in the profiles' folder
    with pytest.raises(SettingsError, match=r"west\.toml share the Manage locations 4"):
        load_profile(south, {})


def test_a_broken_list_of_known_profiles_is_no_problem(data_of_the_user: Path, typed: LoginForm) -> None:
    data_of_the_user.mkdir(parents=True, exist_ok=True)
    (data_of_the_user / "profiles.json").write_text("[[[", encoding="utf-8")
    save(typed)
    assert known_profiles() == [typed.path.resolve()]


# -- the workbook ----------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(typed: LoginForm, tmp_path: Path, ring: Memory) -> Any:
    """A workbook that was refreshed once, its profile, and a way to press a button with any profile."""
    save(typed)
    path = tmp_path / "Month end.xlsm"
    put_new_workbook(path, profile=str(typed.path))
    profile = load_profile(typed.path, {})

    class Desk:
        mine = profile

        def press(self, button: str, opened: Profile) -> Any:
            return press(button, self.book, lambda progress: Session.open(opened, progress=progress))

    with open_closed(path) as closed:
        found = Desk()
        found.book = closed.book  # type: ignore[attr-defined]
        yield found


def test_a_workbook_refuses_another_company_and_another_site(desk: Any) -> None:
    desk.press("refresh", desk.mine)
    assert belongs_to(desk.book)[1].startswith(firm.COMPANY_ID)
    other_company = replace(desk.mine, sl=replace(desk.mine.sl, company="HP"))
    other_site = replace(desk.mine, manage=replace(desk.mine.manage, url="na.myconnectwise.net"))
    other_firm = replace(desk.mine, manage=replace(desk.mine.manage, company="firm2"))
    for button in ("check", "preview", "push", "clear", "refresh", "recover", "select_all"):
        for other in (other_company, other_site, other_firm):
            with pytest.raises(OtherCompanysWorkbook, match=r"belongs to the .* Nothing was written.*xlpy new"):
                desk.press(button, other)
    assert desk.press("check", desk.mine).exit_code in {0, 1}


def test_logging_in_to_another_company_leaves_the_workbook_its_profile(
    desk: Any, typed: LoginForm, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.press("refresh", desk.mine)
    other = replace(typed, path=profile_file("north"), company="NORTH")
    monkeypatch.setattr("xlpy.login.window.ask_in_window", lambda *_, **__: save(other))
    pressed = desk.press("login", desk.mine)
    assert pressed.exit_code == 1
    assert "This workbook belongs to the SL company" in pressed.text
    assert profile_path(desk.book) == str(typed.path)
    assert known_profiles() == sorted([typed.path.resolve(), other.path.resolve()])


def test_its_own_company_in_another_spelling_is_welcome(desk: Any) -> None:
    desk.press("refresh", desk.mine)
    manage = replace(desk.mine.manage, company=access.COMPANY.upper())
    spelled = replace(desk.mine, manage=manage, sl=replace(desk.mine.sl, company=firm.COMPANY_ID.lower()))
    assert desk.press("select_all", spelled).exit_code == 0


def test_a_new_workbook_may_be_refreshed_for_any_company(desk: Any) -> None:
    assert belongs_to(desk.book) == ("", "")
    desk.press("refresh", desk.mine)


def test_check_setup_works_for_any_profile(desk: Any) -> None:
    desk.press("refresh", desk.mine)
    other = replace(desk.mine, sl=replace(desk.mine.sl, company="XX"))
    assert desk.press("doctor", other).text


def test_each_workbook_has_a_refresh_of_its_own() -> None:
    from xlpy.domain.facts.manage import UnpostedInvoice

    profile = Profile()
    fields = UnpostedInvoice.__dataclass_fields__
    assert "billing_log_id" in fields

    def ids(workbook: str) -> list[int]:
        return sorted(recall_refresh(profile, workbook).invoices)

    one, two = _invoice(1), _invoice(2)
    remember_refresh(profile, [one], workbook="A.xlsm")
    remember_refresh(profile, [one, two], workbook="B.xlsm")
    assert (ids("A.xlsm"), ids("B.xlsm")) == ([1], [1, 2])
    assert ids("") == ids("renamed.xlsm") == [1, 2]  # the profile's last


def _invoice(record: int) -> Any:
    import msgspec

    from xlpy.domain.facts.manage import UnpostedInvoice

    blank = {"str": "", "int": 0, "Decimal": "0", "bool": False}
    values: dict[str, Any] = {}
    for name, info in UnpostedInvoice.__dataclass_fields__.items():
        kind = str(info.type)
        if "None" in kind:
            values[name] = None
        elif kind in blank:
            values[name] = blank[kind]
        else:
            values[name] = {"id": 0, "name": ""}
    return msgspec.convert(values | {"billing_log_id": record}, UnpostedInvoice, strict=False)
