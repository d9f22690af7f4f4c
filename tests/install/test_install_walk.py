"""From nothing to the first pushed batch by the README alone.

Each mistake on the way has its tests elsewhere: wrong password, wrong company, server down, no driver, untrusted
certificate (tests/login/test_login_trial.py, tests/setup/test_setup_sql_server.py), missing role, AutoRef on, ledger
missing (tests/setup/test_setup_check_manage.py, test_setup_check_sl.py). Here is what was not said there.
"""

from __future__ import annotations

from pathlib import Path

from install_stage import Walk, commands_of_the_readme
from sqlalchemy import text

from xlpy.sl.connection.sqlite import sqlite_engine

WAY = ["login", "sl-setup", "doctor", "new", "refresh", "check", "preview", "push"]


def test_the_readme_names_the_way_in_order() -> None:
    commands = commands_of_the_readme()
    assert commands[0] == ["pip", "install", "."]
    assert [words[1] for words in commands[1:]] == WAY


def test_every_step_of_the_way_works(walk: Walk) -> None:
    way = walk.steps[: len(WAY)]
    assert [words[0] for words, _, _ in way] == WAY
    for words, result, _ in way:
        assert result.exit_code == 0, f"{words}: {result.output}"
        assert "Traceback" not in result.output
    taken = sum(seconds for _, _, seconds in way)
    print(f"\nFrom nothing to the first batch: {len(way) + 1} commands with pip install, {taken:.1f} s without it")
    assert len(way) + 1 <= 10


def test_the_batch_is_in_sl_unreleased_and_marked_in_manage(walk: Walk) -> None:
    engine = sqlite_engine(f"sqlite:///{walk.company.as_posix()}")
    with engine.connect() as connection:
        posted = connection.execute(text("SELECT COUNT(*) FROM xlpy_Posting WHERE ClosedAt IS NOT NULL")).scalar_one()
        found = connection.execute(text("SELECT Rlsed FROM Batch WHERE Module = 'AR' AND Crtd_Prog = '08010'"))
        released = {bool(row[0]) for row in found if row is not None}
    engine.dispose()
    assert posted > 0
    assert False in released
    assert "Completed" in walk.result("push").output


def test_the_rest_of_the_month_works_too(walk: Walk) -> None:
    for words, result, _ in walk.steps[len(WAY) :]:
        allowed = {0, 1, 3} if words[0] in {"push", "reconcile"} else {0}
        assert result.exit_code in allowed, f"{words}: {result.output}"
        assert "Traceback" not in result.output


def test_a_new_user_who_starts_with_refresh_is_told_to_log_in(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from xlpy.cli import main

    book = str(tmp_path / "first.xlsm")
    assert CliRunner().invoke(main, ["new", book]).exit_code == 0
    told = CliRunner().invoke(main, ["refresh", book])
    assert told.exit_code == 2
    assert "Log in first" in told.output


def test_without_the_ledger_it_says_to_run_sl_setup(walk: Walk, tmp_path: Path) -> None:
    from click.testing import CliRunner

    from xlpy.cli import main
    from xlpy.demo.company.seed.company import make_company
    from xlpy.demo.site.door import access

    bare = tmp_path / "bare.sqlite"
    make_company(f"sqlite:///{bare.as_posix()}").dispose()
    (profile,) = (walk.folder / "user data").rglob("default.toml")
    settings = tmp_path / "bare.toml"
    written = profile.read_text(encoding="utf-8").replace(walk.company.as_posix(), bare.as_posix())
    settings.write_text(written, encoding="utf-8")
    assert bare.as_posix() in written
    env = {"XLPY_MANAGE_PRIVATE_KEY": access.PRIVATE_KEY}
    told = CliRunner().invoke(main, ["recover", "--profile", str(settings)], env=env)
    assert told.exit_code == 2
    assert "xlpy sl-setup" in told.output
