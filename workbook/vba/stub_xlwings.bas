Attribute VB_Name = "xlwings"
Option Explicit

' Stands in for the module of xlwings in programs that can't run Python: it writes down what would be run.

Public Function RunPython(PythonCommand As String)
    ThisWorkbook.Worksheets("xlwings.conf").Range("D1").Value = PythonCommand
End Function
