"""Regular expressions of modules that warm commands import: compiled by an earlier process, where :mod:`ultraviolet.startup` keeps them."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re


def compile_pattern(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """Compile a regular expression, as ``re.compile``; for use when a module is imported.

    ``re`` itself is imported only if nobody has compiled the expression before.
    """
    startup = sys.modules.get("ultraviolet.startup")
    kept: re.Pattern[str] | None = None if startup is None else startup.kept_pattern(pattern, flags)
    if kept is not None:
        return kept
    import re

    return re.compile(pattern, flags)
