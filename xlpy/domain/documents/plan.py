"""The plan: one immutable value on which export, checks, preview, writing and reconciling all work."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from xlpy.domain.documents.ap import ApBatch, ApPart
from xlpy.domain.documents.ar import ArBatch, ArPart
from xlpy.domain.documents.gl import GlBatch, GlPart
from xlpy.domain.documents.inventory import InBatch, InventoryPart
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.problems import Problem, stops
from xlpy.domain.values.transactions import Kind, PostedPart, TransactionKey

# 2: ar, ap, gl and inventory beside each other; 3: a firm's own rules, period and hold of single rows
PLAN_SCHEMA = 3


class InvoiceDetail(StrEnum):
    """The *Invoice detail* box: Manage's ``summarizeInvoices``."""

    DEFAULT = "Default"
    CONDENSED = "Condensed"
    DETAILED = "Detailed"


class Action(StrEnum):
    """What happens to a transaction of the plan."""

    POST = "post"  # written to SL, then marked in Manage
    POST_AGAIN = "post again"  # voided or deleted in SL since; a new generation
    MARK_ONLY = "mark only"  # already in SL with the same lines: only Manage is owed
    NOTHING_TO_POST = "nothing to post"  # only zeros: only Manage is marked


@dataclass(frozen=True, slots=True)
class PlannedTransaction:
    """A Manage transaction in the plan. ``amount``: document currency, credit memos negative.

    ``standing``: parts that SL has already, of one that lost another part; the ledger's new row takes them over.
    ``own_period`` and ``hold``: as the user wrote them on its row.
    """

    key: TransactionKey
    number: str
    company: str
    document_date: date
    amount: Decimal
    currency: str
    action: Action
    generation: int
    lines_hash: str
    entry_ids: tuple[int, ...]
    standing: tuple[PostedPart, ...] = ()
    own_period: str = ""
    hold: bool = False


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The inputs of the Home sheet that shape the plan. ``period``: the rule, or a typed YYYYPP."""

    batch_identifier: str
    through_date: date
    detail: InvoiceDetail = InvoiceDetail.DEFAULT
    location_id: int = 0  # 0 = all
    period: str = "By document date"
    kinds: tuple[Kind, ...] = (Kind.INVOICE,)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be written, completely, module by module. ``base_currency``: of ``gl`` and ``inventory``.

    ``rules_file``, ``rules_sha256``: name and SHA-256 (hex) of the file of a firm's own rules, empty without one.
    Problems are part of what is shown, not of what is written or hashed.
    """

    manage_host: str
    manage_company: str
    cpny_id: str
    options: PlanOptions
    transactions: tuple[PlannedTransaction, ...]
    ar: ArPart = field(default_factory=ArPart)
    ap: ApPart = field(default_factory=ApPart)
    gl: GlPart = field(default_factory=GlPart)
    inventory: InventoryPart = field(default_factory=InventoryPart)
    base_currency: str = ""
    rules_file: str = ""
    rules_sha256: str = ""
    problems: tuple[Problem, ...] = ()
    schema: int = PLAN_SCHEMA

    @property
    def stops(self) -> tuple[Problem, ...]:
        """Problems that keep it from being written."""
        return stops(self.problems)

    @property
    def document_count(self) -> int:
        """How many documents SL gets: invoices and vouchers, journals, inventory documents."""
        return (
            sum(len(batch.documents) for batch in self.ar.batches)
            + sum(len(batch.documents) for batch in self.ap.batches)
            + sum(len(batch.documents) for batch in self.inventory.batches)
            + sum(len(batch.journals) for batch in self.gl.batches)
        )

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of the canonical JSON of what is written."""
        digest = hashlib.sha256()
        for piece in _pieces(replace(self, problems=())):
            digest.update(piece)
        return digest.hexdigest()

    def to_json(self) -> bytes:
        """Canonical JSON: sorted keys, decimals as text, dates as ISO."""
        return b"".join(_pieces(self))

    @classmethod
    def from_json(cls, data: bytes) -> Plan:
        """Read back what ``to_json`` wrote; raises ``msgspec.ValidationError`` on anything else."""
        schema = schema_of(data)
        if schema != PLAN_SCHEMA:
            raise msgspec.ValidationError(f"a plan of schema {schema}, not {PLAN_SCHEMA}")
        return msgspec.json.decode(data, type=cls)


class _Schema(msgspec.Struct):
    schema: int


def schema_of(data: bytes) -> int:
    """Return the schema number of a stored plan, whichever version wrote it; raises ``msgspec.MsgspecError``."""
    return msgspec.json.decode(data, type=_Schema).schema


def plan_of_kind(plan: Plan, kind: Kind) -> Plan:
    """Return the part of a plan that is written for one kind, in a transaction of its own.

    Invoices keep their customers, AR batches and the journals of their costs; expenses and procurement their vouchers,
    journals and inventory documents with the masters that these need. The problems are those of the whole plan: a stop
    of one kind stops all.
    """
    ap = tuple(b for b in plan.ap.batches if _is_of(kind, [d.transactions for d in b.documents]))
    gl = tuple(b for b in plan.gl.batches if _is_of(kind, [j.transactions for j in b.journals]))
    inventory = tuple(b for b in plan.inventory.batches if _is_of(kind, [d.transactions for d in b.documents]))
    vendors = {sl_key(voucher.vend_id) for batch in ap for voucher in batch.documents}
    items = {sl_key(line.invt_id) for batch in ap for voucher in batch.documents for line in voucher.lines}
    items |= {sl_key(line.invt_id) for batch in inventory for document in batch.documents for line in document.lines}
    return replace(
        plan,
        transactions=tuple(t for t in plan.transactions if t.key.kind is kind),
        ar=plan.ar if kind is Kind.INVOICE else ArPart(),
        ap=ApPart(tuple(v for v in plan.ap.vendors if sl_key(v.vend_id) in vendors), ap),
        gl=GlPart(gl),
        inventory=InventoryPart(tuple(i for i in plan.inventory.items if sl_key(i.invt_id) in items), inventory),
    )


def _is_of(kind: Kind, documents: Iterable[Iterable[TransactionKey]]) -> bool:
    """Tell whether a batch is of a kind; each batch is of one (each kind is written on its own)."""
    return any(key.kind is kind for keys in documents for key in keys)


# What is taken apart: all that holds many. A document, a transaction, a master is one piece.
_HOLDS_MANY = (Plan, ArPart, ApPart, GlPart, InventoryPart, ArBatch, ApBatch, GlBatch, InBatch)


def _pieces(value: object) -> Iterator[bytes]:
    """Yield the canonical JSON of a plan piece by piece: a large one as a whole would take 100 MB once more."""
    if isinstance(value, _HOLDS_MANY):
        opening = b"{"
        for name in sorted(each.name for each in fields(value)):
            yield opening + msgspec.json.encode(name) + b":"
            yield from _pieces(getattr(value, name))
            opening = b","
        yield b"}"
    elif isinstance(value, tuple) and value:
        opening = b"["
        for one in value:
            yield opening
            yield from _pieces(one)
            opening = b","
        yield b"]"
    else:
        yield msgspec.json.encode(value, order="sorted")
