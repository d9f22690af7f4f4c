"""Making a file of rules beside the settings, from the commented example of the templates."""

from __future__ import annotations

from pathlib import Path

from xlpy.errors import FileNotSaved, SettingsError
from xlpy.files import keep_private
from xlpy.profile.rules_file import TEMPLATE
from xlpy.profile.settings import read_profile
from xlpy.resources import resource_folder

DEFAULT = "rules.py"


def make_rules(settings: Path) -> tuple[Path, str]:
    """Write the example beside the settings, under the name that they have or ``rules.py``; return it and the words.

    Raises ``SettingsError`` when the settings can't be read, or when the file is there already; ``FileNotSaved``.
    """
    named = read_profile(settings).site.rules
    path = settings.resolve().parent / (named or DEFAULT)
    if path.exists() or path.is_symlink():
        raise SettingsError(f"{path} is there already.", fix="Change it, or move it away first. Nothing was changed.")
    try:
        keep_private(path, (resource_folder("templates") / "rules" / TEMPLATE).read_bytes())
    except OSError as error:
        raise FileNotSaved("file of rules", str(path.parent), error.strerror or str(error)) from error
    next_step = "" if named else f' Write rules = "{path.name}" under [site] of {settings.name}.'
    return path, f"Made {path}; it changes nothing yet.{next_step} 'xlpy rules try' shows what it does."
