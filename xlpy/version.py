"""The version of this program: in the workbook, in every record, and on the help page."""

__version__ = "0.1.0"
