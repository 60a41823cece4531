"""What the backend reads from ``pyproject.toml``: ``[project]`` (PEP 621, 639) and ``[tool.uv.build-backend]``."""

from __future__ import annotations

import os
from typing import Any

import msgspec

from ultraviolet.backend.errors import BackendError
from ultraviolet.backend.globs import GlobSet
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import dist_info_name, normalize_name, parse_package_name
from ultraviolet.standards.requirements import Pep508Requirement, parse_requirement
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

DEFAULT_EXCLUDES = ("__pycache__", "*.pyc", "*.pyo")

_CONTENT_TYPES = {"txt": "text/plain", "rst": "text/x-rst", "md": "text/markdown"}


class BackendSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=False):
    """``[tool.uv.build-backend]``."""

    module_root: str = "src"
    module_name: str | tuple[str, ...] | None = None
    source_include: tuple[str, ...] = ()
    default_excludes: bool = True
    source_exclude: tuple[str, ...] = ()
    wheel_exclude: tuple[str, ...] = ()
    namespace: bool = False
    data: dict[str, str] = {}


class BackendProject(msgspec.Struct, frozen=True, kw_only=True):
    """A project as the backend sees it."""

    root: str
    name: str
    """Normalised."""
    version: str
    table: dict[str, Any]
    """``[project]``."""
    settings: BackendSettings

    @property
    def stem(self) -> str:
        """``name-version`` as files spell it."""
        return f"{dist_info_name(self.name)}-{self.version}"

    @property
    def dist_info(self) -> str:
        """Name of the metadata directory."""
        return self.stem + ".dist-info"


def read_project(root: str) -> BackendProject:
    """Read the project in a directory.

    :raises BackendError: the file is missing, malformed, or asks for what the backend does not do.
    """
    import tomllib

    path = os.path.join(root, "pyproject.toml")
    try:
        with open(path, "rb") as stream:
            document = tomllib.load(stream)
    except OSError as error:
        raise BackendError(f"failed to open file `{path}`") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BackendError(f"Invalid metadata format in: {path}") from error
    table = document.get("project")
    if not isinstance(table, dict):
        raise BackendError(f"Invalid metadata format in: {path}") from BackendError("missing field `project`")
    for key in ("name", "version"):
        if not isinstance(table.get(key), str):
            raise BackendError(f"Invalid metadata format in: {path}") from BackendError(f"missing field `{key}`")
    if table.get("dynamic"):
        raise BackendError("Invalid project metadata") from BackendError("Dynamic metadata is not supported")
    raw = document.get("tool", {}).get("uv", {}).get("build-backend", {})
    try:
        settings = msgspec.convert(raw, BackendSettings)
        name = parse_package_name(table["name"])
        version = str(parse_version(table["version"]))
    except (msgspec.ValidationError, UltravioletError) as error:
        raise BackendError(f"Invalid metadata format in: {path}") from error
    return BackendProject(root=root, name=name, version=version, table=table, settings=settings)


# -- METADATA


def core_metadata(project: BackendProject) -> str:
    """Return METADATA: version 2.3, or 2.4 when the project uses PEP 639 licence fields."""
    table = project.table
    spdx = isinstance(table.get("license"), str)
    modern = spdx or "license-files" in table
    license_text, license_files = _licence(project)
    body, content_type = _readme(project)
    summary = table.get("description")
    if summary is not None and "\n" in summary:
        raise _invalid("`project.description` must be a single line")
    lines = [f"Metadata-Version: {'2.4' if modern else '2.3'}", f"Name: {table['name']}", f"Version: {project.version}"]

    def add(key: str, value: str | None) -> None:
        if value:
            folded = value.replace("\n", "\n        ")
            lines.append(f"{key}: {folded}")

    add("Summary", summary)
    add("Keywords", ",".join(table.get("keywords", ())))
    add("Author", _names(table.get("authors", ())))
    add("Author-email", _emails(table.get("authors", ())))
    add("License", license_text)
    if spdx:
        add("License-Expression", table["license"])
    for file in license_files:
        add("License-File", file)
    for classifier in table.get("classifiers", ()):
        add("Classifier", classifier)
    for requirement in _requires_dist(table):
        add("Requires-Dist", requirement)
    add("Maintainer", _names(table.get("maintainers", ())))
    add("Maintainer-email", _emails(table.get("maintainers", ())))
    if "requires-python" in table:
        add("Requires-Python", parse_specifiers(table["requires-python"]).text(", "))
    for label, url in table.get("urls", {}).items():
        add("Project-URL", f"{label}, {url}")
    for extra in sorted(normalize_name(extra) for extra in table.get("optional-dependencies", {})):
        add("Provides-Extra", extra)
    add("Description-Content-Type", content_type)
    text = "\n".join(lines) + "\n"
    return f"{text}\n{body}\n" if body else text


def _invalid(reason: str) -> BackendError:
    error = BackendError("Invalid project metadata")
    error.__cause__ = BackendError(reason)
    return error


def _names(people: list[dict[str, str]]) -> str:
    return ", ".join(person["name"] for person in people if "name" in person)


def _emails(people: list[dict[str, str]]) -> str:
    return ", ".join(
        f"{person['name']} <{person['email']}>" if "name" in person else person["email"]
        for person in people
        if "email" in person
    )


def _requires_dist(table: dict[str, Any]) -> list[str]:
    texts = [str(parse_requirement(text)) for text in table.get("dependencies", ())]
    extras = {normalize_name(extra): items for extra, items in table.get("optional-dependencies", {}).items()}
    for extra in sorted(extras):
        condition = parse_marker(f"extra == '{extra}'")
        for text in extras[extra]:
            requirement = parse_requirement(text)
            texts.append(str(_with_marker(requirement, requirement.marker & condition)))
    return texts


def _with_marker(requirement: Pep508Requirement, marker: Any) -> Pep508Requirement:
    return msgspec.structs.replace(requirement, marker=marker)


def _readme(project: BackendProject) -> tuple[str | None, str | None]:
    readme = project.table.get("readme")
    if readme is None:
        return None, None
    if isinstance(readme, str):
        extension = os.path.splitext(readme)[1].removeprefix(".")
        if extension not in _CONTENT_TYPES:
            raise _invalid(
                f"Unknown Readme extension `{extension}`, can't determine content type. Please use a support extension "
                "(`.md`, `.rst`, `.txt`) or set the content type manually."
            )
        return _text(project.root, readme), _CONTENT_TYPES[extension]
    content_type = readme.get("content-type")
    if content_type not in _CONTENT_TYPES.values():
        raise _invalid(f"Unsupported content type: {content_type}")
    if readme.get("charset", "UTF-8") != "UTF-8":
        raise _invalid("The readme must be UTF-8 encoded")
    if "file" in readme:
        return _text(project.root, readme["file"]), content_type
    return readme.get("text", ""), content_type


def _text(root: str, relative: str) -> str:
    path = os.path.join(root, relative)
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError as error:
        raise BackendError(f"failed to open file `{path}`") from error
    except UnicodeDecodeError as error:
        raise BackendError(f"`{path}` is not UTF-8") from error


def _licence(project: BackendProject) -> tuple[str | None, list[str]]:
    """Return (text for the pre-PEP 639 field, files)."""
    licence = project.table.get("license")
    if "license-files" in project.table:
        if isinstance(licence, dict):
            raise _invalid(
                "When `project.license-files` is defined, `project.license` must be an SPDX expression string"
            )
        return None, license_files(project)
    if isinstance(licence, dict):
        if "text" in licence:
            return licence["text"], []
        if "file" in licence:
            return _text(project.root, licence["file"]), []
    return None, []


def license_files(project: BackendProject) -> list[str]:
    """Return the files that ``project.license-files`` matches, sorted (PEP 639)."""
    found: set[str] = set()
    for pattern in project.table.get("license-files", ()):
        globs = GlobSet((pattern,), escapes=False)
        matched = {path for path in walk_files(project.root) if globs.matches(path)}
        if not matched:
            raise _invalid(f"Pattern `{pattern}` in `project.license-files` did not match any files")
        found |= matched
    return sorted(found)


def walk_files(root: str, start: str = "", *, exclude: GlobSet | None = None) -> list[str]:
    """Return the files below ``root/start``, relative to ``root``, sorted name by name, excludes left out."""
    found: list[str] = []
    with os.scandir(os.path.join(root, start) if start else root) as entries:
        children = sorted(entries, key=lambda entry: entry.name)
    for entry in children:
        relative = f"{start}/{entry.name}" if start else entry.name
        if exclude is not None and exclude.matches(relative):
            continue
        if entry.is_dir(follow_symlinks=False):
            if os.path.isfile(os.path.join(entry.path, "pyvenv.cfg")):
                if exclude is None:
                    continue
                raise BackendError(
                    "Virtual environments must not be added to source distributions or wheels, remove the directory or "
                    f"exclude it from the build: {entry.path}"
                )
            found += walk_files(root, relative, exclude=exclude)
        else:
            found.append(relative)
    return found


# -- entry points


def entry_points(table: dict[str, Any]) -> str | None:
    """Return ``entry_points.txt``, or None when the project states none."""
    groups: list[tuple[str, dict[str, str]]] = []
    if "scripts" in table:
        groups.append(("console_scripts", table["scripts"]))
    if "gui-scripts" in table:
        groups.append(("gui_scripts", table["gui-scripts"]))
    for group, entries in sorted(table.get("entry-points", {}).items()):
        if group == "console_scripts":
            raise _invalid("Use `project.scripts` instead of `project.entry-points.console_scripts`")
        if group == "gui_scripts":
            raise _invalid("Use `project.gui-scripts` instead of `project.entry-points.gui_scripts`")
        groups.append((group, entries))
    if not any(key in table for key in ("scripts", "gui-scripts", "entry-points")):
        return None
    lines: list[str] = []
    for group, entries in groups:
        if not group or not all(char.isalnum() or char in "._" for char in group) or group[0] == ".":
            raise _invalid(
                f"Entrypoint groups must consist of letters and numbers separated by dots, invalid group: {group}"
            )
        lines.append(f"[{group}]")
        for name, reference in sorted(entries.items()):
            plain = bool(name) and all(char.isalnum() or char in ".-_" for char in name) and set(name) != {"."}
            if group in {"console_scripts", "gui_scripts"} and not plain:
                raise _invalid(
                    f"Entrypoint names must consist of letters, numbers, dots, underscores and dashes; invalid name: {name}"
                )
            lines.append(f"{name} = {reference}")
        lines.append("")
    return "\n".join(lines) + "\n" if lines else ""


# -- modules


def module_roots(project: BackendProject) -> tuple[str, list[str]]:
    """Return (absolute module root, relative module directories), checked.

    :raises BackendError: a module is missing, misnamed or outside the project.
    """
    settings = project.settings
    root = os.path.normpath(os.path.join(project.root, settings.module_root))
    if root != project.root and not root.startswith(project.root.rstrip(os.sep) + os.sep):
        raise BackendError(f"Module root must be inside the project: {settings.module_root}")
    names: list[str]
    if settings.module_name is None:
        stem = project.name.removesuffix("-stubs")
        default = dist_info_name(stem) + ("-stubs" if stem != project.name else "")
        if settings.namespace:
            return root, [dist_info_name(project.name)]
        return root, [_checked_module(root, default, identifiers=False)]
    names = [settings.module_name] if isinstance(settings.module_name, str) else _pruned(settings.module_name)
    if settings.namespace:
        return root, [name.replace(".", "/") for name in names]
    return root, [_checked_module(root, name, identifiers=True) for name in names]


def _pruned(names: tuple[str, ...]) -> list[str]:
    """Drop names that lie inside another one."""
    kept: list[str] = []
    for name in sorted(set(names)):
        if not any(name.startswith(other + ".") for other in kept):
            kept.append(name)
    return kept


def _checked_module(root: str, name: str, *, identifiers: bool) -> str:
    first, *rest = name.split(".")
    stubs = first.endswith("-stubs")
    if identifiers and not all(part.isidentifier() for part in (first.removesuffix("-stubs"), *rest)):
        raise BackendError(f"Invalid module name: {name}")
    relative = "/".join((first, *rest))
    init = os.path.join(root, relative, "__init__.pyi" if stubs else "__init__.py")
    if not os.path.isfile(init):
        raise BackendError(f"Expected a Python module at: {init}")
    parents = relative.split("/")[:-1]
    for depth in range(1, len(parents) + 1):
        parent = os.path.join(root, *parents[:depth])
        if any(os.path.exists(os.path.join(parent, file)) for file in ("__init__.py", "__init__.pyi")):
            raise BackendError(f"For namespace packages, `__init__.py[i]` is not allowed in parent directory: {parent}")
    return relative
