"""A sample of the bad input; ``python -m tests.bad_input`` tries all of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bad_answers import bad_answers
from bad_companies import bad_companies
from bad_input_stage import Desk, a_desk
from bad_settings import bad_settings
from bad_workbooks import bad_workbooks

EVERY = 20
EVERY_ANSWER = 120  # each is a whole refresh and preview
EVERY_COMPANY = 330  # each is a check of the set-up, a preview and an export


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with a_desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


def test_a_bad_workbook_ends_in_a_named_problem_and_nothing_is_written(desk: Desk) -> None:
    before = desk.sl_rows()
    ended = {bad.what: desk.check(bad.data) for bad in list(bad_workbooks(desk.good))[::EVERY]}
    assert {what: end.fault for what, end in ended.items() if end.fault} == {}
    assert sum(end.code != 0 for end in ended.values()) > len(ended) // 2
    assert desk.sl_rows() == before


def test_bad_settings_end_in_a_named_problem_and_nothing_is_written(desk: Desk) -> None:
    before = desk.sl_rows()
    ended = {bad.what: desk.refresh(bad.data) for bad in list(bad_settings(desk.settings, desk.template))[::EVERY]}
    assert {what: end.fault for what, end in ended.items() if end.fault} == {}
    assert sum(end.code != 0 for end in ended.values()) > len(ended) // 2
    assert desk.sl_rows() == before


def test_a_spoiled_answer_of_manage_ends_in_a_named_problem_and_nothing_is_written(desk: Desk) -> None:
    before = desk.sl_rows()
    assert desk.refresh_and_preview(None).fault == ""
    paths = dict(desk.line.paths)
    assert len(paths) > 20
    ended = {bad.what: desk.refresh_and_preview(bad) for bad in list(bad_answers(paths))[::EVERY_ANSWER]}
    assert {what: end.fault for what, end in ended.items() if end.fault} == {}
    assert sum(end.code != 0 for end in ended.values()) > len(ended) // 4
    assert desk.sl_rows() == before


def test_an_export_to_a_bad_company_is_refused_by_name_or_right(desk: Desk) -> None:
    before = desk.sl_rows()
    ended = {bad.what: desk.company(bad) for bad in list(bad_companies())[::EVERY_COMPANY]}
    assert {what: end.fault for what, ends in ended.items() for end in ends if end.fault} == {}
    pushed = {ends[-1].code for ends in ended.values()}
    assert pushed & {1, 2}, "none of them was refused"
    assert 0 in pushed, "no export was possible at all"
    assert desk.sl_rows() == before
