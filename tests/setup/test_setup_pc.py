"""Check setup, this PC: Python, Excel and its macros, the workbook's Python, settings and the ODBC driver."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from setup_stage import Firm, by_subject, problems

import xlpy
from xlpy.domain.values.statuses import Verdict
from xlpy.profile import odbc
from xlpy.profile.settings import Profile, SlSettings, load_profile
from xlpy.services.setup import pc as doctor_pc
from xlpy.services.setup.doctor import Finding, WorkbookSeen, check_setup_opening
from xlpy.services.setup.pc import check_pc

ODBC = "SERVER=SQL01;DATABASE=AcmeApp;Trusted_Connection=yes"
Registry = dict[tuple[str, str], str | int]


def _of_pc(profile: Profile | None = None, workbook: WorkbookSeen | None = None) -> dict[str, Finding]:
    return by_subject(check_pc(profile, workbook))


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Callable[[Registry], None]:
    """Pretend that this is Windows, with a registry of these values (end of the key, name)."""

    def pretend(registry: Registry) -> None:
        def read(root: str, key: str, name: str = "") -> str | int | None:
            return next((v for (end, n), v in registry.items() if f"{root}\\{key}".endswith(end) and n == name), None)

        monkeypatch.setattr(doctor_pc, "on_windows", lambda: True)
        monkeypatch.setattr(doctor_pc, "read_registry", read)

    return pretend


def test_this_python_is_right() -> None:
    findings = _of_pc()
    assert problems(findings) == set()
    assert sys.executable in findings["Python"].text
    assert findings["Manage to SL"].text == xlpy.__version__


def test_an_old_python_or_xlwings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_pc, "OLDEST_PYTHON", (9, 0))
    monkeypatch.setattr(doctor_pc, "version", lambda _name: "0.30.1")
    findings = _of_pc()
    assert problems(findings) == {"Python", "xlwings"}
    assert findings["xlwings"].text == "0.30.1; needed is 0.37.8 or newer, below 1"
    assert "pip install" in findings["xlwings"].fix


def test_xlwings_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_name: str) -> str:
        raise doctor_pc.PackageNotFoundError

    monkeypatch.setattr(doctor_pc, "version", none)
    assert problems(_of_pc()) == {"xlwings"}


@pytest.mark.skipif(sys.platform == "win32", reason="is about other systems")
def test_without_windows_excel_and_macros_can_t_be_told() -> None:
    findings = _of_pc()
    assert {findings["Excel"].verdict, findings["Macros"].verdict} == {Verdict.UNKNOWN}
    assert doctor_pc.read_registry("HKCU", "Software") is None


def test_excel_on_windows(windows: Callable[[Registry], None]) -> None:
    windows({})
    assert problems(_of_pc()) == {"Excel"}
    windows({("excel.exe", ""): r"C:\Program Files\Microsoft Office\EXCEL.EXE"})
    assert _of_pc()["Excel"].text.endswith("EXCEL.EXE")


OWN, POLICY = r"HKCU\Software\Microsoft\Office\16.0\Excel\Security", r"Policies\Microsoft\Office\16.0\Excel\Security"


@pytest.mark.parametrize(
    ("registry", "verdict", "said"),
    [
        ({}, Verdict.OK, "asks"),
        ({(OWN, "VBAWarnings"): 2}, Verdict.OK, "asks"),
        ({(OWN, "VBAWarnings"): 1}, Verdict.NOTE, "without asking"),
        ({(OWN, "VBAWarnings"): 3}, Verdict.PROBLEM, "only signed"),
        ({(OWN, "VBAWarnings"): 4}, Verdict.PROBLEM, "macros are off"),
        ({(OWN, "VBAWarnings"): 2, (POLICY, "VBAWarnings"): 4}, Verdict.PROBLEM, "(set by IT)"),
    ],
)
def test_macros_on_windows(
    windows: Callable[[Registry], None], registry: Registry, verdict: Verdict, said: str
) -> None:
    windows(registry)
    finding = _of_pc()["Macros"]
    assert (finding.verdict, said in finding.text) == (verdict, True)


def test_a_workbook_that_came_by_mail(windows: Callable[[Registry], None], tmp_path: Path) -> None:
    windows({})
    path = tmp_path / "w.xlsm"
    Path(f"{path}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n", encoding="ascii")
    finding = _of_pc(None, WorkbookSeen(str(path), sys.executable))["Macros"]
    assert (finding.verdict, "Unblock" in finding.fix) == (Verdict.PROBLEM, True)


def test_the_python_that_the_workbook_names(tmp_path: Path) -> None:
    other = tmp_path / "python.exe"
    other.write_bytes(b"")
    pythonw = str(Path(sys.executable).with_name(Path(sys.executable).name))
    for interpreter, verdict in (
        (pythonw, Verdict.OK),
        (str(other), Verdict.NOTE),
        (str(tmp_path / "gone.exe"), Verdict.PROBLEM),
        ("", Verdict.PROBLEM),
    ):
        finding = _of_pc(None, WorkbookSeen("w.xlsm", interpreter))["Python of the workbook"]
        assert finding.verdict is verdict, interpreter
    assert _of_pc()["Python of the workbook"].verdict is Verdict.UNKNOWN


def test_a_workbook_of_another_version() -> None:
    finding = _of_pc(None, WorkbookSeen("w.xlsm", sys.executable, "0.0.1"))["Manage to SL"]
    assert (finding.verdict, "--update" in finding.fix) == (Verdict.NOTE, True)


def test_settings_and_certificates(firm: Firm) -> None:
    assert _of_pc(firm.profile)["Settings"].verdict is Verdict.OK
    assert _of_pc(Profile())["Settings"].verdict is Verdict.NOTE
    findings = firm.findings(manage={"ca_bundle": "/nowhere/ca.pem"})
    assert "Settings" in problems(findings)
    assert "ca_bundle" in findings["Settings"].text


def test_every_mistake_of_the_settings_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[manage]\nread_timeout = 0\n[posting]\nbatch_statu = "B"\n', encoding="utf-8")
    found = check_setup_opening(lambda: load_profile(path, environment={}))  # type: ignore[arg-type,return-value]
    told = [finding for finding in found if finding.subject == "Settings"]
    assert [finding.verdict for finding in told] == [Verdict.PROBLEM] * 2
    assert told[0].text.startswith("[manage] read_timeout: ")
    assert [finding.fix for finding in told] == ["Correct settings.toml, line 2.", "Correct settings.toml, line 4."]
    assert {finding.area for finding in found} == {"This PC"}


@pytest.mark.parametrize(
    ("installed", "url", "verdict", "said"),
    [
        (["SQL Server", "ODBC Driver 18 for SQL Server"], ODBC, Verdict.OK, "ODBC Driver 18"),
        (["ODBC Driver 17 for SQL Server"], ODBC, Verdict.OK, "17"),
        (["SQL Server"], ODBC, Verdict.NOTE, "is old"),
        ([], ODBC, Verdict.PROBLEM, "No ODBC driver"),
        (
            ["SQL Server"],
            f"DRIVER={{ODBC Driver 18 for SQL Server}};{ODBC}",
            Verdict.PROBLEM,
            "installed: SQL Server",
        ),
        ([], "", Verdict.UNKNOWN, "no SL database"),
        ([], "sqlite:///demo.sqlite", Verdict.OK, "not needed"),
    ],
)
def test_the_odbc_driver(
    monkeypatch: pytest.MonkeyPatch, installed: list[str], url: str, verdict: Verdict, said: str
) -> None:
    monkeypatch.setattr(odbc, "installed_drivers", lambda: installed)
    monkeypatch.setattr(odbc, "_driver_of_wheel", lambda: None)
    finding = _of_pc(Profile(sl=SlSettings(url=url)))["ODBC driver"]
    assert finding.verdict is verdict
    assert said in finding.text
    assert (verdict is not Verdict.PROBLEM) or "ODBC Driver 18" in finding.fix
