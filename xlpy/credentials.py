"""Secrets of the Manage site: where they come from, and values that never show themselves."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

ENV_PRIVATE_KEY = "XLPY_MANAGE_PRIVATE_KEY"
ENV_INTEGRATOR_PASSWORD = "XLPY_MANAGE_INTEGRATOR_PASSWORD"  # noqa: S105  (the variable's name, not a password)


@dataclass(frozen=True, slots=True, repr=False)
class ManageSecrets:
    """The private half of an API key, or the password of an integrator login. Printing it shows neither."""

    private_key: str = ""
    integrator_password: str = ""

    def __repr__(self) -> str:
        key = "set" if self.private_key else "missing"
        password = "set" if self.integrator_password else "missing"
        return f"ManageSecrets(private_key: {key}, integrator_password: {password})"


def manage_secrets(environment: Mapping[str, str] | None = None) -> ManageSecrets:
    """Return the secrets of this user from the environment. What is pasted with blanks or a line end still works."""
    env = os.environ if environment is None else environment
    return ManageSecrets(
        private_key=env.get(ENV_PRIVATE_KEY, "").strip(),
        integrator_password=env.get(ENV_INTEGRATOR_PASSWORD, "").strip("\r\n"),
    )
