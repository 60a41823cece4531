"""What the room asks of others: build environments with requirements in them, and someone to tell about progress."""

from __future__ import annotations

import msgspec

from ultraviolet.build.errors import CyclicBuild

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object  # making real ones takes time


class BuildEnvironment(msgspec.Struct, frozen=True):
    """Where hooks run."""

    python: str
    """Absolute path of the interpreter."""
    scripts: str
    """Directory that is put first on ``PATH``."""
    prefix: str | None = None
    """``VIRTUAL_ENV`` of the hooks; None when no virtual environment is in use."""


class BuildStack(msgspec.Struct, frozen=True):
    """The sources whose builds are in progress, outermost first: a value handed down, so a cycle is seen."""

    entries: tuple[str, ...] = ()

    def entering(self, identity: str, label: str) -> BuildStack:
        """Return the stack with one more build.

        :raises CyclicBuild: the same source is being built already.
        """
        if identity in self.entries:
            raise CyclicBuild(f"Cyclic build dependency detected for `{label}`")
        return BuildStack((*self.entries, identity))


class Provision(Protocol):
    """Resolves and installs what a build needs."""

    def provide(
        self,
        requires: tuple[str, ...],
        *,
        tree: str,
        name: str | None,
        into: BuildEnvironment | None,
        stack: BuildStack,
    ) -> BuildEnvironment:
        """Install PEP 508 ``requires`` of the source tree ``tree``; ``into`` None makes a fresh environment."""

    def shared(self) -> BuildEnvironment:
        """Return the target environment, for builds without isolation."""

    def release(self, environment: BuildEnvironment) -> None:
        """Remove an environment made by :meth:`provide`."""


class BuildOutput(Protocol):
    """Hears what backends print (``uv build`` shows it live)."""

    def line(self, text: str) -> None:
        """Take one line of output."""
