"""The file of a firm's own rules: only beside the settings, only when nobody else can write it, only what computes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from xlpy.domain.values.site_rules import NO_RULES, RULE_FUNCTIONS, SiteFinding
from xlpy.errors import SettingsError
from xlpy.profile.rules_file import load_rules
from xlpy.profile.settings import Profile, load_profile
from xlpy.profile.who_may_write import others_who_may_write, writers_in
from xlpy.resources import resource_folder

EXAMPLES = resource_folder("templates") / "rules"
POSIX = pytest.mark.skipif(os.name == "nt", reason="modes of files")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    (tmp_path / "settings.toml").write_text('[site]\nrules = "rules.py"\n', encoding="utf-8")
    return tmp_path


def profile(folder: Path, source: str | bytes) -> Profile:
    path = folder / "rules.py"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    path.chmod(0o600)
    return load_profile(folder / "settings.toml", environment={})


def refused(folder: Path, source: str | bytes) -> str:
    with pytest.raises(SettingsError) as told:
        load_rules(profile(folder, source))
    assert told.value.fix
    return str(told.value)


def test_without_a_setting_there_are_no_rules() -> None:
    assert load_rules(Profile()) is NO_RULES


def test_the_functions_come_with_name_and_fingerprint_of_their_file(folder: Path) -> None:
    source = "from xlpy.rules import stop\n\n\ndef checks(document):\n    return stop('OWN-A', 'a')\n"
    rules = load_rules(profile(folder, source))
    assert (rules.file, rules.sha256) == ("rules.py", hashlib.sha256(source.encode()).hexdigest())
    assert rules.functions["checks"](None) == SiteFinding("OWN-A", "a")


def test_the_file_is_looked_for_beside_the_settings_wherever_the_program_is_started(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(folder, "def checks(document):\n    pass\n")
    monkeypatch.chdir(folder)
    chosen = load_profile(Path("settings.toml"), environment={})
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert load_rules(chosen).has("checks")


@pytest.mark.parametrize("name", ["../rules.py", "/etc/rules.py", "C:\\rules.py", "a/rules.py", "rules.txt", ".py"])
def test_no_other_place_can_be_named(folder: Path, name: str) -> None:
    (folder / "settings.toml").write_text(f"[site]\nrules = '{name}'\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"\[site\] rules"):
        load_profile(folder / "settings.toml", environment={})


def test_a_file_that_is_not_there_or_a_link_to_another_place_is_named(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"are not there.*xlpy rules new"):
        load_rules(load_profile(folder / "settings.toml", environment={}))
    (folder / "real.py").write_text("def checks(document):\n    pass\n", encoding="utf-8")
    (folder / "rules.py").symlink_to(folder / "real.py")
    with pytest.raises(SettingsError, match="a link to another place"):
        load_rules(load_profile(folder / "settings.toml", environment={}))


@POSIX
@pytest.mark.parametrize(("mode", "who"), [(0o620, "its group"), (0o602, "everybody"), (0o666, "everybody")])
def test_a_file_that_others_may_write_is_never_run(folder: Path, mode: int, who: str) -> None:
    chosen = profile(folder, "raise SystemExit('it was run')\n")
    (folder / "rules.py").chmod(mode)
    with pytest.raises(SettingsError, match=f"may be written by {who}"):
        load_rules(chosen)


@POSIX
@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_into_which_others_may_put_a_file_is_as_bad(folder: Path, mode: int) -> None:
    chosen = profile(folder, "raise SystemExit('it was run')\n")
    folder.chmod(mode)
    try:
        with pytest.raises(SettingsError, match=r"the folder .* may be written by"):
            load_rules(chosen)
    finally:
        folder.chmod(0o700)


@POSIX
def test_a_file_of_another_user_is_as_bad(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = profile(folder, "def checks(document):\n    pass\n")
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    if (folder / "rules.py").stat().st_uid == 0:
        assert others_who_may_write(folder / "rules.py") == ""  # the administrator's own
    else:
        with pytest.raises(SettingsError, match="belongs to another user"):
            load_rules(chosen)


OWN = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"


@pytest.mark.parametrize(
    ("sddl", "writers"),
    [
        (f"O:{OWN}D:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;{OWN})", []),  # a file in the user's own AppData
        (f"O:{OWN}D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)", []),  # all users may read and run it
        (f"O:{OWN}D:AI(A;ID;0x1301bf;;;AU)", ["AU"]),  # a folder at the top of a disk: who is logged in may modify
        (f"O:{OWN}D:(A;;FA;;;{OTHER})", [OTHER]),
        (f"O:{OTHER}D:(A;;FA;;;{OWN})", [OTHER]),  # its owner may give himself every right
        (f"O:{OWN}D:(D;;FA;;;WD)(A;;FR;;;WD)", []),  # what is denied is no right
        (f"O:{OWN}D:(A;OICIIO;GA;;;AU)(A;;FA;;;{OWN})", []),  # of files that will come, not of this one
        (f"O:{OWN}D:(A;;DCLCRPCR;;;BU)", ["BU"]),
        (f"O:{OWN}D:NO_ACCESS_CONTROL", ["WD"]),
        (f"O:{OWN}", ["WD"]),
    ],
)
def test_the_access_list_of_windows_tells_who_may_write(sddl: str, writers: list[str]) -> None:
    assert writers_in(sddl, OWN) == writers


WRONG = [
    ("import os\n", "line 1: os can't be imported"),
    ("from pathlib import Path\n", "line 1: pathlib can't be imported"),
    ("from . import secret\n", "line 1: . can't be imported"),
    ("import xlpy.profile.vault\n", "xlpy.profile.vault can't be imported"),
    ("def checks(document):\n    return open('x').read()\n", "line 2: open can't be used"),
    ("def checks(document):\n    return eval('1')\n", "line 2: eval can't be used"),
    ("def checks(document):\n    return ().__class__.__bases__\n", "__class__ can't be used"),
    ("def checks(document):\n    return __builtins__['open']\n", "__builtins__ can't be used"),
    ("from datetime import date\n\n\ndef checks(document):\n    return date.today()\n", "line 5: today can't be used"),
    ("_seen = 0\n\n\ndef checks(document):\n    global _seen\n", "line 5: global and nonlocal"),
    ("async def checks(document):\n    pass\n", "must be a plain function"),
    ("def referense(invoice):\n    pass\n", "referense: did you mean reference?"),
    ("def department(line):\n    pass\n", "begin with an underscore"),
    ("def checks(document, more):\n    pass\n", "is not a function of one thing"),
    ("checks = 1\n", "is not a function of one thing"),
    ("def checks(document)\n    pass\n", "are no Python, line 1"),
    (b"def checks(document):\n    return '\xff'\n", "are no Python"),
    ("_RATE = 1 / 0\n", "line 1: ZeroDivisionError"),
    ("raise SystemExit\n", "SystemExit"),
    ("_A = 1\n", "have no function"),
    ("", "have no function"),
    ("#" * (2**20 + 1), "larger than 1 MB"),
]


@pytest.mark.parametrize(("source", "said"), WRONG, ids=[said for _, said in WRONG])
def test_what_is_wrong_with_the_file_is_told_with_its_line(folder: Path, source: str | bytes, said: str) -> None:
    assert said in refused(folder, source)


def test_every_mistake_is_told_at_once(folder: Path) -> None:
    said = refused(folder, "import os\nimport sys\n\n\ndef chek(document):\n    pass\n")
    assert [line.split(":")[0].strip() for line in said.splitlines()[1:4]] == ["line 1", "line 2", "line 5"]


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_every_example_is_a_file_that_can_be_used_as_it_is(folder: Path, example: Path) -> None:
    rules = load_rules(profile(folder, example.read_bytes()))
    assert rules.functions


def test_the_example_to_begin_with_has_every_function() -> None:
    source = (EXAMPLES / "new.py").read_text(encoding="utf-8")
    assert [name for name in RULE_FUNCTIONS if f"\ndef {name}(" not in source] == []
