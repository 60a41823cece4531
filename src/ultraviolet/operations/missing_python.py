"""What is said besides when no interpreter was found: whether a download could have helped, and why there was none."""

from __future__ import annotations

from ultraviolet.python.discovery import download_hint
from ultraviolet.python.downloadable import is_downloadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from ultraviolet.errors import UltravioletError
    from ultraviolet.python.discovery import PythonPreference
    from ultraviolet.python.request import PythonRequest

    Downloads = Literal["automatic", "manual", "never"]


class DownloadPolicy:
    """Whether Pythons may be downloaded. Do not change it."""

    __slots__ = ("downloads", "offline")

    def __init__(self, downloads: Downloads = "automatic", *, offline: bool = False) -> None:
        self.downloads: Downloads = downloads
        self.offline = offline


def explain(
    error: UltravioletError,
    request: PythonRequest,
    policy: DownloadPolicy,
    *,
    preference: PythonPreference,
    cwd: str,
) -> UltravioletError:
    """Return the error of a search without result, with the hint that applies."""
    available = is_downloadable(request)
    if available is None:
        return error
    enabled = preference != "only-system" and policy.downloads == "automatic" and not policy.offline
    reason = None
    if enabled:
        if not available and request.kind not in ("default", "any"):
            reason = "requires-update"
    elif available:
        if policy.downloads != "automatic":
            reason = policy.downloads
        elif preference == "only-system":
            reason = "only-system"
        else:
            reason = "offline"
    if reason is not None:
        error.hints = (*error.hints, download_hint(request, reason, cwd))
    return error
