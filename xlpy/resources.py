"""Where the files that come with the package are: the workbook's sources and the templates a user copies."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from xlpy.errors import ResourceMissing


def resource_folder(name: Literal["workbook", "templates"]) -> Path:
    """Return the folder of the workbook's sources or of the templates.

    An installed package carries them inside (``xlpy/_workbook``); in a checkout or an editable install they lie
    beside the package. Raises ``ResourceMissing``.
    """
    package = Path(str(files("xlpy")))
    places = (package / f"_{name}", package.parent / name)
    for place in places:
        if place.is_dir():
            return place
    raise ResourceMissing(name, [str(place) for place in places])
