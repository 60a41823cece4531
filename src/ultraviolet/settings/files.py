"""Find, read and merge configuration files.

The nearest ``uv.toml`` or ``[tool.uv]`` above the project counts as the project's; the user's and the system's files
stand behind it. Scalars of a nearer file win, lists are joined with the nearer file's entries first, tables are merged
key by key. Relative locations of indexes are resolved against their file's directory on the way.
"""

from __future__ import annotations

import os

from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.locations import location_url, system_config_file, user_config_file, user_display

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Options = dict[str, Any]


class ProjectFileError(SettingsError):
    """A ``pyproject.toml`` whose settings cannot be read; it is warned about and passed over."""


def _read_text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return stream.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        raise SettingsError(f"failed to read from file `{path}`: stream did not contain valid UTF-8") from None
    except OSError as error:
        raise SettingsError(f"failed to open file `{path}`: {error.strerror} (os error {error.errno})") from None


def _failure(path: str, cwd: str, *, project: bool) -> SettingsError:
    kind = ProjectFileError if project else SettingsError
    return kind(f"Failed to parse: `{user_display(path, cwd)}`")


def parse_uv_toml(text: str, path: str, cwd: str, *, level: str | None = None) -> Options:
    """Read a ``uv.toml``.

    :param level: whose it is, for messages about its indexes: ``project``, ``user`` or ``system``.
    """
    from ultraviolet.settings.schema import PROJECT_ONLY, check_options
    from ultraviolet.standards.shapes import ShapeError, located
    from ultraviolet.standards.toml import TomlError, parse_toml

    try:
        data = parse_toml(text)
    except TomlError as error:
        raise _failure(path, cwd, project=False) from error
    try:
        options = check_options(data)
    except ShapeError as error:
        check_required_version(data)
        raise _failure(path, cwd, project=False) from located(text, error)
    check_required_version(options)
    for name in PROJECT_ONLY:
        if name in options:
            shown = user_display(path, cwd)
            raise SettingsError(
                f"Failed to parse: `{shown}`. The `{name}` field is not allowed in a `uv.toml` file. `{name}` is only "
                "applicable in the context of a project, and should be placed in a `pyproject.toml` file instead."
            )
    options = _relative_to(options, os.path.dirname(path))
    if level is not None and "index" in options:
        place = f"a {level}-level `uv.toml`"
        options["index"] = tuple({**entry, "place": place} for entry in options["index"])
    return options


def parse_pyproject(text: str, path: str, cwd: str) -> Options | None:
    """Read ``[tool.uv]``; ``None`` when a manifest has none."""
    if not text.strip():
        return None
    from ultraviolet.settings.schema import check_options
    from ultraviolet.standards.shapes import ShapeError, located
    from ultraviolet.standards.toml import TomlError, parse_toml

    try:
        data = parse_toml(text)
    except TomlError as error:
        raise _failure(path, cwd, project=True) from error
    tool = data.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    if table is None:
        return None
    try:
        options = check_options(table, ("tool", "uv"))
    except ShapeError as error:
        if isinstance(table, dict):
            check_required_version(table)
        raise _failure(path, cwd, project=True) from located(text, error)
    return _relative_to(options, os.path.dirname(path))


_READ_WITH_SCRIPTS = frozenset(
    {
        "constraint-dependencies",
        "override-dependencies",
        "exclude-dependencies",
        "build-constraint-dependencies",
        "sources",
    }
)
"""Keys of a script's ``[tool.uv]`` that are read with its dependencies."""

_NOT_OF_SCRIPTS = frozenset(
    {
        "add-bounds",
        "audit",
        "cache-keys",
        "check-url",
        "pip",
        "publish-url",
        "pypy-install-mirror",
        "python-downloads-json-url",
        "python-install-mirror",
        "trusted-publishing",
    }
)
"""Settings that mean nothing in a script, beside those of projects."""


def script_options(data: Mapping[str, Any], text: str, base: str) -> Options | None:
    """Read ``[tool.uv]`` of a script's metadata; what belongs to its dependencies is left to others.

    :param base: the directory of the script.
    :raises TomlError: a key is none that scripts may have, or a value cannot be right.
    """
    tool = data.get("tool")
    table = tool.get("uv") if isinstance(tool, dict) else None
    if not table:
        return None
    from ultraviolet.settings.schema import CHECKS, PROJECT_ONLY, check_options
    from ultraviolet.standards.shapes import ShapeError, located

    known = {name: value for name, value in table.items() if name not in _READ_WITH_SCRIPTS}
    for name in known:
        if name not in CHECKS or name in _NOT_OF_SCRIPTS or name in PROJECT_ONLY:
            raise located(text, ShapeError(f"unknown field `{name}`", ("tool", "uv")))
    try:
        return _relative_to(check_options(known, ("tool", "uv")), base)
    except ShapeError as error:
        raise located(text, error) from None


def check_required_version(options: Mapping[str, Any]) -> None:
    """Refuse to run when the file asks for another version."""
    required = options.get("required-version")
    if not isinstance(required, str):
        return
    from ultraviolet._version import COMPATIBILITY_VERSION
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.specifiers import parse_specifiers
    from ultraviolet.standards.versions import parse_version

    try:
        specifiers = parse_specifiers(f"=={required}" if required[:1].isdigit() else required)
    except UltravioletError:
        return
    if not specifiers.contains(parse_version(COMPATIBILITY_VERSION)):
        exact = [item.version for item in specifiers.items if item.operator == "=="]
        hint = ""
        if len(exact) == len(specifiers.items) == 1:
            hint = f". Update `uv` by running `uv self update {exact[0]}`."
        elif any(
            item.operator in (">", ">=", "~=") and item.version > parse_version(COMPATIBILITY_VERSION)
            for item in specifiers.items
        ):
            hint = ". Update `uv` by running `uv self update`."
        raise SettingsError(
            f"Required uv version `{specifiers}` does not match the running version `{COMPATIBILITY_VERSION}`{hint}"
        )


def _location(text: str, base: str) -> dict[str, Any]:
    return {"url": location_url(text, base), "given": text}


def _relative_to(options: Options, base: str) -> Options:
    """Resolve locations of indexes against the directory of their file."""
    for table in (options, options.get("pip")):
        if table is None:
            continue
        if "index" in table:
            table["index"] = tuple({**entry, **_location(entry["url"], base)} for entry in table["index"])
        if "index-url" in table:
            table["index-url"] = _location(table["index-url"], base)
        for name in ("extra-index-url", "find-links"):
            if name in table:
                table[name] = tuple(_location(text, base) for text in table[name])
    return options


def combine(first: Options | None, second: Options | None) -> Options | None:
    """Merge two tables of settings; ``first`` is the stronger one."""
    if first is None or second is None:
        return first if second is None else second
    merged = dict(first)
    for name, value in second.items():
        merged[name] = combined_value(merged[name], value) if name in merged else value
    return merged


def combined_value(first: Any, second: Any) -> Any:
    """Merge two values of one setting: tables by key, lists one after the other, anything else the first."""
    if isinstance(first, tuple) and isinstance(second, tuple):
        return first + second
    if isinstance(first, dict) and isinstance(second, dict) and "given" not in first:
        return combine(first, second)
    return first


def find_project_options(directory: str, cwd: str, warn: Callable[[str], None]) -> Options | None:
    """The settings of the nearest ``uv.toml`` or ``[tool.uv]`` at or above a directory."""
    while True:
        path = os.path.join(directory, "uv.toml")
        text = _read_text(path)
        if text is not None:
            options = parse_uv_toml(text, path, cwd, level="project")
            _warn_masked(directory, cwd, warn)
            return options
        path = os.path.join(directory, "pyproject.toml")
        text = _read_text(path)
        if text is not None:
            try:
                found = parse_pyproject(text, path, cwd)
            except ProjectFileError as error:
                cause = str(error.__cause__)
                indented = "\n".join(f"  {line}" if line.strip() else line for line in cause.split("\n"))
                warn(f"Failed to parse `{user_display(path, cwd)}` during settings discovery:\n{indented}\n")
                found = None
            if found is not None:
                return found
        parent = os.path.dirname(directory)
        if parent == directory:
            return None
        directory = parent


def _warn_masked(directory: str, cwd: str, warn: Callable[[str], None]) -> None:
    path = os.path.join(directory, "pyproject.toml")
    text = _read_text(path)
    if text is None:
        return
    from ultraviolet.errors import UltravioletError
    from ultraviolet.settings.schema import CHECKS, NOT_MASKED

    try:
        options = parse_pyproject(text, path, cwd)
    except UltravioletError:
        return
    masked = [name for name in CHECKS if options and name in options and name not in NOT_MASKED]
    if masked:
        listing = "\n- ".join("cache_keys" if name == "cache-keys" else name for name in masked)
        warn(
            "Found both a `uv.toml` file and a `[tool.uv]` section in an adjacent `pyproject.toml`. The following "
            f"fields from `[tool.uv]` will be ignored in favor of the `uv.toml` file:\n- {listing}"
        )


def user_options(environ: Mapping[str, str], cwd: str) -> Options | None:
    """The user's settings."""
    path = user_config_file(environ)
    try:
        os.stat(path)
    except OSError:
        return None
    text = _read_text(path)
    return None if text is None else parse_uv_toml(text, path, cwd, level="user")


def system_options(environ: Mapping[str, str], cwd: str, *, enabled: bool) -> Options | None:
    """The system's settings."""
    path = system_config_file(environ) if enabled else None
    text = None if path is None else _read_text(path)
    return None if text is None or path is None else parse_uv_toml(text, path, cwd, level="system")


def file_options(path: str, cwd: str) -> Options:
    """The settings of the file named by ``--config-file``."""
    text = _read_text(os.path.join(cwd, path))
    if text is None:
        raise SettingsError(f"failed to open file `{path}`: No such file or directory (os error 2)")
    return parse_uv_toml(text, os.path.join(cwd, path), cwd)
