"""Whole lists: both kinds of paging, rows that move between pages, links that lead away."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from xlpy.errors import ManageError, ManageListShort, ManageSpokeNonsense
from xlpy.manage.paging import in_pieces, read_by_ids, read_count, read_list, read_list_as

API = "/v4_6_release/apis/3.0"
LIST = f"{API}/things"
COUNT = f"{API}/things/count"


class Things:
    """A list of Manage that may change between the calls."""

    def __init__(self, stub, reply, ids, *, forward=True, navigable_links=True, count=None) -> None:
        self.ids = list(ids)
        self.stub, self.reply = stub, reply
        self.forward, self.navigable_links = forward, navigable_links
        self.after_call = {}  # number of the page call → what happens then
        self.pages = 0
        stub.on("GET", LIST, self.page)
        stub.on("GET", COUNT, lambda call: {"count": len(self.ids) if count is None else count})

    def page(self, call):
        size = min(int(call.query.get("pageSize", 25)), 1000)
        if self.forward and call.headers.get("pagination-type") == "forward-only":
            rest = sorted(i for i in self.ids if i > int(call.query.get("pageId", 0)))
            shown, more = rest[:size], len(rest) > size
            link = f'<{self.stub.url}{LIST}?pageSize={size}&pageId={shown[-1]}>; rel="next"' if more else ""
            headers = {"Link": link}
        else:
            number = int(call.query.get("page", 1))
            ids = sorted(self.ids) if call.query.get("orderBy") == "id" else self.ids
            shown, more = ids[(number - 1) * size : number * size], len(ids) > number * size
            link = f'<{self.stub.url}{LIST}?pageSize={size}&page={number + 1}>; rel="next"'
            headers = {"Link": link} if more and self.navigable_links else {}
        self.pages += 1
        self.after_call.get(self.pages, lambda: None)()
        return self.reply([{"id": i} for i in shown], headers=headers)


def ids(rows):
    return [row["id"] for row in rows]


@pytest.mark.parametrize("many", [0, 1, 999, 1000, 1001, 2000, 2500])
@pytest.mark.parametrize("forward", [True, False])
@pytest.mark.parametrize("links", [True, False])
def test_every_row_comes_once_however_the_pages_come(stub, transport, reply, many, forward, links):
    Things(stub, reply, range(1, many + 1), forward=forward, navigable_links=links)
    assert ids(read_list(transport, "/things")) == list(range(1, many + 1))


@pytest.mark.parametrize("forward", [True, False])
def test_a_long_list_is_turned_into_what_is_wanted_page_by_page(stub, transport, reply, forward):
    """Its JSON takes several times the memory of what is made of it: no more than one page is held."""
    things = Things(stub, reply, range(1, 2501), forward=forward)
    made_at = []

    def made(data):
        made_at.append(things.pages)
        return data["id"]

    assert read_list_as(transport, "/things", made) == list(range(1, 2501))
    first = 1 if forward else 2  # a list with page numbers is begun once more
    assert made_at[-2500:] == [first] * 1000 + [first + 1] * 1000 + [first + 2] * 500


def test_a_record_that_can_t_be_read_is_named_and_nothing_is_given_back(stub, transport, reply):
    Things(stub, reply, range(1, 1200))

    def made(data):
        if data["id"] == 1100:
            raise ManageError("Manage sent thing 1100 without a name.")
        return data

    with pytest.raises(ManageError, match="thing 1100"):
        read_list_as(transport, "/things", made)


def test_forward_only_follows_the_links_as_they_stand(stub, transport, reply):
    Things(stub, reply, range(1, 2501))
    read_list(transport, "/things", params={"conditions": "a=1"})
    calls = stub.served(LIST)
    assert [c.query for c in calls] == [
        {"pageSize": "1000", "conditions": "a=1"},
        {"pageSize": "1000", "pageId": "1000"},
        {"pageSize": "1000", "pageId": "2000"},
    ]
    assert all(c.headers["pagination-type"] == "forward-only" for c in calls)
    assert [c.query for c in stub.served(COUNT)] == [{"conditions": "a=1"}]


def test_without_forward_only_it_goes_by_numbers_in_the_order_of_ids(stub, transport, reply):
    Things(stub, reply, reversed(range(1, 1501)), forward=False)
    assert ids(read_list(transport, "/things")) == list(range(1, 1501))
    first, *numbered = stub.served(LIST)
    assert "page" not in first.query
    assert [(c.query["page"], c.query["orderBy"]) for c in numbered] == [("1", "id"), ("2", "id")]


def test_rows_that_leave_between_two_pages_lose_nobody(stub, transport, reply):
    # By numbers, a posted batch pulls the rows behind it forward: 1001 would move to page 1 and be missed.
    things = Things(stub, reply, range(1, 2001), forward=False)
    things.after_call[2] = lambda: [things.ids.remove(i) for i in range(1, 101)]
    assert ids(read_list(transport, "/things")) == list(range(101, 2001))


def test_rows_that_leave_while_following_links_are_not_shown(stub, transport, reply):
    things = Things(stub, reply, range(1, 2001))
    things.after_call[1] = lambda: [things.ids.remove(i) for i in range(1, 101)]
    assert ids(read_list(transport, "/things")) == list(range(101, 2001))
    assert all("page" not in c.query for c in stub.served(LIST))


def test_rows_that_come_between_two_pages_come_once(stub, transport, reply):
    things = Things(stub, reply, range(100, 2100), forward=False)
    things.after_call[2] = lambda: things.ids.extend([1, 2, 3])
    found = ids(read_list(transport, "/things"))
    assert found == sorted([1, 2, 3, *range(100, 2100)])


def test_a_part_of_a_list_never_passes_for_the_whole(stub, transport, reply):
    Things(stub, reply, range(1, 11), count=12)
    with pytest.raises(ManageListShort, match="10 of 12 were read"):
        read_list(transport, "/things")


def test_a_list_that_grows_while_it_is_read_is_said_so(stub, transport, reply, caplog):
    Things(stub, reply, range(1, 11), count=9)
    assert len(read_list(transport, "/things")) == 10
    assert "10 records read, but Manage counts 9" in caplog.text


def test_a_page_that_is_ignored_is_seen(stub, transport):
    """Ten rows, whatever page is asked for, no Link; the count says thirty."""
    stub.on("GET", LIST, [{"id": i} for i in range(1, 11)])
    stub.on("GET", COUNT, {"count": 30})
    with pytest.raises(ManageListShort, match="10 of 30 were read"):
        read_list(transport, "/things")
    assert len(stub.served(LIST)) < 10


def test_a_count_is_only_a_cross_check_and_may_be_a_text(stub, transport):
    stub.on("GET", LIST, [{"id": 1}])
    stub.on("GET", COUNT, {"count": " 1 "})
    assert ids(read_list(transport, "/things")) == [1]


def test_a_server_with_smaller_pages_is_read_to_the_end(stub, transport, reply):
    everything = list(range(1, 61))

    def page(call):
        number = int(call.query.get("page", 1))
        return [{"id": i} for i in everything[(number - 1) * 25 : number * 25]]

    stub.on("GET", LIST, page)
    stub.on("GET", COUNT, {"count": 60})
    assert ids(read_list(transport, "/things")) == everything


def test_a_link_to_another_host_is_not_followed(stub, transport, other_host, reply, caplog):
    rows = [{"id": i} for i in range(1, 1001)]
    away = {"Link": f'<{other_host.url}{LIST}?pageSize=1000&pageId=1000>; rel="next"'}

    def page(call):
        if "page" in call.query:
            return reply([{"id": i} for i in range(1001, 1010)] if call.query["page"] == "2" else rows)
        return reply(rows, headers=away)

    stub.on("GET", LIST, page)
    stub.on("GET", COUNT, {"count": 1009})
    assert ids(read_list(transport, "/things")) == list(range(1, 1010))
    assert other_host.calls == []
    assert "leads to 127.0.0.1" in caplog.text


def test_pages_in_a_circle_end(stub, transport, reply):
    link = {"Link": f'<{stub.url}{LIST}?pageSize=1000&pageId=5>; rel="next"'}
    stub.on("GET", LIST, reply([{"id": 1}], headers=link))
    with pytest.raises(ManageSpokeNonsense, match="circle"):
        read_list(transport, "/things")


@pytest.mark.parametrize("body", [None, {}, {"id": 1}, "x", [1, 2], [None]])
def test_what_is_no_list_is_not_read_as_an_empty_one(stub, transport, body):
    stub.on("GET", LIST, body)
    with pytest.raises(ManageSpokeNonsense, match="not a list"):
        read_list(transport, "/things")


@pytest.mark.parametrize("body", [None, [], {}, {"count": None}, {"count": "many"}, {"count": True}])
def test_what_is_no_count_has_the_list_read_twice(stub, transport, body, caplog):
    stub.on("GET", LIST, [{"id": 1}])
    stub.on("GET", COUNT, body)
    assert ids(read_list(transport, "/things")) == [1]
    assert len(stub.served(LIST)) > 1
    assert "does not tell how many there are" in caplog.text
    with pytest.raises(ManageSpokeNonsense, match="not a count"):
        read_count(transport, "/things")


def test_progress_tells_how_far_it_is_and_never_more_than_there_are(stub, transport, reply):
    Things(stub, reply, range(1, 2501))
    told = []
    read_list(transport, "/things", progress=lambda done, of: told.append((done, of)))
    assert told == [(0, 2500), (1000, 2500), (2000, 2500), (2500, 2500)]


class Records:
    """Records that are asked for by their ids. ``given``: how many of an answer, at most; ``by_page``: with a Link."""

    def __init__(self, stub, reply, ids, *, given=1000, by_page=False, forget=()):
        self.stub, self.reply, self.ids, self.given, self.by_page = stub, reply, set(ids), given, by_page
        self.forget = set(forget)  # ids that the first answer does not show
        stub.on("GET", LIST, self.page)

    def page(self, call):
        inside = call.query["conditions"].removeprefix("id in (").removesuffix(")")
        rows = [{"id": int(i)} for i in inside.split(",") if int(i) in self.ids - self.forget]
        self.forget = set()
        number = int(call.query.get("page", 1))
        more = self.by_page and len(rows) > number * self.given
        link = f'<{self.stub.url}{LIST}?page={number + 1}>; rel="next"'
        return self.reply(rows[(number - 1) * self.given : number * self.given], headers={"Link": link} if more else {})


@pytest.mark.parametrize("length", [1, 5, 9])
def test_ids_are_asked_for_by_the_length_of_the_query(stub, transport, reply, length):
    wanted = set(range(10 ** (length - 1), 10 ** (length - 1) + 251))
    Records(stub, reply, wanted)
    assert ids(read_by_ids(transport, "/things", wanted, "id,name")) == sorted(wanted)
    sent = [f"{LIST}?{urlencode(call.query)}" for call in stub.served(LIST)]
    assert max(map(len, sent)) < 2048
    assert sum(len(one) for one in sent[:-1]) >= 1700 * (len(sent) - 1)  # and not cut finer than need be
    assert {c.query["fields"] for c in stub.served(LIST)} == {"id,name"}


def test_values_are_measured_as_they_are_sent():
    """A blank, an accent, a plus: one character becomes up to nine of a query."""
    for value in ("A-100 / ä+ß", "€" * 15, "x" * 300):
        pieces = list(in_pieces("/things", {"fields": "id"}, "number in ({})", [f'"{value}{n}"' for n in range(200)]))
        assert [v for piece in pieces for v in piece] == [f'"{value}{n}"' for n in range(200)]
        sent = [urlencode({"fields": "id", "conditions": f"number in ({','.join(piece)})"}) for piece in pieces]
        assert max(map(len, sent)) < 2000


def test_a_link_is_followed_when_records_are_asked_for_by_id(stub, transport, reply):
    Records(stub, reply, range(1, 51), given=5, by_page=True)
    assert ids(read_by_ids(transport, "/things", set(range(1, 51)), "id")) == list(range(1, 51))


def test_a_record_that_one_answer_did_not_show_is_asked_for_again(stub, transport, reply):
    Records(stub, reply, range(1, 51), forget=range(6, 51))
    assert ids(read_by_ids(transport, "/things", set(range(1, 51)), "id")) == list(range(1, 51))
    assert len(stub.served(LIST)) == 2


def test_what_no_list_shows_is_asked_for_by_itself(stub, transport, reply):
    Records(stub, reply, [1, 2])
    stub.on("GET", f"{LIST}/3", {"id": 3})
    stub.on("GET", f"{LIST}/4", {"id": 44})  # not what was asked for
    assert ids(read_by_ids(transport, "/things", {1, 2, 3, 4, 5}, "id")) == [1, 2, 3]


def test_no_ids_need_no_call_and_foreign_rows_are_left_out(stub, transport):
    stub.on("GET", LIST, [{"id": 1}, {"id": 9}])
    assert list(read_by_ids(transport, "/things", {0}, "id")) == []
    assert stub.served(LIST) == []
    assert ids(read_by_ids(transport, "/things", {1}, "id")) == [1]
