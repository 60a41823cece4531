"""The entrance of the settings room: from a parsed command line to :class:`ultraviolet.settings.options.Settings`."""

from __future__ import annotations

import os

from ultraviolet.settings.environment import Environment
from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.files import (
    check_required_version,
    combine,
    file_options,
    find_project_options,
    script_options,
    system_options,
    user_options,
)
from ultraviolet.settings.globals import resolve_globals, warn_unknown_features
from ultraviolet.settings.locations import user_display
from ultraviolet.settings.options import Settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from ultraviolet.settings.globals import ParsedArguments
    from ultraviolet.settings.values import PipSettings, ResolverSettings


def _quiet(_text: str) -> None:
    """Drop a warning."""


def project_directory(arguments: ParsedArguments, cwd: str, *, must_exist: bool) -> str:
    """Where the search for a project starts.

    Raises :class:`SettingsError` when ``--project`` names no directory.
    """
    given = arguments.one("--project")
    if not given:
        return cwd
    path = os.path.normpath(os.path.join(cwd, given))
    if os.path.basename(path) == "pyproject.toml" and os.path.isfile(path):
        return os.path.dirname(path)
    if must_exist and not os.path.isdir(path):
        shown = user_display(path, cwd)
        if os.path.exists(path):
            raise SettingsError(f"Project path `{shown}` is not a directory")
        raise SettingsError(f"Project directory `{shown}` does not exist")
    return path


def workspace_root(directory: str) -> str | None:
    """The root of the workspace around a directory, as far as the choice of a configuration file needs it.

    ``None`` when there is no project, or when it cannot be read; complaints are left to those who need the project.
    """
    manifests = []
    while True:
        path = os.path.join(directory, "pyproject.toml")
        if os.path.isfile(path):
            manifests.append(path)
        parent = os.path.dirname(directory)
        if parent == directory:
            break
        directory = parent
    if not manifests:
        return None
    nearest = _tables(manifests[0])
    if nearest is None or nearest[1].get("managed") is False:
        return None
    has_project, settings = nearest
    if "workspace" in settings:
        return os.path.dirname(manifests[0])
    if not has_project:
        return None
    if len(manifests) > 1 and any(_mentions_workspace(path) for path in manifests[1:]):
        return _discovered_root(os.path.dirname(manifests[0]))
    return os.path.dirname(manifests[0])


def _tables(path: str) -> tuple[bool, Mapping[str, Any]] | None:
    """Whether a manifest has ``[project]``, and its ``[tool.uv]``."""
    from ultraviolet.standards.toml import TomlError, parse_toml

    try:
        with open(path, encoding="utf-8") as stream:
            data = parse_toml(stream.read())
    except (OSError, TomlError, UnicodeDecodeError):
        return None
    tool = data.get("tool")
    settings = tool.get("uv") if isinstance(tool, dict) else None
    return isinstance(data.get("project"), dict), settings if isinstance(settings, dict) else {}


def _mentions_workspace(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return b"workspace" in stream.read()
    except OSError:
        return False


def _discovered_root(directory: str) -> str | None:
    from ultraviolet.errors import UltravioletError
    from ultraviolet.workspace.discovery import DiscoveryOptions, discover_workspace

    try:
        workspace = discover_workspace(directory, DiscoveryOptions(members="none"))
    except UltravioletError:
        return None
    return workspace.root


_USER_LEVEL = ("tool ", "self ")


def read_files(
    arguments: ParsedArguments,
    environment: Environment,
    *,
    cwd: str,
    project_dir: str,
    warn: Callable[[str], None],
) -> dict[str, Any]:
    """The merged settings of the configuration files that apply."""
    environ = environment.variables
    named = arguments.one("--config-file")
    if named:
        if os.path.basename(named) == "pyproject.toml":
            warn(
                "The `--config-file` argument expects to receive a `uv.toml` file, not a `pyproject.toml`. If you're "
                "trying to run a command from another project, use the `--project` argument instead."
            )
        return file_options(str(named), cwd)
    if arguments.flag("--no-config"):
        return {}
    project = None
    if not arguments.command.startswith(_USER_LEVEL):
        root = workspace_root(project_dir)
        project = find_project_options(project_dir if root is None else root, cwd, warn)
    system = system_options(environ, cwd, enabled=not environment.late_flag("UV_NO_SYSTEM_CONFIG"))
    user = user_options(environ, cwd)
    return combine(combine(project, user), system) or {}


def resolve_settings(
    command: str,
    arguments: ParsedArguments,
    environ: Mapping[str, str],
    cwd: str,
    *,
    warn: Callable[[str], None] = _quiet,
    directory: str | None = None,
) -> Settings:
    """Read every layer of settings for a command; texts for the user go to ``warn``.

    :param directory: where the search for a project starts instead of ``cwd``; ``--project`` comes first.
    """
    environment = Environment(environ)
    project_dir = project_directory(arguments, cwd, must_exist=command != "init")
    if directory is not None and project_dir == cwd:
        project_dir = directory
    warn_unknown_features(arguments, warn)
    files = read_files(arguments, environment, cwd=cwd, project_dir=project_dir, warn=warn)
    options = resolve_globals(arguments, environment, files, cwd=cwd, warn=warn)
    check_required_version(files)
    return Settings(
        arguments=arguments,
        environment=environment,
        files=files,
        globals_=options,
        cwd=cwd,
        project_dir=project_dir,
        warn=warn,
        layers=_LayersOnDemand(),
    )


class _LayersOnDemand:
    """Imports the merging code for the commands that need it."""

    def resolver_settings(self, settings: Settings) -> ResolverSettings:
        from ultraviolet.settings.layers import resolver_settings

        return resolver_settings(settings)

    def pip_settings(self, settings: Settings) -> PipSettings:
        from ultraviolet.settings.layers import pip_settings

        return pip_settings(settings)


def with_script_options(settings: Settings, data: Mapping[str, Any], text: str, base: str) -> Settings:
    """The settings of a command on a script, whose ``[tool.uv]`` comes before all files.

    :param data: the decoded metadata of the script, ``text`` its TOML.
    :param base: the directory that paths in it are relative to.
    """
    options = script_options(data, text, base)
    if not options:
        return settings
    files = combine(options, dict(settings.files)) or {}
    globals_ = resolve_globals(settings.arguments, settings.environment, files, cwd=settings.cwd, warn=settings.warn)
    check_required_version(files)
    return Settings(
        arguments=settings.arguments,
        environment=settings.environment,
        files=files,
        globals_=globals_,
        cwd=settings.cwd,
        project_dir=settings.project_dir,
        warn=settings.warn,
        layers=_LayersOnDemand(),
    )
