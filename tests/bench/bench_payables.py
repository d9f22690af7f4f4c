"""The SQL part of a push of vouchers, journals and inventory against its bare floor (goal: 1.3).

On SQLite; on the server that ``XLPY_TEST_ODBC`` names when it is set.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from tests.bench.copies import three_companies
from tests.bench.measuring import quick
from tests.bench.pushing import compare
from tests.bench.stage import THROUGH, profile_of, served_elsewhere
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.domain.documents.plan import plan_of_kind
from xlpy.domain.values.transactions import Kind, TransactionKey
from xlpy.profile.credentials import ManageSecrets
from xlpy.services.export.planning import make_plan
from xlpy.services.run.reports import Marked, Selection
from xlpy.services.run.session import Session

SIZE = {"invoices": 300, "expenses": 300, "procurement": 60}
LARGE = {"invoices": 3000, "expenses": 3000, "procurement": 60}  # stock on hand bounds what may leave it


def main() -> None:
    size = SIZE if quick() else LARGE
    with (
        tempfile.TemporaryDirectory() as name,
        three_companies(Path(name)) as copies,
        served_elsewhere(size["invoices"], expenses=size["expenses"], procurement=size["procurement"]) as url,
    ):
        profile = profile_of(url, copies.ours)
        rules = replace(
            profile.posting,
            company_paid_account=firm.COMPANY_PAID_ACCOUNT,
            bins={name: sl_bin for name, _, sl_bin in firm.BINS.values()},
        )
        secrets = ManageSecrets(private_key=access.PRIVATE_KEY)
        with Session(replace(profile, posting=rules), secrets) as session:
            manage = session.manage
            keys = [TransactionKey(Kind.INVOICE, str(r.billing_log_id)) for r in manage.unposted_invoices()]
            keys += [TransactionKey(Kind.EXPENSE, str(r.expense_detail_id)) for r in manage.unposted_expenses()]
            keys += [TransactionKey(Kind.PROCUREMENT, r.unposted_product_id) for r in manage.unposted_procurement()]
            plan = make_plan(session, Selection("BENCH", THROUGH, tuple(Marked(key) for key in keys)))
            parts = [plan_of_kind(plan, kind) for kind in Kind]
            compare(copies, session.sl, parts, "all kinds")


if __name__ == "__main__":
    main()
