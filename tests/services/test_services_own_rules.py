"""A firm's own rules from the file to SL: tried, checked, previewed, posted, and told in the audit record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from xlpy.api import Books
from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.domain.values.statuses import Verdict
from xlpy.errors import SettingsError
from xlpy.profile.values import SiteSettings
from xlpy.resources import resource_folder
from xlpy.services.export.planning import make_plan
from xlpy.services.export.push import push
from xlpy.services.export.refresh import refresh
from xlpy.services.export.trying_rules import try_rules
from xlpy.services.records.audit_content import gather
from xlpy.services.records.audit_manifest import make_manifest, place_after
from xlpy.services.run.memory import remember_preview
from xlpy.services.run.reports import RunState
from xlpy.services.setup.doctor import check_setup
from xlpy.services.setup.own_rules import MOST_TRIED

RULES = """
from xlpy.rules import stop


def reference(invoice):
    return f"R{invoice.number}"


def description(document):
    return f"{document.module} {document.period}"


def user_fields(document):
    return {"User2": document.numbers[0][:30]}


def checks(document):
    if document.company == "Nobody":
        return stop("OWN-NOBODY", "It is nobody's")
"""
BROKEN = "def checks(document):\n    return document.purchase_order\n"


def rule_by(story: Any, tmp_path: Path, source: str) -> Path:
    tmp_path.chmod(0o700)
    path = tmp_path / "rules.py"
    path.write_text(source, encoding="utf-8")
    path.chmod(0o600)
    story.profile = replace(story.profile, site=SiteSettings(str(path)))
    return path


def test_what_the_rules_decide_is_in_sl_and_their_fingerprint_in_the_audit_record(month: Any, tmp_path: Path) -> None:
    path = rule_by(month, tmp_path, RULES)
    report = push(month.session(), month.everything())
    assert report.state is RunState.COMPLETED, report.text
    invoices = month.rows("SELECT RefNbr, DocDesc, User2 FROM ARDoc WHERE User1 <> ''")
    assert invoices
    assert all(ref == f"R{number}" and descr == "AR 10-2026" for ref, descr, number in invoices)
    for table, descr in (("APDoc", "DocDesc"), ("GLTran", "User2"), ("INTran", "User2")):
        assert month.rows(f"SELECT {descr} FROM {table} WHERE User2 <> ''"), table
    session = month.session()
    content = gather(session, report.run_id)
    run = json.loads(make_manifest(session, content, [], place_after(()), {}))["run"]
    assert run["rules"] == {"file": "rules.py", "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_rules_that_change_after_the_preview_stop_the_export(story: Any, tmp_path: Path) -> None:
    path = rule_by(story, tmp_path, RULES)
    ids = story.unposted()[:3]
    previewed = remember_preview(make_plan(story.session(), story.selection(ids)))
    path.write_text(RULES + "\n# another word\n", encoding="utf-8")
    report = push(story.session(), story.selection(ids), preview_hash=previewed)
    assert report.state is RunState.NOTHING_WRITTEN
    assert "rules of your own" in " ".join(problem.what for problem in report.problems)
    assert not story.documents()


def test_trying_shows_each_change_against_no_rules_and_writes_nothing(story: Any, tmp_path: Path) -> None:
    rule_by(story, tmp_path, RULES)
    tried = try_rules(story.session(), firm.THROUGH_DATE)
    plan = make_plan(story.session(), story.selection(story.unposted()))
    documents = [document.transaction for batch in plan.ar.batches for document in batch.documents]
    numbers = {one.number for one in plan.transactions if one.key in documents}
    assert numbers
    changed = {
        change.number: (change.without, change.with_rules) for change in tried.changes if change.what == "Reference"
    }
    assert changed == {number: (number, f"R{number}") for number in numbers}
    assert {change.what for change in tried.changes} >= {"Reference", "Description", "User columns"}
    assert not tried.problems
    assert not story.documents()
    frame = Books(story.session()).try_rules(firm.THROUGH_DATE)
    assert list(frame.columns) == ["transaction_id", "number", "what", "without", "with_rules"]
    assert len(frame) == len(tried.changes)


def test_trying_tells_what_stops_because_of_the_rules(story: Any, tmp_path: Path) -> None:
    rule_by(story, tmp_path, BROKEN)
    tried = try_rules(story.session(), firm.THROUGH_DATE)
    assert {problem.code for problem in tried.broken} == {"RULES-FAILED"}
    assert all("The rule checks of rules.py failed, line 2" in problem.what for problem in tried.broken)
    assert {change.what for change in tried.changes} == {"Documents", "Stopped"}


def test_trying_without_rules_says_how_to_make_some(story: Any) -> None:
    with pytest.raises(SettingsError, match="xlpy rules new"):
        try_rules(story.session())


def test_the_sheet_shows_no_reference_that_a_rule_will_change(story: Any, tmp_path: Path) -> None:
    shown = refresh(story.session(), through=firm.THROUGH_DATE)
    rule_by(story, tmp_path, RULES)
    hidden = refresh(story.session(), through=firm.THROUGH_DATE)
    assert all(row.reference for row in shown.invoices)
    assert not any(row.reference for row in hidden.invoices)


@pytest.mark.parametrize(
    ("source", "verdict", "said"),
    [
        (RULES, Verdict.OK, "reference, description, user_fields, checks"),
        (BROKEN, Verdict.PROBLEM, "line 2: AttributeError"),
        ("import os\n", Verdict.PROBLEM, "os can't be imported"),
    ],
)
def test_check_setup_loads_the_rules_and_tries_them(
    story: Any, tmp_path: Path, source: str, verdict: Verdict, said: str
) -> None:
    rule_by(story, tmp_path, source)
    lines = [finding for finding in check_setup(story.session()) if finding.subject == "Rules of your own"]
    assert any(finding.verdict is verdict and said in finding.text for finding in lines), lines
    assert len(story.unposted()) <= MOST_TRIED


def test_check_setup_has_no_such_line_without_rules(story: Any) -> None:
    assert not [finding for finding in check_setup(story.session()) if finding.subject == "Rules of your own"]


@pytest.mark.parametrize(
    ("example", "changes"),
    [
        ("new.py", set()),
        ("purchase_orders.py", {"User columns"}),
        ("references_and_payers.py", {"Description"}),
        ("accounts_by_location.py", {"Account of line 1"}),
    ],
)
def test_each_example_does_what_it_says_on_the_demo(
    story: Any, tmp_path: Path, example: str, changes: set[str]
) -> None:
    rule_by(story, tmp_path, (resource_folder("templates") / "rules" / example).read_text(encoding="utf-8"))
    tried = try_rules(story.session(), firm.THROUGH_DATE)
    assert not tried.broken, [problem.what for problem in tried.broken]
    assert changes <= {change.what for change in tried.changes}
    assert changes or not tried.changes


def test_from_the_command_line_a_new_file_is_made_named_and_tried(
    story: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "firm.toml"
    tmp_path.chmod(0o700)
    profile = story.profile
    text = (
        f'[manage]\nurl = "{profile.manage.url}"\ncompany = "{access.COMPANY}"\nclient_id = "{access.CLIENT_ID}"\n'
        f'public_key = "{access.PUBLIC_KEY}"\n[sl]\nurl = "{profile.sl.url}"\ncompany = "{firm.COMPANY_ID}"\n'
    )
    settings.write_text(text, encoding="utf-8")
    monkeypatch.setenv("XLPY_MANAGE_PRIVATE_KEY", access.PRIVATE_KEY)
    of = ["--profile", str(settings)]
    made = CliRunner().invoke(main, ["rules", "new", *of])
    assert made.exit_code == 0, made.output
    assert 'rules = "rules.py" under [site]' in made.output
    again = CliRunner().invoke(main, ["rules", "new", *of])
    assert again.exit_code == 2
    assert "is there already" in again.output
    settings.write_text(text + '[site]\nrules = "rules.py"\n', encoding="utf-8")
    (tmp_path / "rules.py").write_text(RULES, encoding="utf-8")
    tried = CliRunner().invoke(main, ["rules", "try", "--through", firm.THROUGH_DATE.isoformat(), *of])
    assert tried.exit_code == 0, tried.output
    assert "With them" in tried.output
    (tmp_path / "rules.py").write_text(BROKEN, encoding="utf-8")
    broken = CliRunner().invoke(main, ["rules", "try", "--json", *of])
    assert broken.exit_code == 1
    assert {one["code"] for one in json.loads(broken.stdout)["problems"]} == {"RULES-FAILED"}
