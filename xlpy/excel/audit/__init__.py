"""Audit records as files to look at: workbook, PDF, list of errors."""
