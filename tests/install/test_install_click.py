"""A click to install: what the .cmd says line by line, what Python does then, each thing that can go wrong, and away.

Unverified: the .cmd itself and the look-ups in Windows' registry were never run; here is no Windows.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from xlpy.install import main, packages
from xlpy.install.places import Places
from xlpy.install.program import Program
from xlpy.install.removing import uninstall
from xlpy.install.running import NotInstalled, Ran, run

ROOT = Path(__file__).parents[2]
CMD = ROOT / "templates" / "Install Manage to SL.cmd"
LINES = CMD.read_bytes().decode("ascii").split("\r\n")
CODE = r'-c "(?P<code>[^"]+)"'


# --- the .cmd ---------------------------------------------------------------------------------------------------------


def test_every_line_of_the_cmd_is_one_that_is_known() -> None:
    """Each line by its form; a new one has to be thought of here."""
    known = [
        r"@echo off",
        r"rem .+",
        r"setlocal",
        r"title Manage to SL",
        r'set "PACKAGE="',
        r'for %%F in \("%~dp0xlpy-\*\.whl"\) do set "PACKAGE=%%~fF"',
        r"if not defined PACKAGE goto no_package",
        rf"py -3 {CODE} >nul 2>nul",
        r"if errorlevel 1 goto no_python",
        rf'py -3 -I -X utf8 {CODE} "%PACKAGE%" %\*',
        r'set "ENDED=(%ERRORLEVEL%|2)"',
        r"goto end",
        r":(no_package|no_python|end)",
        r"echo [^&|<>^%!]+",
        r"echo\.",
        r'if /i not "%~1"=="/quiet" if /i not "%~2"=="/quiet" pause',
        r"exit /b %ENDED%",
    ]
    assert LINES.pop() == "" or not LINES[-1]
    strange = [line for line in LINES if line and not any(re.fullmatch(form, line) for form in known)]
    assert strange == []
    assert len([line for line in LINES if line]) < 40
    gone_to = set(re.findall(r"goto (\w+)", "\n".join(LINES)))
    assert gone_to == {line[1:] for line in LINES if line.startswith(":")}


def test_the_cmd_is_a_file_of_windows_without_odd_characters_and_asks_for_no_administrator() -> None:
    data = CMD.read_bytes()
    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert not re.search(rb"runas|setx|reg add|HKLM|net session|powershell", data, re.IGNORECASE)


def test_the_cmd_says_where_python_is_to_be_had() -> None:
    told = "\n".join(LINES)
    assert "https://www.python.org/downloads/windows/" in told
    assert "64 bit" in told


def codes() -> list[str]:
    return [found["code"] for line in LINES if (found := re.search(CODE, line))]


def test_the_first_line_of_python_asks_for_the_version_that_the_package_needs() -> None:
    asks, _ = codes()
    wanted = re.search(r'requires-python = ">=(\d+)\.(\d+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert wanted is not None
    assert f"sys.version_info < ({wanted[1]}, {wanted[2]})" in asks
    assert subprocess.run([sys.executable, "-c", asks], check=False).returncode == 0


def test_the_second_runs_out_of_the_package_alone_and_nothing_else_is_installed(wheel: Path) -> None:
    _, starts = codes()
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "utf8", "-c", starts, str(wheel), "/quiet"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (said.returncode, said.stderr) == (2, "")
    assert "This installs on Windows" in said.stdout


@pytest.mark.parametrize("path", sorted((ROOT / "xlpy" / "install").glob("*.py")), ids=lambda path: path.name)
def test_the_room_imports_nothing_but_pythons_own_library(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] in sys.stdlib_module_names or name.startswith("xlpy.install"), name


@pytest.mark.parametrize("words", [["/remove"], ["/quiet", "C:\\"], ["--help"]])
def test_a_wish_that_nobody_knows_is_answered_with_those_that_there_are(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["xlpy-1.0-py3-none-any.whl", *words])
    assert "/uninstall" in capsys.readouterr().out


# --- a PC -------------------------------------------------------------------------------------------------------------


@dataclass
class Pc:
    """A PC without Windows: its folders, and stand-ins for venv, pip and xlpy that do what these leave behind."""

    folder: Path
    failing: dict[str, Ran] = field(default_factory=dict)  # by a word of the command
    words: list[list[str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    version: str = ""
    logged_in: bool = False

    @property
    def places(self) -> Places:
        return Places(self.folder / "Programs" / "Manage to SL", self.folder / "Desktop", windows=True)

    def package(self, version: str) -> Path:
        path = self.folder / "download" / f"xlpy-{version}-py3-none-any.whl"
        path.parent.mkdir(exist_ok=True)
        path.touch()
        return path

    def run(self, words: Sequence[str], shown: bool) -> Ran:
        self.words.append(list(words))
        for word, ran in self.failing.items():
            if word in words:
                return ran
        if "venv" in words:
            python = Path(words[-1]) / "Scripts" / "python.exe"
            python.parent.mkdir(parents=True, exist_ok=True)
            python.touch()
            self.version = ""
        elif "pip" in words:
            self.version = packages.version_of(next(Path(word) for word in words if word.endswith(".whl")))
        elif "new" in words:
            Path(words[-1]).touch()
            return Ran(0, f"Made {words[-1]}\n")
        elif "login" in words:
            assert shown, "the window's console is the user's"
            self.logged_in = True
        elif "-c" in words:
            return self._asked(words[-1])
        return Ran(0)

    def _asked(self, code: str) -> Ran:
        if "default_profile" in code:
            return Ran(0 if self.logged_in else 1)
        if "known_profiles" in code:
            return Ran(0, "C:\\firm.toml\nC:\\other firm.toml\n")
        if "importlib.metadata" in code:
            return Ran(0, f"{self.version}\n") if self.version else Ran(1, "PackageNotFoundError")
        return Ran(0)

    def install(self, version: str = "1.0", **more: bool) -> int:
        return Program(self.places, self.run, say=self.told.append).install(self.package(version), **more)

    def uninstall(self) -> int:
        return uninstall(self.places, self.run, say=self.told.append)

    def did(self, *words: str) -> list[list[str]]:
        return [one for one in self.words if set(words) <= set(one)]


@pytest.fixture
def pc(tmp_path: Path) -> Pc:
    (tmp_path / "Desktop").mkdir()
    return Pc(tmp_path)


def test_the_first_time_it_makes_everything_and_asks_to_log_in(pc: Pc) -> None:
    assert pc.install() == 0
    assert pc.places.workbook.is_file()
    (made,) = pc.did("new")
    assert made[0] == str(pc.places.python), "the workbook gets the interpreter that makes it"
    assert pc.did("login") == [[*made[:5], "xlpy", "login", "--workbook", str(pc.places.workbook)]]
    assert "is installed" in pc.told[2]
    assert "-m pip install" in pc.places.log.read_text(encoding="utf-8")
    assert {path.name for path in pc.places.folder.parent.iterdir()} == {"Manage to SL"}


def test_again_it_updates_and_neither_asks_nor_makes_anything_anew(pc: Pc) -> None:
    pc.install("1.0")
    pc.words.clear()
    pc.told.clear()
    assert pc.install("1.1") == 0
    assert not pc.did("venv")
    assert not pc.did("login")
    assert [words[-2:] for words in pc.did("new")] == [["--update", str(pc.places.workbook)]]
    assert not pc.did("--force-reinstall")
    assert "is up to date" in " ".join(pc.told)


def test_the_same_version_once_more_is_really_installed_for_it_may_be_another_build(pc: Pc) -> None:
    pc.install("1.0")
    pc.words.clear()
    pc.install("1.0")
    assert len(pc.did("--force-reinstall", "--no-deps")) == 1


def test_the_newest_of_several_packages_beside_it_is_taken(pc: Pc) -> None:
    for version in ("0.9", "0.10", "0.10rc1"):
        pc.package(version)
    (pc.folder / "download" / "numpy-9.0-py3-none-any.whl").touch()
    (pc.folder / "download" / "xlpy-1.0-py3-none-any (1).whl").touch()
    assert pc.install("0.9") == 0
    assert pc.version == "0.10"


def test_without_internet_what_it_needs_is_taken_from_the_folder_beside_it(pc: Pc) -> None:
    wheels = pc.package("1.0").parent / "wheels"
    wheels.mkdir()
    (wheels / "click-8.1.7-py3-none-any.whl").touch()
    pc.install()
    (done,) = pc.did("pip")
    assert done[done.index("--find-links") + 1] == str(wheels)
    assert "--no-index" in done


def test_an_environment_whose_python_is_gone_is_made_anew(pc: Pc) -> None:
    pc.install()
    pc.words.clear()
    usable = f"import sys; sys.exit(sys.version_info < {(3, 11)})"
    pc.failing[usable] = Ran(103, "No Python at 'C:\\Python311\\python.exe'")
    assert pc.install() == 0
    assert [words[-2] for words in pc.did("venv")] == ["--clear"]


def test_quiet_opens_no_window(pc: Pc) -> None:
    pc.install(log_in=False)
    assert not pc.did("login")


@pytest.mark.parametrize(
    ("failing", "said", "told"),
    [
        ("venv", "Error: Command failed", "environment can't be made: Error: Command failed. Send"),
        ("pip", "ERROR: Could not find a version that satisfies the requirement pandas", "folder 'wheels' beside"),
        ("pip", "ProxyError('Cannot connect to proxy.')", "pypi.org"),
        ("pip", "ERROR: [WinError 5] Access is denied: 'xlwings64.dll'", "close Excel"),
        ("pip", "ERROR: something else", "to your support"),
    ],
)
def test_what_fails_is_told_with_its_cure_and_the_workbook_is_left_alone(
    pc: Pc, failing: str, said: str, told: str
) -> None:
    pc.failing[failing] = Ran(1, f"{said}\n\n")
    with pytest.raises(NotInstalled) as error:
        pc.install()
    assert told in str(error.value)
    assert ".." not in str(error.value).replace("...", "")
    assert not pc.did("new")
    pc.failing.clear()
    assert pc.install() == 0, "opened again it finishes"


def test_a_pip_that_says_it_is_done_and_is_not_is_not_believed(pc: Pc) -> None:
    pc.failing["pip"] = Ran(0, "Requirement already satisfied")
    with pytest.raises(NotInstalled, match=r"the program is not 1\.0"):
        pc.install()


def test_a_workbook_that_is_open_is_told_and_the_program_is_installed(pc: Pc) -> None:
    pc.failing["new"] = Ran(2, "The workbook can't be replaced: it is open. Close it where it is open.\n")
    assert pc.install() == 1
    assert any("it is open" in line for line in pc.told)
    assert any("open this file again" in line for line in pc.told)


def test_a_folder_of_somebody_else_is_neither_filled_nor_removed(pc: Pc) -> None:
    theirs = pc.places.folder / "important.txt"
    theirs.parent.mkdir(parents=True)
    theirs.touch()
    with pytest.raises(NotInstalled, match="not made by this program"):
        pc.install()
    with pytest.raises(NotInstalled, match="left alone"):
        pc.uninstall()
    assert theirs.is_file()
    assert pc.words == []


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("version_info", (3, 10, 4), "3.11 or newer"),
        ("base_prefix", "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12", "Microsoft Store"),
    ],
)
def test_a_python_that_will_not_do_is_told_before_anything_is_made(
    pc: Pc, monkeypatch: pytest.MonkeyPatch, name: str, value: object, told: str
) -> None:
    monkeypatch.setattr(sys, name, value)
    with pytest.raises(NotInstalled, match=told):
        pc.install()
    assert not pc.places.folder.exists()


def test_uninstall_takes_program_and_passwords_and_leaves_what_is_the_users(pc: Pc) -> None:
    pc.install()
    settings = pc.folder / "settings.toml"
    settings.touch()
    assert pc.uninstall() == 0
    assert not list(pc.places.folder.parent.iterdir())
    assert [words[-1] for words in pc.did("logout")] == ["C:\\firm.toml", "C:\\other firm.toml"]
    assert pc.places.workbook.is_file()
    assert settings.is_file()
    assert "posting ledger stays in SL" in pc.told[-1]


def test_uninstall_twice_is_no_mistake(pc: Pc) -> None:
    pc.install()
    assert (pc.uninstall(), pc.uninstall()) == (0, 0)
    assert "is not installed" in pc.told[-1]


def test_uninstall_while_it_is_in_use_removes_nothing(pc: Pc, monkeypatch: pytest.MonkeyPatch) -> None:
    pc.install()

    def in_use(self: Path, target: Path) -> Path:
        raise PermissionError(13, "The process cannot access the file", str(self))

    monkeypatch.setattr(Path, "rename", in_use)
    with pytest.raises(NotInstalled, match="Close Excel"):
        pc.uninstall()
    assert pc.places.python.is_file()


def test_uninstall_of_a_program_that_no_longer_runs_says_where_passwords_may_be_left(pc: Pc) -> None:
    pc.install()
    pc.failing["-c"] = Ran(103, "No Python")
    assert pc.uninstall() == 0
    assert "Credential Manager" in pc.told[-1]


@pytest.mark.slow
def test_with_the_real_venv_and_pip_it_installs_updates_and_goes(tmp_path: Path, wheel: Path) -> None:
    """What the package needs is lent to the environment: the tests go without internet."""
    (tmp_path / "Desk top").mkdir()
    places = Places(tmp_path / "Programs" / "Manage to SL", tmp_path / "Desk top", windows=os.name == "nt")
    told: list[str] = []
    lent = next(path for path in sys.path if path.endswith("site-packages"))

    def lending(words: Sequence[str], shown: bool) -> Ran:
        done = run(words, shown)
        if "venv" in words:
            (site,) = places.environment.rglob("site-packages")
            (site / "lent.pth").write_text(lent, encoding="utf-8")
        return done

    program = Program(places, lending, say=told.append)
    assert program.install(wheel, log_in=False) == 0, told
    assert places.workbook.stat().st_size > 10_000
    assert program.install(wheel, log_in=False) == 0, told
    asked = run((str(places.python), "-I", "-c", "import xlpy; print(xlpy.__file__)"), False)
    assert Path(asked.last).is_relative_to(places.environment)
    assert uninstall(places, run, say=told.append) == 0
    assert not places.folder.exists()
    assert places.workbook.is_file()
