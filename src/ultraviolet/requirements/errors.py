"""Failures of reading requirements."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class RequirementsError(UltravioletError):
    """A source of requirements cannot be read as it stands."""


class RequirementsFileError(RequirementsError):
    """A requirements file breaks its grammar, or an entry cannot be parsed; the cause says why."""


class NotEditable(RequirementsError):
    """A requirement that was asked to be editable is not a local directory."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, hints=("Editable requirements must refer to a local directory",))
