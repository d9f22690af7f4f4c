"""What the quick run leaves out: files whose stories take many seconds. All others, and all rooms, are in it.

Measured with ``--durations``; the seconds are those of one core. A file that grows long belongs here, too; a long
test is marked ``slow`` where it stands.
"""

from __future__ import annotations

SLOW_FILES = frozenset(
    {
        "audit/test_audit_record.py",  # 6
        "audit/test_audit_saved.py",  # 5
        "audit/test_audit_verify.py",  # 8
        "bad_input/test_bad_input.py",  # 38
        "both_engines/test_both_asks.py",  # 9
        "both_engines/test_both_cells.py",  # 8
        "both_engines/test_both_done_rows.py",  # 5
        "both_engines/test_both_outcome.py",  # 22
        "crash/test_crash_matrix.py",  # 60
        "demo_run/test_demo_run.py",  # 27
        "demo_run/test_demo_run_exchanges.py",  # 14
        "excel_tables/test_excel_engine_refusals.py",  # 6
        "excel_tables/test_excel_refill.py",  # 27
        "excel_tables/test_excel_round_trip.py",  # 6
        "install/test_install_secrets.py",  # 7
        "install/test_install_walk.py",  # 9
        "login/test_login_window.py",  # 5
        "manage_turned/test_turned_answers.py",  # 6
        "notebook/test_month_end_notebook.py",  # 7
        "office/test_office_workbook.py",  # 10
        "product/test_random_order.py",  # 6
        "reconcile/test_accruals.py",  # 5
        "reconcile/test_reconcile_edges.py",  # 6
        "reconcile/test_reconcile_finds.py",  # 10
        "rerun/test_rerun_batches.py",  # 5
        "rerun/test_rerun_desk.py",  # 14
        "rerun/test_rerun_killed.py",  # 7
        "rerun/test_rerun_restore.py",  # 8
        "rerun/test_rerun_states.py",  # 10
        "services/test_services_all_sheets.py",  # 10
        "services/test_services_export.py",  # 18
        "services/test_services_marking_kinds.py",  # 8
        "services/test_services_month.py",  # 17
        "services/test_services_morning.py",  # 20
        "services/test_services_own_rules.py",  # 7
        "services/test_services_period_and_hold.py",  # 8
        "services/test_services_practice.py",  # 8
        "services/test_services_review.py",  # 24
        "services/test_services_to_the_cent.py",  # 7
        "services/test_services_two_persons.py",  # 6
        "services/test_services_what_shows_it.py",  # 7
        "services/test_services_workbook.py",  # 17
        "services/test_services_workbook_review.py",  # 15
        "sl_release/test_sl_release_cases.py",  # 21
        "sl_release/test_sl_release_payments.py",  # 11
        "sl_release/test_sl_release_rules.py",  # 10
        "sl_versions/test_sl_versions.py",  # 6
        "sl_writer/test_sl_writer_payables.py",  # 12
        "sl_writer/test_sl_writer_release.py",  # 5
        "sl_writer/test_sl_writer_sql_server.py",  # 6
        "sync/test_sync_crash.py",  # 6
        "sync/test_sync_desk.py",  # 5
        "sync/test_sync_ownership.py",  # 7
        "sync/test_sync_runs.py",  # 7
        "sync/test_sync_scenarios.py",  # 6
        "two_persons/test_two_persons.py",  # 14
        "undo/test_undo_batch.py",  # 13
        "undo/test_undo_crash.py",  # 15
        "undo/test_undo_desk.py",  # 12
        "workbook/test_workbook_file.py",  # 5
        "working_days/test_working_days.py",  # 6
    }
)
