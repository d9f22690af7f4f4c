"""No secret is in any file that a whole run leaves: workbook, logs, audit record, settings, data, temporary files."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from install_stage import INTEGRATOR_PASSWORD, SQL_PASSWORD, Walk

from xlpy.demo.site.door import access

SECRETS = (access.PRIVATE_KEY, SQL_PASSWORD, INTEGRATOR_PASSWORD)
LOG_IN = f"{access.COMPANY}+{access.PUBLIC_KEY}:{access.PRIVATE_KEY}"


def forms_of(secret: str) -> dict[str, bytes]:
    """How a secret may stand in a file: as it is, escaped, in wide letters, in base64 at any offset."""
    forms = {"plain": secret.encode(), "UTF-16": secret.encode("utf-16-le"), "UTF-16 BE": secret.encode("utf-16-be")}
    for name, data in (("plain", secret.encode()), ("UTF-16", secret.encode("utf-16-le"))):
        for offset in range(3):
            coded = base64.b64encode(b"\0" * offset + data).rstrip(b"=")
            forms[f"base64 of {name} at {offset}"] = coded[(0, 2, 3)[offset] : -1]
    forms["hex"] = secret.encode().hex().encode()
    forms["XML"] = secret.replace("&", "&amp;").encode()
    return forms


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under a folder, archives and PDF streams unpacked."""
    for file in sorted(path.rglob("*")):
        if file.is_file():
            yield from unpacked(str(file.relative_to(path)), file.read_bytes())


def unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from unpacked(f"{name}/{inner}", archive.read(inner))
    elif data.startswith(b"%PDF"):
        for number, part in enumerate(data.split(b"stream\n")[1:]):
            try:
                yield f"{name}/stream {number}", zlib.decompressobj().decompress(part)
            except zlib.error:
                continue


def found_in(path: Path) -> list[str]:
    forms = {
        f"{i}, {how}": data for i, secret in enumerate((*SECRETS, LOG_IN)) for how, data in forms_of(secret).items()
    }
    return [f"{name}: secret {how}" for name, data in contents(path) for how, form in forms.items() if form in data]


def test_no_file_of_the_whole_run_has_a_secret(walk: Walk) -> None:
    names = [name for name, _ in contents(walk.folder)]
    for part in (".xlsm/xl/", "before update", ".toml", "logs", "manifest", ".html", ".pdf", ".csv", ".jsonl"):
        assert any(part in name for name in names), f"the run left no {part}: {sorted(names)[:80]}"
    assert found_in(walk.folder) == []
    assert [name for name, data in contents(walk.company.parent) if access.PRIVATE_KEY.encode() in data] == []


def test_no_command_says_a_secret(walk: Walk) -> None:
    said = "\n".join(result.output for _, result, _ in walk.steps)
    assert [number for number, secret in enumerate(SECRETS) if secret in said] == []


@pytest.mark.parametrize("secret", SECRETS)
def test_the_search_would_find_each_form(tmp_path: Path, secret: str) -> None:
    (tmp_path / "plain.txt").write_text(f"key={secret}", encoding="utf-8")
    (tmp_path / "wide.bin").write_bytes(f"key={secret}".encode("utf-16-le"))
    (tmp_path / "coded.txt").write_bytes(base64.b64encode(f"a:{secret} and more".encode()))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("xl/cell.xml", f"<v>{secret}</v>")
    files = {line.partition(":")[0] for line in found_in(tmp_path)}
    assert files >= {"plain.txt", "wide.bin", "coded.txt", "packed.zip/xl/cell.xml"}
