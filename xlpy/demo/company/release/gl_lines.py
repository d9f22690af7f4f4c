"""The GL transactions that a release makes from the lines of its documents (shared by the subledgers).

SL: vp_08400GLTran and vp_08400SuspenseGLTran, and their twins in AP. Lines are kept one by one, or summarised when
the module posts in summary or the account says so; a line whose account is unknown is still kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from xlpy.demo.company.release.batch import BatchRun, NotReleased, sum_of
from xlpy.demo.company.release.books import Row, amount, key_of, same, stamp
from xlpy.domain.facts.books import sl_key

_FIRST_LINE = -32768
_COPIED = (
    *("CuryId", "CuryMultDiv", "CuryRate", "ExtRefNbr", "FiscYr", "JrnlType", "PerEnt", "PerPost", "ProjectID"),
    *("RefNbr", "TaskID", "TranDate"),
    *(f"S4Future{number:02}" for number in range(1, 13)),
    *(f"User{number}" for number in range(1, 9)),
)
_SUMMARY_KEY = ["Acct", "CuryId", "FiscYr", "JrnlType", "PerEnt", "PerPost", "Sub", "CpnyID", "DrCr"]
_BETWEEN_COMPANIES = "Inter-Company Transaction"  # description of such a transaction of payables


@dataclass(frozen=True, slots=True)
class LineOfDocument:
    """A line of a subledger document that goes to the general ledger. ``party``: customer or vendor id."""

    line: Row
    doc: Row
    party: str
    tran_type: str


@dataclass(frozen=True, slots=True)
class GlStyle:
    """The ways of a module's release.

    ``summarise``: the module's set-up posts in summary. ``keep_quantity``: quantity and unit price go along.
    ``payables``: transactions of nothing are kept, and companies are balanced per document, by the net of its lines.
    """

    summarise: bool
    keep_quantity: bool = False
    payables: bool = False


@dataclass(slots=True)
class _Draft:
    """A GL transaction before it is written."""

    source: LineOfDocument
    acct: str
    sub: str
    cpny_id: str
    tran_type: str
    dr: Decimal
    cr: Decimal
    cury_dr: Decimal
    cury_cr: Decimal
    qty: Decimal
    units: Decimal
    descr: str
    orig_cpny: str
    orig_acct: str
    orig_sub: str
    screen: str
    other_database: int = 0


def write_gl_transactions(run: BatchRun, lines: Iterable[LineOfDocument], style: GlStyle) -> None:
    """Add GLTran rows for the lines of the batch.

    Raises NotReleased 12341 when a line is another company's and no inter-company accounts are set up.
    """
    details: list[_Draft] = []
    summaries: dict[tuple[object, ...], _Draft] = {}
    unknown: list[_Draft] = []
    accounts = {sl_key(account["Acct"]): account for account in run.books.rows("Account")}
    for source in lines:
        account = accounts.get(sl_key(source.line["Acct"]))
        draft = _draft(run, source, style)
        if account is None:
            draft.qty = draft.units = Decimal(0)
            unknown.append(draft)
        elif style.summarise or account["SummPost"] == "Y":
            _summarise(run, summaries, draft)
        else:
            details.append(draft)
    drafts = [*details, *summaries.values(), *unknown]
    _mark_other_databases(run, drafts)
    drafts += (_balance_documents if style.payables else _balance_companies)(run, drafts)
    for number, draft in enumerate(drafts, start=_FIRST_LINE):
        if style.payables or draft.dr or draft.cr or draft.cury_dr or draft.cury_cr:
            _write(run, draft, number)


def _draft(run: BatchRun, source: LineOfDocument, style: GlStyle) -> _Draft:
    line, doc = source.line, source.doc
    zero = Decimal(0)
    total, cury_total = amount(line["TranAmt"]), amount(line["CuryTranAmt"])
    debit, credit = line["DrCr"] == "D", line["DrCr"] == "C"
    return _Draft(
        source=source,
        acct=line["Acct"],
        sub=line["Sub"],
        cpny_id=line["CpnyID"],
        tran_type=source.tran_type,
        dr=total if debit else zero,
        cr=total if credit else zero,
        cury_dr=cury_total if debit else zero,
        cury_cr=cury_total if credit else zero,
        qty=line["Qty"] if style.keep_quantity else zero,
        units=amount(line["UnitPrice"]) if style.keep_quantity else zero,
        descr=line["TranDesc"],
        orig_cpny=_original_company(run, line, doc, style),
        orig_acct=line["ProjectID"][:10].rstrip(),
        orig_sub=line["TaskID"][:24].rstrip(),
        screen=run.row["EditScrnNbr" if style.payables else "Crtd_Prog"],
    )


def _original_company(run: BatchRun, line: Row, doc: Row, style: GlStyle) -> str:
    if style.payables:
        return str(run.row["CpnyID"])
    return str((doc if doc["DocType"] in ("IN", "DM", "CM", "CS", "AD") else line)["CpnyID"])


def _summarise(run: BatchRun, summaries: dict[tuple[object, ...], _Draft], draft: _Draft) -> None:
    """Add a line to its summary. What a summary keeps of single lines is that of its first line."""
    doc = draft.source.doc
    key = (*key_of(draft.source.line, *_SUMMARY_KEY), sl_key(draft.tran_type), doc["DocType"], sl_key(doc["CpnyID"]))
    summary = summaries.get(key)
    if summary is None:
        draft.units = Decimal(0)
        draft.descr = "Summary Release"
        draft.orig_acct = draft.orig_sub = ""
        draft.screen = run.row["EditScrnNbr"]
        summaries[key] = draft
        return
    summary.dr += draft.dr
    summary.cr += draft.cr
    summary.cury_dr += draft.cury_dr
    summary.cury_cr += draft.cury_cr
    summary.qty += draft.qty


def intercompany_accounts(run: BatchRun, from_cpny: str, to_cpny: str, screen: str) -> Row | None:
    """Find the inter-company row: of the screen, else of the module, else of all modules."""
    rows = run.books.rows("vs_intercompany", FromCompany=from_cpny, ToCompany=to_cpny)
    wanted: tuple[Callable[[Row], bool], ...] = (
        lambda row: same(row["Screen"], screen[:5]),
        lambda row: same(row["Screen"], "ALL") and same(row["Module"], run.module),
        lambda row: same(row["Screen"], "ALL") and same(row["Module"], "**"),
    )
    for fits in wanted:
        for row in rows:
            if fits(row):
                return row
    return None


def _mark_other_databases(run: BatchRun, drafts: list[_Draft]) -> None:
    databases = {sl_key(row["CpnyID"]): row["DatabaseName"] for row in run.books.rows("vs_company")}
    for draft in drafts:
        here = databases.get(sl_key(draft.source.doc["CpnyID"]))
        there = databases.get(sl_key(draft.cpny_id))
        if here is not None and there is not None and not same(here, there):
            draft.other_database = 1


def _balance_companies(run: BatchRun, drafts: list[_Draft]) -> list[_Draft]:
    """Make the two transactions (type IC) per line of another company that balance each company by itself."""
    foreign = [draft for draft in drafts if not same(draft.source.doc["CpnyID"], draft.cpny_id)]
    ours, theirs = [], []
    for draft in foreign:
        from_cpny = draft.source.doc["CpnyID"]
        accounts = intercompany_accounts(run, from_cpny, draft.cpny_id, draft.screen)
        if accounts is None:
            raise NotReleased(12341)
        ours.append(_copy(draft, accounts["FromAcct"], accounts["FromSub"], from_cpny))
        keeps = draft.other_database == 1  # another database: the line's own account is used there
        back = _copy(
            draft,
            draft.acct if keeps else accounts["ToAcct"],
            draft.sub if keeps else accounts["ToSub"],
            draft.cpny_id,
        )
        back.dr, back.cr, back.cury_dr, back.cury_cr = draft.cr, draft.dr, draft.cury_cr, draft.cury_dr
        theirs.append(back)
    return ours + theirs


def _balance_documents(run: BatchRun, drafts: list[_Draft]) -> list[_Draft]:
    """Make the inter-company transactions of payables: one pair per document and company, of the net of its lines.

    SL: pp_03400GLInterComp. A company that keeps its books elsewhere gets its lines back one by one.
    """
    groups: dict[tuple[str, str, str], list[_Draft]] = {}
    for draft in drafts:
        from_cpny, to_cpny = sl_key(draft.source.doc["CpnyID"]), sl_key(draft.cpny_id)
        if from_cpny != to_cpny:
            groups.setdefault((from_cpny, to_cpny, sl_key(draft.source.line["RefNbr"])), []).append(draft)
    made = []
    for members in groups.values():
        first = members[0]
        from_cpny = first.source.doc["CpnyID"]
        accounts = intercompany_accounts(run, from_cpny, first.cpny_id, first.screen)
        if accounts is None:
            raise NotReleased(12341)
        made.append(_net(members, accounts["FromAcct"], accounts["FromSub"], from_cpny, sign=1))
        here = [member for member in members if member.other_database == 0]
        if here:
            made.append(_net(here, accounts["ToAcct"], accounts["ToSub"], first.cpny_id, sign=-1))
        made += [
            _net([member], member.acct, member.sub, member.cpny_id, sign=-1)
            for member in members
            if member.other_database
        ]
    return made


def _net(members: list[_Draft], acct: str, sub: str, cpny_id: str, *, sign: int) -> _Draft:
    zero = Decimal(0)
    net = sign * sum((member.dr - member.cr for member in members), zero)
    cury_net = sign * sum((member.cury_dr - member.cury_cr for member in members), zero)
    one = _copy(members[0], acct, sub, cpny_id)
    one.dr, one.cr = max(net, zero), max(-net, zero)
    one.cury_dr, one.cury_cr = max(cury_net, zero), max(-cury_net, zero)
    one.descr = _BETWEEN_COMPANIES
    one.orig_acct = min(member.acct for member in members)
    one.orig_sub = min(member.sub for member in members)
    return one


def _copy(draft: _Draft, acct: str, sub: str, cpny_id: str) -> _Draft:
    return _Draft(
        source=draft.source,
        acct=acct,
        sub=sub,
        cpny_id=cpny_id,
        tran_type="IC",
        dr=draft.dr,
        cr=draft.cr,
        cury_dr=draft.cury_dr,
        cury_cr=draft.cury_cr,
        qty=draft.qty,
        units=draft.units,
        descr=draft.descr,
        orig_cpny=draft.cpny_id,
        orig_acct=draft.acct,
        orig_sub=draft.sub,
        screen=draft.screen,
    )


def _write(run: BatchRun, draft: _Draft, number: int) -> None:
    line = draft.source.line
    run.books.add(
        "GLTran",
        **{
            **stamp(line["Crtd_Prog"], line["Crtd_User"]),
            "LUpd_Prog": line["LUpd_Prog"],
            "LUpd_User": line["LUpd_User"],
            **{name: line[name] for name in _COPIED},
            "Acct": draft.acct,
            "Sub": draft.sub,
            "BalanceType": "A",
            "BaseCuryID": run.gl["BaseCuryId"],
            "BatNbr": run.bat_nbr,
            "CpnyID": draft.cpny_id,
            "DrAmt": draft.dr,
            "CrAmt": draft.cr,
            "CuryDrAmt": draft.cury_dr,
            "CuryCrAmt": draft.cury_cr,
            "IC_Distribution": draft.other_database,
            "Id": draft.source.party,
            "LedgerID": run.gl["LedgerID"],
            "LineNbr": number,
            "Module": run.module,
            "OrigAcct": draft.orig_acct,
            "OrigCpnyID": draft.orig_cpny,
            "OrigSub": draft.orig_sub,
            "Posted": "U",
            "Qty": draft.qty,
            "Rlsed": 1,
            "TranDesc": draft.descr,
            "TranType": draft.tran_type,
            "Units": draft.units,
        },
    )


def total_batch(run: BatchRun) -> None:
    """Replace the totals of the batch by those of its GL transactions: status U, or C when there are none.

    SL takes the ledger from GLSetup.LedgerID; without such a ledger the batch is left as it is.
    """
    ledger = run.books.one("Ledger", LedgerID=run.gl["LedgerID"])
    if ledger is None:
        return
    made = [tran for tran in _transactions(run) if tran["TranType"] != "IC"]
    run.row.update(
        Status="U" if made else "C",
        Rlsed=1,
        CrTot=sum_of(made, "CrAmt"),
        CtrlTot=sum_of(made, "CrAmt"),
        DrTot=sum_of(made, "DrAmt"),
        CuryCrTot=sum_of(made, "CuryCrAmt"),
        CuryCtrlTot=sum_of(made, "CuryCrAmt"),
        CuryDrTot=sum_of(made, "CuryDrAmt"),
        LedgerID=ledger["LedgerID"],
        BaseCuryID=ledger["BaseCuryID"],
        BalanceType=ledger["BalanceType"],
    )


def check_balance(run: BatchRun) -> None:
    """Raise NotReleased 8888 when the GL transactions or the totals of the batch don't balance."""
    made = _transactions(run)
    cury_id = run.row["CuryId"]
    if not made or not run.knows_currency(cury_id):
        return
    pairs = (
        (run.base(amount(run.row["CrTot"])), run.base(amount(run.row["DrTot"]))),
        (run.in_currency(run.row["CuryCrTot"], cury_id), run.in_currency(run.row["CuryDrTot"], cury_id)),
        (run.base(sum_of(made, "CrAmt")), run.base(sum_of(made, "DrAmt"))),
        (
            run.in_currency(sum_of(made, "CuryCrAmt"), cury_id),
            run.in_currency(sum_of(made, "CuryDrAmt"), cury_id),
        ),
    )
    if any(credit != debit for credit, debit in pairs):
        raise NotReleased(8888)


def _transactions(run: BatchRun) -> list[Row]:
    return run.books.rows("GLTran", Module=run.module, BatNbr=run.bat_nbr)
