"""The end of the dialog: both halves are tried with what was typed, then saved. The same for window and prompts."""

from __future__ import annotations

from dataclasses import dataclass, replace

from xlpy.errors import XlpyError
from xlpy.login.form import MANAGE, SL, LoginForm
from xlpy.login.saving import Saved, save
from xlpy.login.trial import Told, Trial
from xlpy.masking import masked, masking
from xlpy.profile.vault import KeyringUnavailable

AGAIN = "Press OK again to save it all the same."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What OK came to. ``saved`` is None when the dialog stays open; ``text`` says why."""

    sl: Told
    manage: Told
    saved: Saved | None = None
    text: str = ""
    may_insist: bool = False

    @property
    def field(self) -> str:
        """The first field to mend."""
        return next((told.field for told in (self.sl, self.manage) if not told.good and told.field), "")


def finish(form: LoginForm, *, insist: bool = False) -> Outcome:
    """Try both halves and save. With ``insist`` a failed test does not keep from saving (the server may be down).

    A field that is missing does, and so does a keyring that refuses. Never raises.
    """
    with masking(*form.secrets):
        return _finish(form, insist=insist)


def _finish(form: LoginForm, *, insist: bool) -> Outcome:
    trial = Trial(form)
    outcome = Outcome(trial.test_sl(), trial.test_manage())
    incomplete = bool(form.missing(SL)[0] or form.missing(MANAGE)[0])
    failed = not (outcome.sl.good and outcome.manage.good)
    if incomplete or (failed and not insist):
        text = "Not saved yet: see above." + ("" if incomplete else f" {AGAIN}")
        return replace(outcome, text=text, may_insist=not incomplete)
    try:
        saved = save(form)
    except XlpyError as error:
        without = " Then take the mark off Save passwords." if isinstance(error, KeyringUnavailable) else ""
        return replace(outcome, text=f"Nothing was saved. {masked(str(error))}{without}")
    except Exception as error:  # noqa: BLE001 (the dialog stays open)
        return replace(outcome, text=f"Nothing was saved ({type(error).__name__}: {masked(str(error))}).")
    return replace(outcome, saved=saved, text=saved.text)
