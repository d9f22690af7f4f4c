"""What tests of the client against the demo site ask of both."""

from __future__ import annotations

import re
from datetime import date

from xlpy.demo.site.door import access
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

ALL_DAYS = date(2027, 12, 31)
BATCHES = "/finance/accounting/batches"
SECRETS = ManageSecrets(access.PRIVATE_KEY, access.INTEGRATOR_PASSWORD)


def exported(manage, ids, **options):
    return manage.export_invoices(
        ids, **{"through": ALL_DAYS, "detail": "Default", "batch_identifier": "20261031KM-I", **options}
    )


def calls(site, method, path):
    return sum(1 for m, p in site.calls if m == method and re.fullmatch(path, p))


def settings_of(manage):
    return ManageSettings(f"http://{manage.host}", access.COMPANY, access.CLIENT_ID, access.PUBLIC_KEY)
