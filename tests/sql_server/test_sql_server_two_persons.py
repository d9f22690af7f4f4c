"""Two persons on a SQL Server: the server says who signs, and no statement of a user can say otherwise."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from sql_server_stage import RULES, Stage, address_of, as_administrator
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from xlpy.domain.values.approvals import ForApproval
from xlpy.domain.values.problems import stops
from xlpy.domain.values.transactions import Kind
from xlpy.services.approving.asking import approve, ask
from xlpy.services.approving.wishes import Wish
from xlpy.services.export.push import push
from xlpy.services.run.reports import RunState
from xlpy.sl.connection.engine import mssql_engine
from xlpy.sl.ledger_book.setup_script import LEDGER_RIGHTS, ROLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
INTO = "RequestID, PlanHash, PreparedLogin, PreparedBy, ApprovedLogin, ApprovedBy, ApprovedHost, ApprovedAt"


@contextmanager
def a_user(stage: Stage) -> Iterator[Stage]:
    """The firm with a login that is a member of the role, and of nothing else."""
    name, password = f"xlpy_{uuid.uuid4().hex[:10]}", f"Aa1-{secrets.token_hex(8)}"
    url = stage.profile.sl.url
    with as_administrator(url) as master:
        master.execute(text(f"CREATE LOGIN {name} WITH PASSWORD = '{password}'"))
    with as_administrator(url, stage.database) as connection:
        connection.execute(text(f"CREATE USER {name} FOR LOGIN {name}"))
        connection.execute(text(f"ALTER ROLE {ROLE} ADD MEMBER {name}"))
    own = address_of(url, stage.database, uid=name, pwd=password)
    profile = replace(stage.profile, sl=replace(stage.profile.sl, url=own), posting=replace(RULES, approval="two"))
    theirs = Stage(stage.site, profile, stage.database)
    try:
        yield theirs
    finally:
        for session in theirs.sessions:
            session.close()
        with as_administrator(url, stage.database) as connection:
            connection.execute(text(f"DROP USER {name}"))
        with as_administrator(url) as master:
            master.execute(text(f"DROP LOGIN {name}"))


def test_the_server_says_who_asks_and_who_signs(stage: Stage) -> None:
    with ExitStack() as stack:
        first, second = stack.enter_context(a_user(stage)), stack.enter_context(a_user(stage))
        kim, ravi = first.session("kmorales", "PC1"), second.session("rpatel", "PC2")
        with as_administrator(stage.profile.sl.url, stage.database) as connection:
            if "12.0.2000.8" in str(connection.execute(text("SELECT @@VERSION")).scalar()):
                # The tests' server asks for UPDATE on a table that a foreign key names; SQL Server asks for nothing.
                connection.execute(text(f"GRANT UPDATE ON dbo.xlpy_ApprovalRequest (RequestID) TO {ROLE}"))
        selection = first.selection(first.marks(Kind.INVOICE, most=3), "SIGNED")
        wish = Wish(ForApproval.EXPORT, selection)
        asked = ask(kim, wish)
        assert asked.request is not None, asked.text
        login = first.rows("SELECT ORIGINAL_LOGIN()")[0][0]
        assert asked.request.prepared_by.login == login

        # The same login under another name of Windows, at another PC: the server knows it all the same.
        disguised = first.session("rpatel", "PC2")
        assert [p.code for p in approve(disguised, asked.request.number).problems] == ["APPROVAL-OWN"]
        _can_not_be_forged(first)

        signed = approve(ravi, asked.request.number)
        assert signed.done, signed.text
        assert signed.request is not None
        assert signed.request.approved_by is not None
        assert signed.request.approved_by.login == second.rows("SELECT ORIGINAL_LOGIN()")[0][0]
        refused = push(kim, selection)
        assert [p.code for p in stops(refused.problems)] == ["APPROVAL-OWN"]
        sam = stage.new_session("sam", "PC3")  # a third login: anybody but the one who asked
        sam.profile = replace(sam.profile, posting=replace(RULES, approval="two"))
        with sam:
            posted = push(sam, selection)
        assert posted.state is RunState.COMPLETED, (posted.text, posted.problems)
        assert posted.approval == signed.request


def _can_not_be_forged(user: Stage) -> None:
    """Try by SQL what a user with the product's rights could think of."""
    request = "SELECT RequestID, PlanHash, {login}, {by}, {own}, 'boss', 'PC9', GETDATE() FROM xlpy_ApprovalRequest"
    forged = (
        request.format(login="PreparedLogin", by="PreparedBy", own="ORIGINAL_LOGIN()"),  # one's own
        request.format(login="PreparedLogin", by="PreparedBy", own="'boss'"),  # in the name of somebody else
        request.format(login="'somebody'", by="PreparedBy", own="ORIGINAL_LOGIN()"),  # of a request that never was
        request.format(login="PreparedLogin", by="'somebody'", own="ORIGINAL_LOGIN()"),
    )
    engine = mssql_engine(user.profile.sl.url)
    asked = (
        "INSERT INTO xlpy_ApprovalRequest (ManageHost, ManageCompany, CpnyID, Wanted, Subject, PlanHash, Documents,"
        " Worth, Choices, PreparedLogin, PreparedBy, PreparedHost, AskedAt) SELECT ManageHost, ManageCompany, CpnyID,"
        " Wanted, Subject, PlanHash, Documents, Worth, Choices, 'somebody', 'somebody', 'PC9', AskedAt"
        " FROM xlpy_ApprovalRequest"
    )
    try:
        for statement in (*(f"INSERT INTO xlpy_Approval ({INTO}) {one}" for one in forged), asked):
            with engine.connect() as connection, pytest.raises(IntegrityError):
                connection.execute(text(statement))
        for table in ("xlpy_ApprovalRequest", "xlpy_Approval", "xlpy_Rule"):
            held = LEDGER_RIGHTS[table]
            assert set(held) <= {"SELECT", "INSERT"}
            for statement in (
                f"DELETE FROM {table}",
                f"ALTER TABLE {table} ADD Forged INT NULL",
                f"DROP TABLE {table}",
            ):
                with engine.connect() as connection, pytest.raises(DBAPIError):
                    connection.execute(text(statement))
            changed = "RuleValue = ''" if table == "xlpy_Rule" else "PreparedLogin = 'somebody'"
            with engine.connect() as connection, pytest.raises(DBAPIError):
                connection.execute(text(f"UPDATE {table} SET {changed}"))
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.execute(text("INSERT INTO xlpy_Rule (RuleName, RuleValue, SetAt) VALUES ('a', 'b', GETDATE())"))
    finally:
        engine.dispose()
