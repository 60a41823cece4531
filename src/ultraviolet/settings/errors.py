"""What can be wrong with settings."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError


class SettingsError(UltravioletError):
    """A configuration file, an environment variable or a combination of options makes no sense."""
