"""The streams of a VBA project ([MS-OVBA] 2.3): PROJECT, PROJECTwm, VBA/dir, VBA/_VBA_PROJECT and the modules.

No compiled code is written: the application compiles the sources when it loads the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum

from xlpy.excel.vba.compound import write_compound_file
from xlpy.excel.vba.compression import compress

CODE_PAGE = "cp1252"
_CODE_PAGE_ID = 1252
_US_ENGLISH = 0x0409
_PROJECT_ID = "{5B1D8E52-7C43-4B5A-9C60-3D1F0A8E7B21}"
_NO_COMPILED_CODE = bytes.fromhex("CC61FFFF000000")
_SEED = 0x8D  # of the obfuscated values: any byte does, a fixed one gives the same file every time
_LIBRARIES = (
    ("stdole", r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb#OLE Automation"),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0#C:\Program Files\Common Files\Microsoft Shared"
        r"\OFFICE16\MSO.DLL#Microsoft Office 16.0 Object Library",
    ),  # IRibbonControl
)


class ModuleKind(Enum):
    """What a module belongs to; the value is the class id that a document module names as its base."""

    STANDARD = ""
    WORKBOOK = "{00020819-0000-0000-C000-000000000046}"
    WORKSHEET = "{00020820-0000-0000-C000-000000000046}"


@dataclass(frozen=True, slots=True)
class Module:
    """A module: its name and its source without attribute lines."""

    name: str
    source: str
    kind: ModuleKind = ModuleKind.STANDARD

    @property
    def text(self) -> str:
        """The source as stored: attribute lines first, lines ended by CR LF."""
        attributes = [f'Attribute VB_Name = "{self.name}"']
        if self.kind is not ModuleKind.STANDARD:
            attributes += [
                f'Attribute VB_Base = "0{self.kind.value}"',
                "Attribute VB_GlobalNameSpace = False",
                "Attribute VB_Creatable = False",
                "Attribute VB_PredeclaredId = True",
                "Attribute VB_Exposed = True",
                "Attribute VB_TemplateDerived = False",
                "Attribute VB_Customizable = True",
            ]
        return "".join(f"{line}\r\n" for line in [*attributes, *_lines(self.source)])


def read_module(name: str, text: str) -> Module:
    """Make a standard module from an exported ``.bas`` file, whose own attribute lines are dropped."""
    body = [line for line in _lines(text) if not line.startswith("Attribute VB_")]
    return Module(name, "".join(f"{line}\n" for line in body))


def _lines(text: str) -> list[str]:
    """Lines by CR, LF or both; not ``splitlines``, which also ends lines at form feeds and the like."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if not lines[-1] else lines


def write_project(modules: tuple[Module, ...], name: str = "VBAProject") -> bytes:
    """Return ``vbaProject.bin``. Raises ``UnicodeEncodeError`` for a source that code page 1252 can't hold."""
    vba = {"_VBA_PROJECT": _NO_COMPILED_CODE, "dir": compress(_dir_stream(modules, name))}
    vba |= {module.name: compress(module.text.encode(CODE_PAGE)) for module in modules}
    return write_compound_file(
        {"VBA": vba, "PROJECT": _project_stream(modules, name), "PROJECTwm": _names_stream(modules)}
    )


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _both(number: int, unicode_number: int, text: str) -> bytes:
    """Write a text in the code page and again in Unicode."""
    return _record(number, text.encode(CODE_PAGE)) + _record(unicode_number, text.encode("utf-16-le"))


def _dir_stream(modules: tuple[Module, ...], name: str) -> bytes:
    out = [
        _record(0x0001, struct.pack("<I", 3)),  # 64-bit Windows; others accept it
        _record(0x0002, struct.pack("<I", _US_ENGLISH)),
        _record(0x0014, struct.pack("<I", _US_ENGLISH)),
        _record(0x0003, struct.pack("<H", _CODE_PAGE_ID)),
        _record(0x0004, name.encode(CODE_PAGE)),
        _both(0x0005, 0x0040, ""),  # description
        _record(0x0006, b"") + _record(0x003D, b""),  # help file
        _record(0x0007, struct.pack("<I", 0)),
        _record(0x0008, struct.pack("<I", 0)),
        struct.pack("<HIIH", 0x0009, 4, 1, 0),  # version of the project: the size does not count its minor half
        _both(0x000C, 0x003C, ""),  # constants
    ]
    for library, identity in _LIBRARIES:
        libid = identity.encode(CODE_PAGE)
        out.append(_both(0x0016, 0x003E, library))
        out.append(_record(0x000D, struct.pack("<I", len(libid)) + libid + b"\0" * 6))
    out.append(_record(0x000F, struct.pack("<H", len(modules))))
    out.append(_record(0x0013, struct.pack("<H", 0xFFFF)))
    for module in modules:
        out += [
            _both(0x0019, 0x0047, module.name),
            _both(0x001A, 0x0032, module.name),  # stream
            _both(0x001C, 0x0048, ""),
            _record(0x0031, struct.pack("<I", 0)),  # the source begins at once: no compiled code before it
            _record(0x001E, struct.pack("<I", 0)),
            _record(0x002C, struct.pack("<H", 0xFFFF)),
            _record(0x0021 if module.kind is ModuleKind.STANDARD else 0x0022, b""),
            _record(0x002B, b""),
        ]
    out.append(_record(0x0010, b""))
    return b"".join(out)


def _project_stream(modules: tuple[Module, ...], name: str) -> bytes:
    lines = [f'ID="{_PROJECT_ID}"']
    for module in modules:
        standard = module.kind is ModuleKind.STANDARD
        lines.append(f"Module={module.name}" if standard else f"Document={module.name}/&H00000000")
    lines += [
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{obfuscate(bytes(4))}"',  # not protected
        f'DPB="{obfuscate(bytes(1))}"',  # no password
        f'GC="{obfuscate(bytes([0xFF]))}"',  # visible
        "",
        "[Host Extender Info]",
        "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode(CODE_PAGE)


def _names_stream(modules: tuple[Module, ...]) -> bytes:
    names = (m.name.encode(CODE_PAGE) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules)
    return b"".join(names) + b"\0\0"


def obfuscate(data: bytes, project_id: str = _PROJECT_ID, seed: int = _SEED) -> str:
    """Return a protection value of the PROJECT stream ([MS-OVBA] 2.4.3.2) as hexadecimal text."""
    key = sum(project_id.encode(CODE_PAGE)) & 0xFF
    out = bytearray((seed, seed ^ 2, seed ^ key))
    plain, last, before = key, out[2], out[1]
    ignored = bytes((seed & 6) // 2)
    for byte in ignored + struct.pack("<I", len(data)) + data:
        cipher = byte ^ ((before + plain) & 0xFF)
        out.append(cipher)
        before, last, plain = last, cipher, byte
    return out.hex().upper()
