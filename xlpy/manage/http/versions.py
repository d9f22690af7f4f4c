"""Which versions of Manage this product can work with. Source: Manage API: learned from public models."""

from __future__ import annotations

import re

OLDEST_VERSION = "2019.5"
# First seen in public models: unpostedProductId 2019.4, entries of a batch 2019.3, accountingPackageSetup 2019.5.
_NEEDED = (2019, 5)
_VERSION = re.compile(r"v?(\d{4})[._](\d{1,2})")


def is_too_old(version: str) -> bool | None:
    """Tell whether a site (``v2025.8.114523``) is older than the oldest version; ``None`` when it can't be read."""
    found = _VERSION.match(version.strip())
    return None if found is None else (int(found[1]), int(found[2])) < _NEEDED
