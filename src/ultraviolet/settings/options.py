"""The settings of one command, every layer applied.

:class:`Settings` is what a command receives. Its parts are computed when first asked for, so that a command pays only
for what it uses; each is a frozen value with the names of uv's settings.
"""

from __future__ import annotations

from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.globals import GlobalOptions, conflict

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from ultraviolet.settings.environment import Environment
    from ultraviolet.settings.globals import ParsedArguments
    from ultraviolet.settings.values import PipSettings, ResolverSettings

    class Layers(Protocol):
        """Merges the layers into the larger parts of settings, each when it is first asked for."""

        def resolver_settings(self, settings: Settings) -> ResolverSettings:
            """Return everything about resolving, building and installing."""

        def pip_settings(self, settings: Settings) -> PipSettings:
            """Return the settings of the ``pip`` commands."""


_RENAMED = {
    "--seed": "UV_VENV_SEED",
    "--clear": "UV_VENV_CLEAR",
    "--relocatable": "UV_VENV_RELOCATABLE",
    "--bare": "UV_INIT_BARE",
}
"""Flags whose variable is not simply ``UV_`` and their name."""


def variable_of(flag: str) -> str:
    """The variable of a flag.

    >>> variable_of("--no-sync")
    'UV_NO_SYNC'
    """
    return _RENAMED.get(flag) or "UV_" + flag[2:].upper().replace("-", "_")


class Settings:
    """The settings of one command."""

    __slots__ = (
        "_layers",
        "_pip",
        "_resolver",
        "arguments",
        "command",
        "cwd",
        "environment",
        "files",
        "globals",
        "project_dir",
        "warn",
    )

    def __init__(
        self,
        *,
        arguments: ParsedArguments,
        environment: Environment,
        files: Mapping[str, Any],
        globals_: GlobalOptions,
        cwd: str,
        project_dir: str,
        warn: Callable[[str], None],
        layers: Layers,
    ) -> None:
        self.command = arguments.command
        self.arguments = arguments
        self.environment = environment
        self.files = files
        """The merged settings of all files, by uv's names; ``pip`` is a table of its own."""
        self.globals = globals_
        self.cwd = cwd
        self.project_dir = project_dir
        """Where the search for a project starts, absolute (``--project``)."""
        self.warn = warn
        self._layers = layers
        self._resolver: ResolverSettings | None = None
        self._pip: PipSettings | None = None

    # flags with a variable

    def flag(self, name: str) -> bool:
        """Whether a flag such as ``--frozen`` is on, by the command line or by its variable."""
        return self.arguments.flag(name) or bool(self.environment.flag(variable_of(name)))

    def pair(self, name: str, opposite: str) -> tuple[bool, bool]:
        """Two opposite flags; given on the command line, either silences the variables of both."""
        yes, no = self.arguments.flag(name), self.arguments.flag(opposite)
        if not yes and not no:
            yes = bool(self.environment.flag(variable_of(name)))
            no = bool(self.environment.flag(variable_of(opposite)))
        return yes, no

    def shown(self, name: str) -> str | None:
        """A flag that is on, as messages name it; ``None`` when it is off."""
        if self.arguments.flag(name):
            return f"`{name}`"
        variable = variable_of(name)
        return f"`{variable}` (environment variable)" if self.environment.flag(variable) else None

    def refuse_together(self, first: str, second: str) -> None:
        """Raise when two flags that exclude each other are both on, from wherever they come."""
        one, two = self.shown(first), self.shown(second)
        if one is not None and two is not None:
            raise conflict(one, two)

    def refuse_offline_refresh(self) -> None:
        """Raise when the cache is to be refreshed without a network."""
        arguments = self.arguments
        if self.globals.offline and (arguments.flag("--refresh") or arguments.many("--refresh-package")):
            raise SettingsError(f"the argument {self.globals.offline_source} cannot be used with `--refresh`")

    # parts

    @property
    def resolver(self) -> ResolverSettings:
        """Everything about resolving, building and installing."""
        if self._resolver is None:
            self._resolver = self._layers.resolver_settings(self)
        return self._resolver

    @property
    def pip(self) -> PipSettings:
        """The settings of the ``pip`` commands and ``venv``."""
        if self._pip is None:
            self._pip = self._layers.pip_settings(self)
        return self._pip

    def pip_value(self, name: str) -> Any:
        """One setting of the ``pip`` commands by uv's name, without reading all of :attr:`pip`."""
        given = self.arguments.one(f"--{name}")
        if given is not None and given != "":
            return given
        table = self.files.get("pip")
        return table.get(name) if table else None

    def pip_switch(self, name: str, opposite: str) -> bool | None:
        """One pair of flags of the ``pip`` commands, ``None`` when nothing was said."""
        if self.arguments.flag(name):
            return True
        if self.arguments.flag(opposite):
            return False
        table = self.files.get("pip")
        return table.get(name[2:]) if table else None

    def value(self, name: str, default: Any = None) -> Any:
        """One setting by uv's name, from ``--name`` or the files."""
        given = self.arguments.one(f"--{name}")
        return self.files.get(name, default) if given is None else given

    @property
    def checks_malware(self) -> bool:
        """Whether what is installed from a lock is compared with a list of malware first."""
        said = self.environment.flag("UV_MALWARE_CHECK")
        return bool(self.files.get("audit", {}).get("malware-check")) if said is None else said

    @property
    def malware_service(self) -> str | None:
        """URL of the service that has the list."""
        said = self.environment.text("UV_MALWARE_CHECK_URL") or self.files.get("audit", {}).get("malware-check-url")
        return None if said is None else str(said)

    @property
    def install_mirrors(self) -> tuple[str | None, str | None, str | None]:
        """Mirrors for Python and PyPy, and the list of downloads."""
        text = self.environment.text
        return (
            self.arguments.one("--mirror")
            or text("UV_PYTHON_INSTALL_MIRROR")
            or self.files.get("python-install-mirror"),
            self.arguments.one("--pypy-mirror")
            or text("UV_PYPY_INSTALL_MIRROR")
            or self.files.get("pypy-install-mirror"),
            self.arguments.one("--python-downloads-json-url")
            or text("UV_PYTHON_DOWNLOADS_JSON_URL")
            or self.files.get("python-downloads-json-url"),
        )
