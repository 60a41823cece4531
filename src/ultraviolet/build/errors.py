"""Failures of builds, each with the facts a caller can act on."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError

DEFAULT_HINT = "Build failures usually indicate a problem with the package or the build environment"


class BuildError(UltravioletError):
    """A source tree cannot be built."""

    is_backend_failure = False
    """Whether the backend, rather than the frontend, failed: shown as `Failed to build` instead of `Failed to download`."""


class InvalidSourceTree(BuildError):
    """A directory is not a Python project."""


class InvalidBackendPath(BuildError):
    """A ``backend-path`` entry is missing or leaves the source tree."""


class BuildRequirementsFailed(BuildError):
    """What the build needs could not be resolved; the cause says why."""


class BuildRequirementsNotInstalled(BuildRequirementsFailed):
    """What the build needs could not be installed; hints about that would be about somebody else's package."""

    hides_hints = True


class CyclicBuild(BuildError):
    """Building a package needs the package itself."""


class BuildDisabled(BuildError):
    """``--no-build`` forbids it."""


class HookEnded(BuildError):
    """A build was begun before it was asked for, and will not be asked for."""


class BackendFailed(BuildError):
    """The backend returned an error; the cause carries its output."""

    is_backend_failure = True


class HookOutput(UltravioletError):
    """What a failing hook printed, below the error that names it."""

    def __init__(self, message: str, status: str, stdout: str, stderr: str, *, ends_with_line: bool = True) -> None:
        """Put the message together.

        :param status: how the process ended.
        :param ends_with_line: whether an empty line separates the output from what follows.
        """
        parts = [f"{message} ({status})"]
        shown = False
        for title, text in (("[stdout]", stdout), ("[stderr]", stderr)):
            if text.strip():
                parts.append(f"\n\n{title}\n" + text.removesuffix("\n"))
                shown = True
        super().__init__("".join(parts) + ("\n" if shown and ends_with_line else ""))
        self.stdout = stdout
        self.stderr = stderr
