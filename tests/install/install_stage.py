"""A new user at a PC with nothing on it: what the README says, typed word for word, and then the rest of the month."""

from __future__ import annotations

import re
import shlex
import time
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result
from macro_books import load_macro_book

from xlpy.cli import main
from xlpy.demo import firm
from xlpy.demo.site.door import access
from xlpy.demo.site.store import Site
from xlpy.excel.workbook.sheet import FIRST_DATA_ROW
from xlpy.excel.workbook.sheets import INVOICES

README = Path(__file__).parents[2] / "README.md"
SQL_PASSWORD, INTEGRATOR_PASSWORD = "hush;hush}-7", "Tr0ub4dor&3-intg"
LOGIN_IN_A_PIPE = ("--no-window", "--stdin")  # a test has no screen; the window is tried elsewhere


def commands_of_the_readme() -> list[list[str]]:
    """The commands of the section about one's own systems: from installing to the pushed batch."""
    text = README.read_text(encoding="utf-8")
    section = text[text.index("## Use it with your systems") : text.index("| Environment variable")]
    blocks = re.findall(r"^```sh\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return [shlex.split(line) for block in blocks for line in block.splitlines() if line.strip()]


@dataclass
class Walk:
    """The run: its folder, both systems, every command with what came of it."""

    folder: Path
    company: Path
    site: Site
    url: str
    steps: list[tuple[list[str], Result, float]] = field(default_factory=list)

    @property
    def workbook(self) -> Path:
        return self.folder / "Month end.xlsm"

    def run(self, *words: str, typed: str | None = None) -> Result:
        start = time.perf_counter()
        result = CliRunner().invoke(main, list(words), input=typed)
        self.steps.append((list(words), result, time.perf_counter() - start))
        return result

    def log_in(self) -> Result:
        sl = [str(self.company), firm.COMPANY_ID, firm.SL_USER]
        manage = [self.url, access.COMPANY, access.CLIENT_ID, "", access.PUBLIC_KEY, access.PRIVATE_KEY]
        lines = "".join(f"{answer}\n" for answer in [*sl, *manage, ""])
        return self.run("login", *LOGIN_IN_A_PIPE, typed=lines)

    def follow_the_readme(self) -> None:
        for program, *words in commands_of_the_readme():
            if program == "pip":
                continue
            if words[0] == "login":
                self.log_in()
            else:
                self.run(*words)
            if words[0] == "refresh":
                self.mark()

    def mark(self) -> int:
        """Write Yes into every row of Invoices, as any program would."""
        book = load_macro_book(self.workbook)
        ws = book[INVOICES.name]
        marked = 0
        for row in range(FIRST_DATA_ROW, ws.max_row + 1):
            if ws.cell(row, INVOICES.index("Id") + 1).value:
                ws.cell(row, INVOICES.index("Include") + 1, "Yes")
                marked += 1
        book.save(self.workbook)
        return marked

    def result(self, command: str) -> Result:
        return next(result for words, result, _ in self.steps if words[0] == command)
