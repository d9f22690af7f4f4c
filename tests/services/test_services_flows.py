"""The shape of every button: look, confirm, do, report; what decides is decided once, whoever shows it."""

from __future__ import annotations

import pytest

from xlpy.services.flows.told import Confirm, Flow, Told

HOW = " Say it."


def flow(done: list[str], *, waits: bool) -> Flow[str, str]:
    """A button that would remove three documents, or can't."""

    def look() -> Told[str]:
        done.append("looked")
        return Told(
            "plan", 1, "Three would go.", {"state": "to be confirmed"}, lines="Three would go:\n1\n2\n3", waits=waits
        )

    def do() -> Told[str]:
        done.append("did")
        return Told("report", 0, "Three are gone.", {"state": "completed"})

    return Flow("UNDO OCT-I", look, do)


def test_without_a_yes_it_only_looks_and_says_how_to_say_yes() -> None:
    done: list[str] = []
    told = flow(done, waits=True).run(Confirm(lambda _word: False, lambda _word: HOW))
    assert done == ["looked"]
    assert (told.report, told.exit_code) == ("plan", 1)
    assert told.text == "Three would go. Say it."
    assert told.console == "Three would go:\n1\n2\n3 Say it."


def test_what_is_not_possible_is_not_asked_for() -> None:
    told = flow([], waits=False).run(Confirm(lambda _word: False, lambda _word: HOW))
    assert HOW not in told.text + told.console


@pytest.mark.parametrize("waits", [True, False])
def test_with_a_yes_it_does_and_looks_for_itself(waits: bool) -> None:
    done: list[str] = []
    told = flow(done, waits=waits).run(Confirm(lambda word: word == "UNDO OCT-I", lambda _word: HOW))
    assert done == ["did"]
    assert (told.report, told.exit_code, told.text, told.console) == ("report", 0, "Three are gone.", "Three are gone.")


def test_the_word_is_that_of_the_button_and_what_it_is_about() -> None:
    asked: list[str] = []
    flow([], waits=True).run(Confirm(lambda word: bool(asked.append(word)), lambda word: f" Type {word}."))
    assert asked == ["UNDO OCT-I"]
