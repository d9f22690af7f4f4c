"""A firm's own rules: making a file of them, and trying them on what is unposted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlpy.services.flows.told import Told

if TYPE_CHECKING:
    from xlpy.services.export.trying_rules import RulesTried
    from xlpy.services.run.session import Session


def new_rules(settings: Path) -> Told[Path]:
    """Put a commented example beside the settings, never over a file that is there. Raises ``SettingsError``."""
    from xlpy.services.setup.new_rules import make_rules

    made, text = make_rules(settings)
    return Told(made, 0, text, {"state": "made", "path": str(made)})


def try_rules(session: Session, *, through: date | None = None) -> Told[RulesTried]:
    """Show what the rules change of what is unposted, against no rules. Writes nothing. Raises ``SettingsError``."""
    from xlpy.services.as_json.run import problem_json
    from xlpy.services.export.trying_rules import try_rules

    tried = try_rules(session, through)
    data: dict[str, Any] = {
        "state": "tried",
        "file": tried.file,
        "sha256": tried.sha256,
        "functions": list(tried.functions),
        "tried": tried.tried,
        "changed": tried.changed,
        "changes": [
            {
                "id": change.transaction_id,
                "transaction": change.number,
                "what": change.what,
                "without": change.without,
                "with": change.with_rules,
            }
            for change in tried.changes
        ],
        "problems": [problem_json(problem) for problem in tried.problems],
    }
    return Told(tried, 1 if tried.broken else 0, tried.text, data)
