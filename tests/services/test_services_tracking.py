"""Salesperson, project and task as they come to SL's rows: header and lines, and blank without a rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

SQL = (
    "SELECT d.SlsperId, d.ProjectID, d.TaskID, t.SlsperId, t.ProjectID, t.TaskID FROM ARDoc d JOIN ARTran t"
    " ON t.BatNbr = d.BatNbr AND t.RefNbr = d.RefNbr WHERE d.User1 <> ''"
)


def test_without_a_rule_they_are_blank(story: Any) -> None:
    assert story.push(story.unposted()[:2]).exit_code == 0
    assert set(story.rows(SQL)) == {("", "", "", "", "", "")}


def test_with_a_rule_header_and_lines_have_them(story: Any) -> None:
    posting = replace(story.profile.posting, salesperson="JOAN", projects={"*": "P-100:LABOR"})
    story.profile = replace(story.profile, posting=posting)
    assert story.push(story.unposted()[:2]).exit_code == 0
    assert set(story.rows(SQL)) == {("JOAN", "P-100", "LABOR") * 2}


def test_vouchers_and_journals_have_the_project(month: Any) -> None:
    from xlpy.services.export.push import push

    posting = replace(month.profile.posting, projects={"*": "P-100:LABOR"})
    month.profile = replace(month.profile, posting=posting)
    assert push(month.session(), month.everything()).exit_code == 0
    vouchers = "SELECT DISTINCT t.ProjectID, t.TaskID FROM APTran t JOIN xlpy_PostingDoc d ON d.BatNbr = t.BatNbr AND"
    assert month.rows(f"{vouchers} d.Module = 'AP'") == [("P-100", "LABOR")]
    assert month.rows("SELECT DISTINCT ProjectID, TaskID FROM GLTran WHERE ProjectID <> ''") == [("P-100", "LABOR")]
