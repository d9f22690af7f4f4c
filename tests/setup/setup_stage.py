"""What the set-up tests share: a firm's profile, its check, and breaking one thing at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from xlpy.demo.site.door import access
from xlpy.demo.site.door.faults import Fault, FaultKind
from xlpy.demo.site.store import Site
from xlpy.domain.values.statuses import Verdict
from xlpy.domain.values.transactions import Kind
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import Profile
from xlpy.services.run.session import Session
from xlpy.services.setup.doctor import Finding, WorkbookSeen, check_setup
from xlpy.services.setup.manage import Used, check_manage
from xlpy.services.setup.sl import check_sl
from xlpy.sl.connection.engine import SlCompany


@dataclass
class Firm:
    """A Manage site and an SL company of one firm, set up without a mistake."""

    site: Site
    engine: Engine
    profile: Profile
    company: SlCompany | None = None

    def session(self, **changes: Any) -> Session:
        profile = replace(
            self.profile,
            **{part: replace(getattr(self.profile, part), **values) for part, values in changes.items()},
        )
        return Session(profile, ManageSecrets(private_key=access.PRIVATE_KEY))

    def findings(
        self,
        *,
        kinds: frozenset[Kind] | None = None,
        workbook: WorkbookSeen | None = None,
        fast_by: timedelta = timedelta(0),
        **changes: Any,
    ) -> dict[str, Finding]:
        """Check the set-up; ``fast_by``: how far this PC's clock is ahead. The findings by what they are about."""
        with self.session(**changes) as session:
            session.clock = lambda: datetime.now().astimezone() + fast_by
            return by_subject(check_setup(session, workbook=workbook, kinds=kinds))

    def of_manage(self, **changes: Any) -> dict[str, Finding]:
        """Check Manage alone."""
        with self.session(**changes) as session:
            return by_subject(check_manage(session)[0])

    def of_sl(
        self, kinds: Iterable[Kind] = tuple(Kind), *, bills: bool = True, anew: bool = False, **changes: Any
    ) -> dict[str, Finding]:
        """Check SL alone, for a firm that exports these kinds; ``anew`` reads the catalogue of tables again."""
        with self.session(**changes) as session:
            if not anew and not {"url", "company", "user"} & changes.get("sl", {}).keys():
                self.company = self.company or session.sl
                session.__dict__["sl"] = self.company  # opened once: most of the time goes there
            used = Used(set(kinds), told=True, cost_journals=True, expenses_as_bill=bills)
            return by_subject(check_sl(session, used))

    @contextmanager
    def refusing(self, path: str, kind: FaultKind = FaultKind.FORBIDDEN) -> Iterator[None]:
        self.site.faults.add(Fault(kind, path=path, times=None))
        try:
            yield
        finally:
            self.site.faults.clear()

    @contextmanager
    def without(self, table: str, where: str) -> Iterator[None]:
        """Take rows out of SL for a while."""
        with self.engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE kept_aside AS SELECT * FROM {table} WHERE {where}"))
            connection.execute(text(f"DELETE FROM {table} WHERE {where}"))
        try:
            yield
        finally:
            with self.engine.begin() as connection:
                connection.execute(text(f"INSERT INTO {table} SELECT * FROM kept_aside"))
                connection.execute(text("DROP TABLE kept_aside"))

    @contextmanager
    def with_value(self, table: str, column: str, value: object, where: str = "1 = 1") -> Iterator[None]:
        """Change one column of SL for a while."""
        with self.engine.begin() as connection:
            before = connection.execute(text(f"SELECT {column} FROM {table} WHERE {where}")).scalar()
            connection.execute(
                text(f"UPDATE {table} SET {column} = :v WHERE {where}"), {"v": " " if value == "" else value}
            )
        try:
            yield
        finally:
            with self.engine.begin() as connection:
                connection.execute(text(f"UPDATE {table} SET {column} = :v WHERE {where}"), {"v": before})

    @contextmanager
    def site_says(self, table: str, record: int, field: str, value: object) -> Iterator[None]:
        """Change one field of a record of Manage's set-up for a while."""
        row = self.site.table(table)[record]
        before = row[field]
        row[field] = value
        try:
            yield
        finally:
            row[field] = before


def problems(findings: dict[str, Finding]) -> set[str]:
    return {subject for subject, finding in findings.items() if finding.verdict is Verdict.PROBLEM}


def by_subject(findings: Iterable[Finding]) -> dict[str, Finding]:
    found = list(findings)
    assert len({(f.area, f.subject) for f in found}) == len(found), "each line once"
    return {f.subject: f for f in found}
