"""Bringing a workbook to this version without losing what is the user's."""
