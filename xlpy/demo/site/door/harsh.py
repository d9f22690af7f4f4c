"""Ways in which a real Manage may be harsher than this site is by default, each a switch; all of them go together.

Each one is an assumption of the product that nobody could verify, turned round (Manage API: unverified). The table in
``tests/manage_turned`` has a line for each with what the product then does.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

# With these something is stopped by name, so that a month can't be done to its end.
_STOPS = frozenset(
    {
        "credit_details_turned",
        "lines_turned",
        "no_product_ids",
        "delete_keeps_posted",
        "credits_become_payments",
        "partial_batches",
        "unbatch_does_nothing",
    }
)


@dataclass(slots=True)
class Harsh:
    """The switches. All off: the site as the documents describe it.

    ``closed_batches_unlisted``: closed batches are in no list, and their names stay taken. ``closed_batches_gone``:
    nor can they be asked for by id. ``deleted_names_taken``: the name of a deleted batch stays taken.
    ``entries_refused``: the entries of a batch can't be read (500). ``other_entry_ids``: an entry of a batch has an id
    of its own, which is the GL entry id of another entry.
    ``rows_per_page``: at most so many rows, whatever ``pageSize`` asks for, with a right ``Link``.
    ``first_rows_only``: of every list only so many rows, without a ``Link`` and whatever page is asked for; the count
    is of all. ``count_as_text``: counts are texts.
    ``export_without_currency``: no document of an export has one. ``iso_codes``: currencies are told by ``isoCode``, as
    by servers of 2019. ``credit_details_turned``: the lines of credit memos have the sign of an invoice's.
    ``positive_credits``: the unposted list shows credit memos as positive. ``lines_turned``: every line of an export
    has the other sign, and so has its header. ``no_product_ids``: unposted procurement has no ``unpostedProductId``, as
    before 2019.4. ``east_of_utc``: the site is in Brisbane, and tells dates as its midnight in UTC.
    ``empty_batch_answer``: the answer to a new batch is ``null``. ``delete_keeps_posted``: a batch that is deleted is
    gone, and its records stay posted. ``transfers_turned``: every sign of transfers is the other one.
    ``batched_at_once``: a batch marks every entry of the documents it has some of. ``longest_query``: what the web
    server takes. ``partial_batches``: a batch of several entries is made without the last of them, and says so
    nowhere. ``credits_refused``: credit memos can't be applied through the API. ``credits_become_payments``: a
    payment that names a credit memo is recorded as a plain payment. ``unbatch_does_nothing``: un-batching a purchase
    order answers with success and leaves it in its batch. ``unbatch_takes_one``: it takes out one receipt of the order,
    the newest that is in a batch, instead of all.
    """

    closed_batches_unlisted: bool = False
    closed_batches_gone: bool = False
    deleted_names_taken: bool = False
    entries_refused: bool = False
    other_entry_ids: bool = False
    rows_per_page: int = 0
    first_rows_only: int = 0
    count_as_text: bool = False
    export_without_currency: bool = False
    iso_codes: bool = False
    credit_details_turned: bool = False
    positive_credits: bool = False
    lines_turned: bool = False
    no_product_ids: bool = False
    east_of_utc: bool = False
    empty_batch_answer: bool = False
    delete_keeps_posted: bool = False
    transfers_turned: bool = False
    batched_at_once: bool = False
    partial_batches: bool = False
    credits_refused: bool = False
    credits_become_payments: bool = False
    unbatch_does_nothing: bool = False
    unbatch_takes_one: bool = False
    longest_query: int = 2048

    @classmethod
    def everything(cls) -> Harsh:
        """Everything at once with which a month can still be done."""
        switches = {one.name: one.name not in _STOPS for one in fields(cls) if isinstance(one.default, bool)}
        return cls(**switches, rows_per_page=7)
