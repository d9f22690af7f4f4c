"""The VBA project: what is packed comes back, from our own reader written after the specification and from oletools."""

from __future__ import annotations

import io

import olefile
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from oletools import olevba

from xlpy.excel.vba.compound import write_compound_file
from xlpy.excel.vba.compression import compress
from xlpy.excel.vba.project import CODE_PAGE, Module, ModuleKind, obfuscate, read_module, write_project


def unpack(container: bytes) -> bytes:
    """Decompress as [MS-OVBA] 2.4.1.3 says, and refuse what it forbids."""
    assert container[0] == 1
    out, at = bytearray(), 1
    while at < len(container):
        header = int.from_bytes(container[at : at + 2], "little")
        assert header >> 12 & 7 == 3, "chunk signature"
        end = at + (header & 0xFFF) + 3
        assert end <= len(container)
        at += 2
        start = len(out)
        if not header & 0x8000:
            assert end - at == 4096
            out += container[at:end]
            at = end
            continue
        while at < end:
            flags = container[at]
            at += 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    out.append(container[at])
                    at += 1
                    continue
                token = int.from_bytes(container[at : at + 2], "little")
                at += 2
                position = len(out) - start
                bits = max((position - 1).bit_length(), 4)
                length = (token & (0xFFFF >> bits)) + 3
                offset = (token >> (16 - bits)) + 1
                assert offset <= position, "a copy from before the chunk"
                for _ in range(length):
                    out.append(out[-offset])
        assert len(out) - start <= 4096
    return bytes(out)


def incompressible(size: int) -> bytes:
    """Bytes without any repetition of three (a linear congruence with a long period)."""
    state, out = 12345, bytearray()
    while len(out) < size:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        out.append(state >> 16 & 0xFF)
    return bytes(out)


texts = st.lists(
    st.sampled_from([b"Sub ", b"End Sub\r\n", b"x", b"= 1\r\n", b"\0\0\0", bytes(range(256))]), max_size=900
)


@given(texts.map(b"".join))
@example(b"")
@example(b"a")
@example(b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa")
@example(b"a" * 4096)
@example(b"a" * 4097)
@example(b"ab" * 20000)
def test_what_is_compressed_comes_back(data: bytes) -> None:
    packed = compress(data)
    assert unpack(packed) == data
    if data:
        assert bytes(olevba.decompress_stream(bytearray(packed))) == data


@given(st.binary(max_size=3000))
def test_any_bytes_come_back(data: bytes) -> None:
    assert unpack(compress(data)) == data


def test_the_examples_of_the_specification_are_packed_as_well_as_there() -> None:
    text = b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa"
    normal = bytes.fromhex(
        "01 2F B0 00 23 61 61 61 62 63 64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70"
        "06 71 02 70 04 10 72 73 74 75 76 10 77 78 79 7A 00 3C"
    )  # [MS-OVBA] 3.2.2; of equally long matches it took farther ones, which any reader accepts
    assert unpack(normal) == text
    assert len(compress(text)) == len(normal)
    assert compress(b"a" * 73) == bytes.fromhex("01 03 B0 02 61 45 00")
    assert compress(b"abcdefghijklmnopqrstuv.") == bytes.fromhex(
        "01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70 00 71 72 73 74 75 76 2E"
    )


def test_a_full_chunk_that_does_not_pack_is_stored_as_it_is() -> None:
    data = incompressible(4096)
    packed = compress(data + b"Sub A()")
    assert packed[1:3] == b"\xff\x3f"
    assert packed[3:4099] == data
    assert unpack(packed) == data + b"Sub A()"
    assert bytes(olevba.decompress_stream(bytearray(packed))) == data + b"Sub A()"


names = st.text("abcdefghijklmnopqrstuvwxyzABCXYZ_0123456789", min_size=1, max_size=31)
streams = st.one_of(
    st.binary(max_size=300), st.sampled_from([0, 63, 64, 65, 512, 4095, 4096, 4097, 70_000]).map(incompressible)
)


def by_upper_case(pairs: list[tuple[str, bytes]]) -> dict[str, bytes]:
    return dict({n.upper(): (n, d) for n, d in pairs}.values())


@given(st.lists(st.tuples(names, streams), max_size=20).map(by_upper_case), st.binary(max_size=5000))
def test_every_stream_of_a_compound_file_comes_back(inner: dict[str, bytes], outer: bytes) -> None:
    written = write_compound_file({"Folder": inner, "PROJECT": outer})
    assert len(written) % 512 == 0
    with olefile.OleFileIO(io.BytesIO(written), raise_defects=olefile.DEFECT_POTENTIAL) as file:
        assert file.openstream("PROJECT").read() == outer
        assert sorted(file.listdir()) == sorted([*(["Folder", name] for name in inner), ["PROJECT"]])
        for name, data in inner.items():
            assert file.openstream(["Folder", name]).read() == data


@given(st.lists(names, unique_by=str.upper, min_size=1, max_size=60))
def test_the_directory_is_a_red_black_tree_in_the_order_of_the_specification(inner: list[str]) -> None:
    written = write_compound_file({"Folder": dict.fromkeys(inner, b"x")})
    with olefile.OleFileIO(io.BytesIO(written)) as file:
        entries = file.direntries
        folder = entries[file.root.sid_child]

        def walk(sid: int, parent_red: bool) -> tuple[list[str], int]:
            if sid == 0xFFFFFFFF:
                return [], 0
            entry = entries[sid] or file._load_direntry(sid)
            red = entry.color == 0
            assert not (red and parent_red), "two red entries in a row"
            left, left_black = walk(entry.sid_left, red)
            right, right_black = walk(entry.sid_right, red)
            assert left_black == right_black, "paths of different black height"
            return [*left, entry.name, *right], left_black + (not red)

        ordered, _ = walk(folder.sid_child, parent_red=False)
    assert ordered == sorted(inner, key=lambda n: (len(n), n.upper()))


@pytest.mark.parametrize("name", ["", "a/b", "x" * 32])
def test_a_name_that_no_stream_may_have_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="can't be the name"):
        write_compound_file({name: b""})


def reveal(text: str, project_id: str) -> bytes:
    """Undo ``obfuscate`` as [MS-OVBA] 2.4.3.3 says."""
    cipher = bytes.fromhex(text)
    key = sum(project_id.encode()) & 0xFF
    assert cipher[0] ^ cipher[1] == 2
    assert cipher[0] ^ cipher[2] == key
    plain, last, before, out = key, cipher[2], cipher[1], bytearray()
    for byte in cipher[3:]:
        plain = byte ^ ((before + plain) & 0xFF)
        out.append(plain)
        before, last = last, byte
    data = out[(cipher[0] & 6) // 2 :]
    assert int.from_bytes(data[:4], "little") == len(data) - 4
    return bytes(data[4:])


@given(st.binary(max_size=40), st.integers(0, 255))
def test_protection_values_are_read_back(data: bytes, seed: int) -> None:
    identity = "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}"
    assert reveal(obfuscate(data, identity, seed), identity) == data


def test_the_protection_values_of_a_project_saved_by_the_vba_editor_are_understood() -> None:
    # From the quickstart project of xlwings: not protected, no password, visible.
    identity = "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}"
    assert reveal("8D8FA61394EA98EA98EA98EA98", identity) == bytes(4)
    assert reveal("8D8FA61394EF95EF95EF", identity) == b"\0"
    assert reveal("8D8FA61394EF95EF9510", identity) == b"\xff"


def test_modules_come_back_identical_and_the_same_sources_give_the_same_project() -> None:
    modules = (
        Module("ThisWorkbook", "", ModuleKind.WORKBOOK),
        Module("HomeSheet", "", ModuleKind.WORKSHEET),
        read_module("Work", 'Attribute VB_Name = "Work"\nSub A()\n' + '    x = "Größe"\n' * 3000 + "End Sub\n"),
    )
    binary = write_project(modules)
    assert binary == write_project(modules)
    parser = olevba.VBA_Parser("vbaProject.bin", data=binary)
    found = {stream.rsplit("/", 1)[-1]: code for _, stream, _, code in parser.extract_macros()}
    assert found == {module.name: module.text for module in modules}
    assert found["Work"].encode(CODE_PAGE).count(b"\r\n") == 3003
