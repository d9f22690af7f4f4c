"""The Manage half of expenses, receipts, adjustments and transfers: marked once, with the entries they have now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from xlpy.demo import firm
from xlpy.demo.company.seed.company import make_company
from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.demo.site.store import Site
from xlpy.domain.documents.plan import PlannedTransaction
from xlpy.domain.values.rules import PostingRules
from xlpy.domain.values.transactions import BATCH_SUFFIX, Kind, Posting, PostingState, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings, Profile, SlSettings
from xlpy.services.export.planning import make_plan
from xlpy.services.manage_half.marking import Marked as Done
from xlpy.services.manage_half.marking import mark_in_manage
from xlpy.services.manage_half.recover import RecoverReport, owed_to_manage, recover
from xlpy.services.run.reports import Marked, Selection
from xlpy.services.run.session import Session
from xlpy.sl.ledger_book.ledger import PostingRun, all_postings_of, create_ledger, insert_postings

DEFAULT_SUB = "100TP"  # the offset of expenses is account 2010, without a segment
STAGES = {
    "bills": (Kind.EXPENSE, {"expenses": 14, "as_bill": True}),
    "journals": (Kind.EXPENSE, {"expenses": 14, "as_bill": False}),
    "procurement": (Kind.PROCUREMENT, {"procurement": 16}),
    "procurement with entry ids": (Kind.PROCUREMENT, {"procurement": 16, "glentry_rec_id": True}),
}


class Stage:
    """A site, a ledger, and transactions of one kind that the planners planned and SL is said to have."""

    def __init__(self, site: Site, session: Session, kind: Kind) -> None:
        self.site = site
        self.session = session
        self.kind = kind
        self.batch = f"OCT{BATCH_SUFFIX[kind]}"

    def unposted(self) -> set[str]:
        if self.kind is Kind.EXPENSE:
            return set(map(str, self.site.unposted_expense_ids()))
        return set(self.site.unposted_product_ids())

    def batch_of(self, record_id: str) -> str | None:
        if self.kind is Kind.EXPENSE:
            return self.site.batch_of_expense(int(record_id))
        return self.site.batch_of_procurement(record_id)

    def plan(self) -> list[PlannedTransaction]:
        keys = tuple(Marked(TransactionKey(self.kind, record)) for record in sorted(self.unposted()))
        return list(make_plan(self.session, Selection("OCT", firm.THROUGH_DATE, keys)).transactions)

    def post(self) -> list[str]:
        """Plan everything unposted and write the ledger rows that the writer would; return their record ids."""
        now = self.session.now()
        manage = self.session.manage
        rows = [
            Posting(
                posting_id=0,
                manage_host=manage.host,
                manage_company=manage.company,
                cpny_id=firm.COMPANY_ID,
                key=one.key,
                generation=one.generation,
                batch_identifier=self.batch,
                number=one.number,
                amount=one.amount,
                currency=one.currency,
                lines_hash=one.lines_hash,
                entry_ids=one.entry_ids,
                plan_hash="",
                state=PostingState.POSTED,
                run_id="run",
                posted_at=now,
                posted_by="kmorales",
                posted_host="PC1",
            )
            for one in self.plan()
        ]
        assert len(rows) > 5
        with self.session.sl.engine.begin() as connection:
            insert_postings(connection, PostingRun("run", "kmorales", "PC1", now), rows, {})
        return [row.key.record_id for row in rows]

    def mark_fresh(self) -> Done:
        done = Done()
        mark_in_manage(self.session, owed_to_manage(self.session), done, fresh=True)
        return done

    def recover(self) -> RecoverReport:
        return recover(self.session)

    def ledger(self) -> dict[str, Posting]:
        manage = self.session.manage
        with self.session.sl.engine.connect() as connection:
            return {p.key.record_id: p for p in all_postings_of(connection, manage.host, manage.company)}

    def batches_posted(self) -> int:
        return self.site.calls.count(("POST", "/finance/accounting/batches"))


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One company for all stories; each works on a copy."""
    path = tmp_path_factory.mktemp("marking") / "company.sqlite"
    engine = make_company(f"sqlite:///{path.as_posix()}", mistakes=False)
    create_ledger(engine)
    engine.dispose()
    return path


@contextmanager
def stage_of(company: Path, folder: Path, kind: Kind, made: dict[str, Any]) -> Iterator[Stage]:
    with ExitStack() as stack:
        shutil.copy(company, folder / "company.sqlite")
        url = f"sqlite:///{(folder / 'company.sqlite').as_posix()}"
        site = generate_site(seed=5, invoices=0, mistakes=False, **made)
        served = stack.enter_context(serve(site))
        profile = Profile(
            manage=ManageSettings(
                url=served.url, company=access.COMPANY, client_id=access.CLIENT_ID, public_key=access.PUBLIC_KEY
            ),
            sl=SlSettings(url=url, company=firm.COMPANY_ID, user=firm.SL_USER),
            posting=PostingRules(record_id_column="User1", default_sub=DEFAULT_SUB),
        )
        session = stack.enter_context(Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY)))
        yield Stage(site, session, kind)


@pytest.fixture(params=list(STAGES))
def stage(request: Any, company: Path, tmp_path: Path) -> Iterator[Stage]:
    with stage_of(company, tmp_path, *STAGES[request.param]) as made:
        yield made


@pytest.fixture(params=["bills", "journals"])
def expenses(request: Any, company: Path, tmp_path: Path) -> Iterator[Stage]:
    with stage_of(company, tmp_path, *STAGES[request.param]) as made:
        yield made


@pytest.fixture
def procurement(company: Path, tmp_path: Path) -> Iterator[Stage]:
    with stage_of(company, tmp_path, *STAGES["procurement"]) as made:
        yield made


def closed_in(stage: Stage, records: list[str]) -> None:
    rows = stage.ledger()
    assert {stage.batch_of(record) for record in records} == {stage.batch}
    assert {rows[record].state for record in records} == {PostingState.CLOSED}
    assert {rows[record].batch_identifier for record in records} == {stage.batch}


def test_what_was_just_posted_goes_into_one_batch_of_its_kind(stage: Stage) -> None:
    records = stage.post()
    done = stage.mark_fresh()

    assert sorted(posting.key.record_id for posting in done.closed) == sorted(records)
    assert [made.identifier for made in done.batches] == [stage.batch]
    assert not stage.unposted() & set(records)
    closed_in(stage, records)
    batch = stage.session.manage.find_batch(stage.batch)
    assert batch is not None
    assert batch.kinds == {stage.kind}


def test_recover_finds_every_transaction_unchanged_and_marks_it(stage: Stage) -> None:
    """The lines are hashed as the planners do it: nothing that nobody touched is *changed after posting*."""
    records = stage.post()
    report = stage.recover()

    assert report.changed == report.lost == ()
    assert sorted(posting.key.record_id for posting in report.closed) == sorted(records)
    closed_in(stage, records)


def test_a_batch_that_has_the_entries_already_is_not_made_again(stage: Stage) -> None:
    records = stage.post()
    entries = {entry for posting in stage.ledger().values() for entry in posting.entry_ids}
    stage.session.manage.create_batch(stage.batch, entries, {stage.kind})
    made = stage.batches_posted()
    report = stage.recover()

    assert report.changed == ()
    assert len(report.closed) == len(records)
    assert stage.batches_posted() == made == 1
    closed_in(stage, records)


def test_corrected_expenses_with_the_same_lines_are_marked_by_their_new_entries(expenses: Stage) -> None:
    records = expenses.post()
    before = expenses.ledger()
    for record in records[:3]:
        expenses.site.correct_expense(int(record), Decimal(0))
    report = expenses.recover()

    assert report.changed == ()
    after = expenses.ledger()
    for record in records[:3]:
        assert not set(after[record].entry_ids) & set(before[record].entry_ids)
        assert after[record].entry_ids == expenses.site.records.expenses[int(record)].entry_ids
    closed_in(expenses, records)


def test_a_corrected_expense_with_another_amount_is_changed_and_not_marked(
    expenses: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    record, *others = expenses.post()
    expenses.site.correct_expense(int(record), Decimal("1.00"))
    report = expenses.recover()

    assert [posting.key.record_id for posting in report.changed] == [record]
    assert expenses.batch_of(record) is None
    assert expenses.ledger()[record].state is PostingState.CHANGED
    closed_in(expenses, others)
    assert f"Expense {report.changed[0].number} is in SL" in caplog.text
    assert "Invoice" not in caplog.text


def test_reopened_adjustments_and_transfers_are_marked_by_their_new_entries(procurement: Stage) -> None:
    records = procurement.post()
    before = procurement.ledger()
    site = procurement.site
    reopened = [d.unposted_product_id for d in (*site.records.adjustments.values(), *site.records.transfers.values())]
    assert set(reopened) <= set(records)
    for adjustment in list(site.records.adjustments.values()):
        site.add_adjustment(adjustment)
    for transfer in list(site.records.transfers.values()):
        site.add_transfer(transfer)
    report = procurement.recover()

    assert report.changed == ()
    after = procurement.ledger()
    assert not any(set(after[record].entry_ids) & set(before[record].entry_ids) for record in reopened)
    closed_in(procurement, records)


def test_a_changed_adjustment_is_not_marked(procurement: Stage, caplog: pytest.LogCaptureFixture) -> None:
    records = procurement.post()
    site = procurement.site
    adjustment = next(iter(site.records.adjustments.values()))
    first, *rest = adjustment.lines
    more = replace(first, quantity=first.quantity + 1)
    site.add_adjustment(replace(adjustment, lines=(more, *rest)))
    report = procurement.recover()

    record = adjustment.unposted_product_id
    assert [posting.key.record_id for posting in report.changed] == [record]
    assert procurement.batch_of(record) is None
    closed_in(procurement, [one for one in records if one != record])
    assert "Procurement transaction Adjustment" in caplog.text
    assert "Invoice" not in caplog.text


def a_receipt(stage: Stage, records: list[str]) -> str:
    return next(record for record in records if record.casefold().endswith("purchase"))


def test_a_second_receipt_under_the_id_of_the_posted_one_is_never_marked_with_it(procurement: Stage) -> None:
    records = procurement.post()
    record = a_receipt(procurement, records)
    procurement.site.receive_again(record)
    report = procurement.recover()

    assert [posting.key.record_id for posting in report.changed] == [record]
    assert procurement.batch_of(record) is None
    assert record in procurement.unposted()


def test_a_second_receipt_stays_unposted_when_somebody_else_batched_the_first(procurement: Stage) -> None:
    """It looks exactly like the posted one, but has entries of its own: marked, it would never come to SL."""
    records = procurement.post()
    record = a_receipt(procurement, records)
    posted = procurement.ledger()[record]
    procurement.session.manage.create_batch("BY HAND", posted.entry_ids, {Kind.PROCUREMENT})
    procurement.site.receive_again(record, vendor_invoice_number=_invoice_of(procurement, record))
    report = procurement.recover()

    assert [posting.key.record_id for posting in report.changed] == [record]
    assert record in procurement.unposted()
    closed_in(procurement, [one for one in records if one != record])


def test_a_second_receipt_does_not_reopen_the_first_one_in_our_batch(procurement: Stage) -> None:
    records = procurement.post()
    record = a_receipt(procurement, records)
    entries = {entry for posting in procurement.ledger().values() for entry in posting.entry_ids}
    procurement.session.manage.create_batch(procurement.batch, entries, {Kind.PROCUREMENT})
    procurement.site.receive_again(record)
    report = procurement.recover()

    assert (len(report.closed), report.changed) == (len(records), ())
    assert procurement.ledger()[record].state is PostingState.CLOSED
    assert record in procurement.unposted()


def _invoice_of(stage: Stage, record: str) -> str:
    return next(
        r for r in stage.site.records.receipts.values() if r.unposted_product_id == record
    ).vendor_invoice_number
