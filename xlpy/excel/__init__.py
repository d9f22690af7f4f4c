"""The workbook: its sheets as data, the tables read and written through xlwings, the engine for closed files.

Renders reports and reads marks; holds no rule of posting.
"""
