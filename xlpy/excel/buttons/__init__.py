"""What each ribbon button does on a workbook, by group of the ribbon: calls a service and shows its report."""
