"""Adjustments and transfers as journals, for firms that keep quantities in Manage only. No item, site or bin of SL."""
