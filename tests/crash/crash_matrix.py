"""One story of the crash matrix: killed at its places, recovered from, repeated, and held against an untouched run.

Every place is really died at. When a death left exactly the same world behind as an earlier one of the same story
(files, both systems; times, run ids and hashes aside), it is not recovered from a second time: the same would happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from crash_desk import Desk
from crash_places import DEAD, can_be_lost
from crash_stories import STORIES, Story, must
from crash_world import differences, files_of, outcome, world

Choose = Callable[[Sequence[str]], Sequence[int]]
"""Chooses of all places of a story those that are tried, numbered from 1."""


@dataclass
class Tried:
    """What was tried of one story."""

    name: str
    places: int = 0
    died: int = 0
    lost: int = 0
    worlds: int = 0
    seconds: float = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.name:<10} {self.places:>5} places, {self.died:>5} died at, {self.lost:>3} answers lost,"
            f" {self.worlds:>4} different worlds recovered from, {len(self.wrong)} wrong, {self.seconds:,.0f} s"
        )


def places_of(desk: Desk, story: Story) -> list[str]:
    """Run the story whole and list its places."""
    desk.put_back(story.moment)
    return list(must(desk.places(*story.command), "untouched").places)


def tried(desk: Desk, name: str, choose: Choose) -> Tried:
    """Try a story at the places that are chosen of all of it."""
    story, began = STORIES[name], time.monotonic()
    places = places_of(desk, story)
    story.afterwards(desk, "untouched")
    right = outcome(desk)
    found = Tried(name, len(places))
    numbers = choose(places)
    seen: set[str] = set()
    for number in numbers:
        where = f"{name}, killed at {number}: {places[number - 1]}"
        desk.put_back(story.moment)
        since = files_of(desk)
        ended = desk.die(number, *story.command)
        found.died += 1
        if ended.code != DEAD:
            found.wrong.append(f"{where}: not reached: {ended.said}")
            continue
        left = world(desk, since)
        if left in seen:
            continue
        seen.add(left)
        found.wrong += _afterwards(desk, story, right, where)
    for number in numbers:
        if can_be_lost(places[number - 1]):
            where = f"{name}, answer lost at {number}: {places[number - 1]}"
            desk.put_back(story.moment)
            found.lost += 1
            ended = desk.lose(number, *story.command)
            if ended.code not in (0, 1, 2, 3) or "unexpected" in ended.said:
                found.wrong.append(f"{where}: {ended.code}: {ended.said}")
            found.wrong += _afterwards(desk, story, right, where)
    found.worlds = len(seen)
    found.seconds = time.monotonic() - began
    return found


def _afterwards(desk: Desk, story: Story, right: dict[str, object], where: str) -> list[str]:
    try:
        story.afterwards(desk, where)
    except AssertionError as error:
        return [str(error)]
    return [f"{where}: {what}" for what in differences(right, outcome(desk))]


def every(stride: int, part: int, parts: int) -> Choose:
    """Choose every ``stride``-th place, and with a stride all around what changes something outside; one part of it."""

    def choose(places: Sequence[str]) -> Sequence[int]:
        return sorted({*range(1, len(places) + 1, stride), *_changing(places)})[part::parts]

    return choose


def some(count: int, dice: Random) -> Choose:
    """Choose as many at random around what changes something outside; of more than one, one is any place."""

    def choose(places: Sequence[str]) -> Sequence[int]:
        near = sorted(_changing(places))
        any_place = {dice.randint(1, len(places))} if count > 1 else set[int]()
        return sorted({*dice.sample(near, min(max(count - 1, 1), len(near))), *any_place})

    return choose


def _changing(places: Sequence[str]) -> set[int]:
    """Number the places around a commit, a writing call and a file that is put in its place, from 1."""
    return {
        number
        for number, place in enumerate(places, 1)
        if "COMMIT" in place or "os.rename" in place or can_be_lost(place.replace("before", "after", 1))
    }
