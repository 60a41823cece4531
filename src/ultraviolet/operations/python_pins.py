"""The Python that a ``.python-version`` file asks for."""

from __future__ import annotations

from ultraviolet.python.pins import find_pin_file, read_pin_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ultraviolet.python.pins import PinFile


class PinRules:
    """Where pins are looked for. Do not change it."""

    __slots__ = ("ignore", "user_directory")

    def __init__(self, *, ignore: bool = False, user_directory: str | None = None) -> None:
        self.ignore = ignore
        """``--no-config``: there are none."""
        self.user_directory = user_directory
        """Where the user's own pin may lie."""


def find_pins(
    directory: str,
    rules: PinRules,
    *,
    cwd: str,
    stop_at: str | None = None,
    warn: Callable[[str], None] | None = None,
) -> PinFile | None:
    """Return the pin file for a directory, with warnings for what in it is not understood.

    The search ends at ``stop_at``, the root of a workspace.
    """
    if rules.ignore:
        return None
    path = find_pin_file(directory, stop_at=stop_at, user_directory=rules.user_directory)
    pins = read_pin_file(path, cwd) if path is not None else None
    if pins is not None and warn is not None:
        for warning in pins.warnings():
            warn(warning)
    return pins
