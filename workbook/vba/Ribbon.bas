Attribute VB_Name = "Ribbon"
Option Explicit

' The buttons of the tab "Manage to SL". All work is done in Python: a button only passes its id.

Public Sub OnAction(control As IRibbonControl)
    PressButton control.ID
End Sub

Public Sub PressButton(ByVal id As String)
    ' The id becomes part of a Python statement, so nothing but letters and underscores may pass.
    Dim position As Integer
    If Len(id) = 0 Then Exit Sub
    For position = 1 To Len(id)
        If InStr(1, "abcdefghijklmnopqrstuvwxyz_", Mid$(id, position, 1), vbBinaryCompare) = 0 Then Exit Sub
    Next position
    RunPython "from xlpy import macros; macros.run('" & id & "')"
End Sub
