"""Reading and writing the workbook's tables and Home through xlwings: refresh, marks, filters, the user's columns."""
