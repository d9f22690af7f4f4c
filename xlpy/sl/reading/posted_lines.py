"""What the general ledger has of released batches, against the lines of the subledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from xlpy.domain.afterwards.reconcile import DocumentKey, SlDocument
from xlpy.domain.facts.books import sl_key
from xlpy.domain.values.money import ZERO, round_money

_BETWEEN_COMPANIES = "IC"  # GLTran lines that only balance companies


class PostedLines:
    """What the general ledger has of a module's released batches, in base currency, against the subledger's lines.

    By reference first. A module that posts in summary keeps no references: there the batch as a whole decides.
    """

    def __init__(self, lines: Iterable[Mapping[str, Any]], decimals: int) -> None:
        self._by_reference: dict[DocumentKey, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        self.by_batch: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        self._of_documents: dict[str, dict[tuple[str, str], Decimal]] = defaultdict(dict)
        self._references: dict[DocumentKey, bool] = {}
        self._decimals = decimals
        for line in lines:
            if line["trantype"] == _BETWEEN_COMPANIES:
                continue
            account = sl_key(line["acct"]), sl_key(line["sub"])
            amount = line["dramt"] - line["cramt"]
            key = line["module"], line["batnbr"], sl_key(line["trantype"]), sl_key(line["refnbr"])
            _add(self._by_reference[key], account, amount)
            _add(self.by_batch[line["batnbr"]], account, amount)

    def compared(self, document: SlDocument) -> SlDocument:
        """Compare a document by its reference, and count it into its batch."""
        own: dict[tuple[str, str], Decimal] = {}
        for leg in document.legs:
            _add(own, (leg.acct, leg.sub), leg.base)
            _add(self._of_documents[document.key[1]], (leg.acct, leg.sub), leg.base)
        self._references[document.key] = self._same(own, self._by_reference.get(document.key, {}))
        return document

    def judged(self, document: SlDocument) -> SlDocument:
        """Say of a document whether the general ledger agrees: by its batch, else by its own reference."""
        if not document.released or document.voided:
            return document
        bat_nbr = document.key[1]
        whole = self._same(self._of_documents.get(bat_nbr, {}), self.by_batch.get(bat_nbr, {}))
        return replace(document, gl_agrees=whole or self._references.get(document.key, False))

    def _same(self, one: Mapping[tuple[str, str], Decimal], other: Mapping[tuple[str, str], Decimal]) -> bool:
        keys = one.keys() | other.keys()
        return all(not round_money(one.get(key, ZERO) - other.get(key, ZERO), self._decimals) for key in keys)


def _add(sums: dict[tuple[str, str], Decimal], account: tuple[str, str], amount: Decimal) -> None:
    sums[account] = sums.get(account, ZERO) + amount
