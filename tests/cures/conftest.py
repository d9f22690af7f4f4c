from __future__ import annotations

import sys
from pathlib import Path

# The small firm of the domain's tests, and the stories that raise each code.
sys.path.insert(0, str(Path(__file__).parents[1] / "domain"))
