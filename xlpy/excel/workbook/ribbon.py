"""The ribbon tab as XML, from ``ribbon_buttons``.

The form of Office 2007: every Excel since understands it, and only its relationship survives when openpyxl saves the
closed file.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from xlpy.excel.workbook.ribbon_buttons import BUTTONS, Button

RIBBON_PART = "customUI/customUI.xml"
TAB_LABEL = "Manage to SL"
CALLBACK = "OnAction"
_NAMESPACE = "http://schemas.microsoft.com/office/2006/01/customui"
_RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONSHIP_TYPE = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# The way through a batch is large; the rest stands beside it in threes.
_LARGE = frozenset({"refresh", "check", "preview", "push", "sync", "reconcile", "help"})


def ribbon_xml() -> bytes:
    """Return the tab: its groups and buttons in the order of ``BUTTONS``; every button calls one macro with its id."""
    root = ET.Element("customUI", xmlns=_NAMESPACE)
    tabs = ET.SubElement(ET.SubElement(root, "ribbon"), "tabs")
    tab = ET.SubElement(tabs, "tab", id="xlpy_tab", label=TAB_LABEL, insertAfterMso="TabHome")
    groups: dict[str, ET.Element] = {}
    for button in BUTTONS:
        group = groups.get(button.group)
        if group is None:
            group = ET.SubElement(tab, "group", id=f"xlpy_group_{button.group.lower()}", label=button.group)
            groups[button.group] = group
        group.append(_button(button))
    return _serialise(root)


def ribbon_relationship() -> bytes:
    """Return package relationships with the one that makes Excel look for the tab."""
    root = ET.Element("Relationships", xmlns=_RELATIONSHIPS)
    ET.SubElement(root, "Relationship", Id="rIdRibbon", Type=_RELATIONSHIP_TYPE, Target=RIBBON_PART)
    return _serialise(root)


def _button(button: Button) -> ET.Element:
    return ET.Element(
        "button",
        id=button.id,
        label=button.label,
        imageMso=button.image,
        size="large" if button.id in _LARGE else "normal",
        screentip=button.label,
        supertip=button.tip,
        onAction=CALLBACK,
    )


def _serialise(root: ET.Element) -> bytes:
    ET.indent(root)
    return (_DECLARATION + ET.tostring(root, encoding="unicode") + "\n").encode()
