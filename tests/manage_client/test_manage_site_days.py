"""Which day a date-time is: midnight as it is written, any other moment by the time zone of the site.

Source: Manage API: values (entity dates end in Z); ``2026-10-31T14:00Z`` is 1 November in Sydney.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from xlpy.demo.site.door import access
from xlpy.demo.site.door.server import serve
from xlpy.demo.site.making.generate import generate_site
from xlpy.manage.client import ManageClient
from xlpy.manage.http.site_days import in_days_of_the_site, zone_named
from xlpy.manage.row import Row
from xlpy.profile.credentials import ManageSecrets
from xlpy.profile.settings import ManageSettings

SECRETS = ManageSecrets(access.PRIVATE_KEY)
SYDNEY, NEW_YORK = zone_named("AUS Eastern Standard Time"), zone_named("Eastern Standard Time")


@pytest.mark.parametrize(
    ("text", "zone", "day"),
    [
        ("2026-10-31T14:00:00Z", SYDNEY, date(2026, 11, 1)),
        ("2026-10-31T14:00Z", SYDNEY, date(2026, 11, 1)),
        ("2026-10-31T12:59:59Z", SYDNEY, date(2026, 10, 31)),
        ("2026-10-31T13:00:00Z", SYDNEY, date(2026, 11, 1)),  # summer time there
        ("2026-06-30T13:00:00Z", SYDNEY, date(2026, 6, 30)),
        ("2026-10-31T00:00:00Z", SYDNEY, date(2026, 10, 31)),
        ("2026-10-31T00:00:00Z", NEW_YORK, date(2026, 10, 31)),
        ("2026-10-31T04:00:00Z", NEW_YORK, date(2026, 10, 31)),
        ("2026-11-01T02:00:00Z", NEW_YORK, date(2026, 10, 31)),
        ("2026-10-31T23:30:00", SYDNEY, date(2026, 10, 31)),  # no zone: as it is written
        ("2026-10-31T14:00:00Z", None, date(2026, 10, 31)),
        ("2026-10-31T99:00:00Z", SYDNEY, date(2026, 10, 31)),
    ],
)
def test_one_rule_for_every_date(text, zone, day) -> None:
    shown = in_days_of_the_site([{"invoiceDate": text, "nested": {"dueDate": text}}], lambda: zone)
    assert Row(shown[0], "it").day("invoiceDate") == Row(shown[0]["nested"], "it").day("dueDate") == day


def test_the_zone_is_asked_for_only_when_a_moment_comes() -> None:
    asked = []
    in_days_of_the_site({"invoiceDate": "2026-10-31T00:00:00Z"}, lambda: asked.append(1))
    assert asked == []


@pytest.mark.parametrize(("setting", "calls"), [("", 1), ("Australia/Brisbane", 0)])
def test_the_zone_is_that_of_the_settings_else_what_manage_tells(setting, calls) -> None:
    site = generate_site(invoices=20, expenses=6)
    with serve(site) as served:
        settings = ManageSettings(served.url, access.COMPANY, access.CLIENT_ID, access.PUBLIC_KEY)
        with ManageClient(settings, SECRETS) as manage:
            right = {row.billing_log_id: row.invoice_date for row in manage.unposted_invoices()}
        site.harsh.east_of_utc = True
        site.calls.clear()
        with ManageClient(replace(settings, time_zone=setting), SECRETS) as manage:
            assert {row.billing_log_id: row.invoice_date for row in manage.unposted_invoices()} == right
            manage.unposted_expenses()
        assert site.calls.count(("GET", "/system/info")) == calls


def test_a_zone_that_nobody_knows_leaves_dates_as_they_are_written() -> None:
    assert zone_named("Middle-earth Standard Time") is None
    assert zone_named("") is None
