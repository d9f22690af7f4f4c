"""The workbook as data and as a file: sheets, columns, look, layout, ribbon, and its builder."""
