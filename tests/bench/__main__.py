"""``python -m tests.bench [name …] [--quick]``: how fast, always against the bare floor in the same run.

Each measurement runs in a process of its own, so that its peak memory is its own. Figures are for looking and for the
closing note; nothing fails because a machine is busy.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

NAMES = ("refresh", "plan", "push", "payables", "sync", "imports", "growth")
ROOT = Path(__file__).parents[2]


def main() -> None:
    names = [name for name in sys.argv[1:] if not name.startswith("-")] or list(NAMES)
    quick = "--quick" in sys.argv
    for name in names:
        command = [sys.executable, "-m", f"tests.bench.bench_{name}", *(["--quick"] if quick else [])]
        said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if said.returncode:
            print(f"{name}: failed\n{said.stderr}")
            sys.exit(1)
        for line in said.stdout.splitlines():
            figure = json.loads(line)
            print(f"{name:9} {figure.pop('what'):58} " + "  ".join(f"{k} {v}" for k, v in figure.items()), flush=True)


if __name__ == "__main__":
    main()
