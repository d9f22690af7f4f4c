"""Reading a whole list of Manage, however it hands out its pages."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from xlpy.errors import ManageListShort, ManageRefused, ManageSpokeNonsense
from xlpy.manage.http.answers import shape
from xlpy.manage.http.transport import Answer, Transport

PAGE_SIZE = 1000  # the most that Manage gives; without it there are 25
LONGEST_QUERY = 1900  # of 2,048: the base address and what paging adds come on top
MOST_ASKED_SINGLY = 20  # records that no list shows, asked for one by one
FORWARD_ONLY = {"pagination-type": "forward-only"}
FILTERS = frozenset({"conditions", "childConditions", "customFieldConditions"})
MOST_PAGES = 10_000
Progress = Callable[[int, int], None]
"""Called with how many records are done and how many there are."""
Data = Mapping[str, Any]
Rows = list[Data]
T = TypeVar("T")
_log = logging.getLogger("xlpy.manage")
_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f]')


def read_list(
    transport: Transport, path: str, *, params: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Rows:
    """Return every record of a list, once each by ``id``, in the order of Manage. Raises as ``read_list_as``."""
    return read_list_as(transport, path, _as_it_is, params=params, progress=progress)


def read_list_as(
    transport: Transport,
    path: str,
    made: Callable[[Data], T],
    *,
    params: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> list[T]:
    """Return what ``made`` makes of every record of a list, once each by ``id``, in the order of Manage.

    It is made page by page: the JSON of a long list takes five times the memory. Rows move between pages when somebody
    posts a batch meanwhile: what was read is compared with the list's ``/count``, and read once more when they differ.
    Source: Manage API: paging. Raises ``ManageListShort`` when fewer came than Manage counts, both times: a part must
    not pass for the whole.
    """
    query = dict(params or {})
    tell = _Teller(progress, (_counted(transport, path, query) or 0) if progress else 0)
    wanted = _Wanted(transport, path, query, made, tell)
    first, count, steady = _read_once(wanted, careful=False)
    if steady:
        return first.rows
    _log.info("GET %s: %d records read, %s counted; reading again", path, len(first.rows), count)
    again, count, steady = _read_once(wanted, careful=True)
    read = len(again.rows)
    if not steady and count is None and first.ids == again.ids:
        _log.warning("GET %s: Manage does not tell how many there are; twice the same %d were read", path, read)
    elif not steady:
        if read < max(count or 0, len(first.rows) if count is None else 0):
            raise ManageListShort(path, read, count or len(first.rows))
        _log.warning("GET %s: %d records read, but Manage counts %s; it is in use", path, read, count)
    return again.rows


def _as_it_is(data: Data) -> Data:
    return data


def read_uncounted_list(transport: Transport, path: str) -> Rows:
    """Return every record of a list that has no ``/count``: payments and GL entries of an invoice."""
    return _navigable(_Wanted(transport, path, {}, _as_it_is, _Teller(None, 0))).rows


def read_filtered(transport: Transport, path: str, conditions: str, fields: str = "") -> Rows:
    """Return the records that meet ``conditions``, of all pages; a server may give fewer to a page than asked for."""
    query = {"conditions": conditions, **({"fields": fields} if fields else {})}
    return _navigable(_Wanted(transport, path, query, _as_it_is, _Teller(None, 0))).rows


def can_be_quoted(text: str) -> bool:
    """Whether a text may stand in quotes in ``conditions``.

    A double quote or a backslash would end it; whether Manage knows any escape is unverified.
    """
    return _UNQUOTABLE.search(text) is None


def read_by_ids(
    transport: Transport, path: str, ids: set[int], fields: str, *, progress: Progress | None = None
) -> Iterator[Mapping[str, Any]]:
    """Yield the records with these ids, in the order of ids; those that Manage does not give are left out.

    An absence in one answer is not a fact: every page is read, what did not come is asked for again, and some of what
    still did not come by itself. The caller tells what is missing then.
    """
    wanted = sorted(i for i in ids if i > 0)
    found = _some_by_ids(transport, path, wanted, fields, progress)
    if missing := [i for i in wanted if i not in found]:
        _log.info("GET %s: %d of %d records did not come; asking again", path, len(missing), len(wanted))
        found |= _some_by_ids(transport, path, missing, fields, None)
    for number in [i for i in wanted if i not in found][:MOST_ASKED_SINGLY]:
        row = _one_record(transport, f"{path}/{number}", fields)
        if row is not None and row.get("id") == number:
            found[number] = row
    yield from (found[i] for i in wanted if i in found)


def _some_by_ids(
    transport: Transport, path: str, ids: Sequence[int], fields: str, progress: Progress | None
) -> dict[int, Mapping[str, Any]]:
    found: dict[int, Mapping[str, Any]] = {}
    done = 0
    for chunk in in_pieces(path, {"fields": fields}, "id in ({})", [str(i) for i in ids]):
        asked = set(map(int, chunk))
        rows = read_filtered(transport, path, f"id in ({','.join(chunk)})", fields)
        found |= {row["id"]: row for row in rows if row.get("id") in asked}
        done += len(chunk)
        if progress:
            progress(done, len(ids))
    return found


def _one_record(transport: Transport, path: str, fields: str) -> Mapping[str, Any] | None:
    try:
        data = transport.get(path, {"fields": fields}).data
    except ManageRefused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return None
    return data if isinstance(data, dict) else None


def in_pieces(path: str, params: Mapping[str, str], condition: str, values: Sequence[str]) -> Iterator[list[str]]:
    """Cut a list of values so that every query stays below what web servers take.

    ``condition`` has ``{}`` where the values go, with commas between them. Measured is what is sent: path and encoded
    query, with room for what paging adds. Microsoft's web server refuses queries above 2,048 characters (404.15).
    """
    room = LONGEST_QUERY - len(path) - len(urlencode({**params, "conditions": condition.format("")}))
    piece: list[str] = []
    used = 0
    for value in values:
        length = len(quote_plus(f"{value},"))
        if piece and (used + length > room or len(piece) >= PAGE_SIZE):
            yield piece
            piece, used = [], 0
        piece.append(value)
        used += length
    if piece:
        yield piece


def rows_of(answer: Answer, path: str, *, method: str = "GET") -> Rows:
    """Return the list in an answer; raises ``ManageSpokeNonsense`` when it is none."""
    if not isinstance(answer.data, list) or not all(isinstance(row, dict) for row in answer.data):
        raise ManageSpokeNonsense(f"not a list: {shape(answer.data)}", method=method, path=path)
    odd = next((row["id"] for row in answer.data if isinstance(row.get("id"), list | dict | bool)), None)
    if odd is not None:
        raise ManageSpokeNonsense(f"a record whose id is {shape(odd)}", method=method, path=path)
    return answer.data


class _Teller:
    """Tells how far it is, never more than there are."""

    def __init__(self, progress: Progress | None, total: int) -> None:
        self._progress = progress
        self._total = total
        self.tell(0)

    def tell(self, done: int) -> None:
        if self._progress:
            self._progress(done, max(self._total, done))


class _Gathered(Generic[T]):
    """What is made of records, once each: by id when they have one."""

    def __init__(self, made: Callable[[Data], T]) -> None:
        self.rows: list[T] = []
        self.ids: list[object] = []
        self._made = made
        self._seen: set[object] = set()

    def add(self, records: Rows) -> int:
        """Take the records that are new and return how many that were."""
        before = len(self.rows)
        for record in records:
            key = record.get("id")
            if key is None or key not in self._seen:
                self._seen.add(key)
                self.ids.append(key)
                self.rows.append(self._made(record))
        return len(self.rows) - before


@dataclass(frozen=True, slots=True)
class _Wanted(Generic[T]):
    """A list that is read: where, with which query, what is made of each record, and who is told how far it is."""

    transport: Transport
    path: str
    query: Mapping[str, str]
    made: Callable[[Data], T]
    tell: _Teller

    def counted(self) -> int | None:
        """Return how many records it has; None when Manage does not tell."""
        return _counted(self.transport, self.path, self.query)


def _read_once(wanted: _Wanted[T], *, careful: bool) -> tuple[_Gathered[T], int | None, bool]:
    """Return the records, how many Manage counts afterwards, and whether nothing moved as far as that shows."""
    gathered = _forward_only(wanted, careful=careful)
    if gathered is not None:
        count = wanted.counted()
        return gathered, count, len(gathered.rows) == count
    # By numbers, rows that leave an early page pull later ones over the edge: as many are missed as have left, and
    # the count afterwards agrees. Only a count before shows it.
    before = wanted.counted()
    gathered = _navigable(wanted, until_empty=careful)
    count = wanted.counted()
    return gathered, count, len(gathered.rows) == count == before


def _counted(transport: Transport, path: str, query: Mapping[str, str]) -> int | None:
    """Return how many records a list has; None when Manage does not tell: a count is only a cross-check."""
    try:
        return read_count(transport, path, query)
    except (ManageSpokeNonsense, ManageRefused) as error:
        _log.warning("GET %s: its records can't be counted: %s", path, error.text)
        return None


def read_count(transport: Transport, path: str, query: Mapping[str, str] | None = None) -> int:
    """Return how many records a list has, with the filter of ``query``; a number written as text is one too."""
    filters = {name: value for name, value in (query or {}).items() if name in FILTERS}
    where = f"{path}/count"
    data = transport.get(where, filters).data
    count = data.get("count") if isinstance(data, dict) else None
    if isinstance(count, str) and count.strip().isdecimal() and count.strip().isascii():
        count = int(count.strip()[:9])
    if not isinstance(count, int) or isinstance(count, bool):
        raise ManageSpokeNonsense(f"not a count: {shape(data)}", method="GET", path=where)
    return count


def _forward_only(wanted: _Wanted[T], *, careful: bool) -> _Gathered[T] | None:
    """Read by following links; ``None`` when this list does not offer it.

    A full page without any Link header, or with a link to a page number, is the other kind of paging; when
    ``careful``, so is a short page without one (a server may give less than a full page). A link that
    leads away from our own address is not followed: the credentials would travel with it.
    """
    transport, path = wanted.transport, wanted.path
    gathered = _Gathered(wanted.made)
    answer = transport.get(path, {**wanted.query, "pageSize": str(PAGE_SIZE)}, headers=FORWARD_ONLY)
    followed: set[str] = set()
    while True:
        rows = rows_of(answer, path)
        gathered.add(rows)
        wanted.tell.tell(len(gathered.rows))
        if not answer.next_link:
            last = answer.has_link or bool(followed) or (len(rows) < PAGE_SIZE and not careful)
            return gathered if last else None
        target = transport.within(answer.next_link)
        if target is None:
            where = _host_of(answer.next_link)
            _log.warning("GET %s: a link to the next page leads to %s; not followed, reading by numbers", path, where)
            return None
        if "pageid" not in {name.lower() for name in parse_qs(urlsplit(target).query)}:
            return None
        if target in followed or len(followed) >= MOST_PAGES:
            raise ManageSpokeNonsense("pages that lead in a circle", method="GET", path=path)
        followed.add(target)
        answer = transport.get(target, headers=FORWARD_ONLY)


def _host_of(link: str) -> str:
    try:
        return urlsplit(link).hostname or "nowhere"
    except ValueError:  # such as http://[::1
        return "what is no address"


def _navigable(wanted: _Wanted[T], *, until_empty: bool = False) -> _Gathered[T]:
    """Read by page numbers in the order of ids, to the first page that is not full, or ``until_empty``."""
    transport, path = wanted.transport, wanted.path
    gathered = _Gathered(wanted.made)
    for page in range(1, MOST_PAGES + 1):
        asked = {**wanted.query, "pageSize": str(PAGE_SIZE), "page": str(page), "orderBy": "id"}
        answer = transport.get(path, asked)
        rows = rows_of(answer, path)
        new = gathered.add(rows)
        wanted.tell.tell(len(gathered.rows))
        if not new or (not until_empty and len(rows) < PAGE_SIZE and not answer.next_link):
            return gathered
    raise ManageSpokeNonsense("pages without end", method="GET", path=path)
