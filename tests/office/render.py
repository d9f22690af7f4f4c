"""Shows a workbook as a reader sees it: LibreOffice prints it to PDF, poppler makes one PNG per page.

python tests/office/render.py "workbook/Manage to SL.xlsm" out/
python tests/office/render.py --pictures "demo/Manage to SL.xlsm" workbook/pictures/ [SHEET...]
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"  # the only one that has uno
SESSION = Path(__file__).with_name("uno_session.py")
Ask = Callable[..., dict[str, object]]


def in_office(command: str, workbook: Path, *rest: str) -> dict[str, object]:
    """Run one command of ``uno_session.py`` on ``workbook`` and return what it answered."""
    done = subprocess.run(
        [SYSTEM_PYTHON, str(SESSION), command, str(workbook), *rest],
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def one_office() -> Iterator[Ask]:
    """Start LibreOffice once for many commands; each opens its workbook anew and closes it."""
    command = [SYSTEM_PYTHON, str(SESSION), "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        asking, answering = process.stdin, process.stdout
        assert asking is not None
        assert answering is not None

        def ask(command: str, workbook: Path, *rest: str) -> dict[str, object]:
            asking.write(json.dumps([command, str(workbook), *rest]) + "\n")
            asking.flush()
            said = answering.readline()
            assert said, f"LibreOffice ended at {command} of {workbook}"
            return json.loads(said)

        yield ask
        asking.close()  # it ends then
        assert process.wait(60) == 0


def render(workbook: Path, out_dir: Path, *, dpi: int = 80, ask: Ask = in_office) -> list[Path]:
    """Return one picture per printed page, in the order of the sheets."""
    out_dir.mkdir(parents=True, exist_ok=True)
    pdf = out_dir / f"{workbook.stem}.pdf"
    ask("pdf", workbook, str(pdf))
    subprocess.run(
        ["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(out_dir / workbook.stem)], check=True, timeout=180
    )
    return sorted(out_dir.glob(f"{workbook.stem}-*.png"))


PICTURES = ("Home", "Invoices", "Mapping check", "Preview", "Payments", "Reconcile")  # those of the README


def render_pictures(workbook: Path, out_dir: Path, *sheets: str, height: int = 640, ask: Ask = in_office) -> list[Path]:
    """Make pictures of sheets as a screen of 1,400 pixels shows them; of ``PICTURES`` when none is named."""
    out_dir.mkdir(parents=True, exist_ok=True)
    made = []
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "screen.pdf"
        shown = ask("screen", workbook, str(pdf))["sheets"]
        assert isinstance(shown, list)
        for name in sheets or PICTURES:
            page = str(shown.index(name) + 1)
            target = out_dir / name.lower().replace(" ", "-")
            crop = ("-x", "0", "-y", "0", "-W", "1400", "-H", str(height))
            command = ["pdftoppm", "-png", "-singlefile", "-r", "96", "-f", page, "-l", page, *crop]
            subprocess.run([*command, str(pdf), str(target)], check=True, timeout=180)
            made.append(target.with_suffix(".png"))
    return made


if __name__ == "__main__":
    if sys.argv[1] == "--pictures":
        found = render_pictures(Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
    else:
        found = render(Path(sys.argv[1]), Path(sys.argv[2]), dpi=110)
    for picture in found:
        print(picture)
