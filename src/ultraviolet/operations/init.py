"""``uv init``: a new project, perhaps as a member of the workspace around it, or a new script."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Literal

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.operations.git_program import Git, GitMissing
from ultraviolet.operations.missing_python import DownloadPolicy, explain
from ultraviolet.operations.python_pins import PinRules, find_pins
from ultraviolet.operations.venv import find_installation
from ultraviolet.python.discovery import SearchContext, find_python
from ultraviolet.python.errors import ProbeError, PythonNotFound
from ultraviolet.python.interpreter import Interpreter
from ultraviolet.python.pins import PIN_FILE, PinFile, find_pin_file, read_pin_file, write_pin_file
from ultraviolet.python.request import (
    DEFAULT,
    PythonRequest,
    VersionRequest,
    parse_request,
    request_from_specifiers,
)
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import parse_version
from ultraviolet.workspace.discovery import DiscoveryOptions, Workspace, discover_workspace
from ultraviolet.workspace.editing import ManifestEditor
from ultraviolet.workspace.errors import MissingManifest, UnmanagedProject, WorkspaceError
from ultraviolet.workspace.init import (
    GITIGNORE,
    Author,
    Backend,
    ProjectKind,
    ProjectOptions,
    name_of_directory,
    project_files,
    project_kind,
    script_text,
)

__all__ = [
    "InitChoice",
    "Initialized",
    "ProjectExists",
    "PythonRules",
    "init_project",
    "init_script",
    "project_kind",
]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.python.discovery import PythonPreference
    from ultraviolet.python.request import Variant

AuthorSource = Literal["auto", "git", "none"]
VersionControl = Literal["git", "none"]


class PythonRules(msgspec.Struct, frozen=True, kw_only=True):
    """Which Python the project is for, and where it is looked for."""

    request: str | None = None
    """``--python``."""
    pin: bool = True
    """Write ``.python-version``."""
    preference: PythonPreference = "managed"
    pins: PinRules
    downloads: DownloadPolicy


class InitChoice(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for."""

    path: str | None = None
    """Where; None is the working directory."""
    name: PackageName | None = None
    kind: ProjectKind = "packaged-app"
    bare: bool = False
    description: str | None = None
    no_description: bool = False
    version_control: VersionControl | None = None
    """None for git where there is no repository yet."""
    backend: Backend | None = None
    no_readme: bool = False
    author_from: AuthorSource | None = None
    no_workspace: bool = False
    python: PythonRules


class Initialized(msgspec.Struct, frozen=True, kw_only=True):
    """What was made."""

    name: PackageName
    root: str
    """Absolute."""
    membership: Literal["added", "already", "excluded"] | None = None
    """What became of the workspace around."""
    workspace: str | None = None
    """Its root."""


class ProjectExists(UltravioletError):
    """There is a ``pyproject.toml`` already."""


def init_project(
    choice: InitChoice,
    context: SearchContext,
    *,
    project_dir: str,
    cache_root: str | None = None,
    warn: Callable[[str], None],
) -> Initialized:
    """Make a project.

    :param project_dir: where it is made when no path is given.
    :raises ProjectExists: there is one already.
    :raises UltravioletError: the place, the name, the workspace around or the Python make it impossible.
    """
    root = project_dir if choice.path is None else _absolute(choice.path, context.cwd)
    if os.path.exists(os.path.join(root, "pyproject.toml")):
        raise ProjectExists(f"Project is already initialized in `{root}` (`pyproject.toml` file exists)")
    name = choice.name
    if name is None:
        base = os.path.basename(os.path.normpath(root))
        if not base:
            raise UltravioletError("Missing directory name")
        name = name_of_directory(base, explicit=choice.path is not None)
    workspace = _find_workspace(root, choice, context.cwd, cache_root)
    requires_python, pin = _choose_python(choice.python, root, workspace, context, warn)
    try:
        os.makedirs(root, exist_ok=True)
    except OSError as error:
        raise UltravioletError(f"failed to create directory `{root}`") from error
    git = Git(context.environ, context.cwd)
    _set_up_version_control(choice.version_control, root, git)
    author_from = choice.author_from
    if author_from is None:
        author_from = "auto" if choice.kind in ("packaged-app", "lib", "bare-build-system") else "none"
    options = ProjectOptions(
        name=name,
        kind=choice.kind,
        requires_python=requires_python.specifiers.text(", "),
        bare=choice.bare,
        backend=choice.backend if choice.backend is not None else "uv",
        description=choice.description,
        no_description=choice.no_description,
        no_readme=choice.no_readme,
        author=_author(git, root) if author_from != "none" else None,
    )
    last = None
    for file in project_files(options):
        if file.path == "README.md":
            last = file.content
        else:
            _write(os.path.join(root, file.path), file.content, replace=file.replace)
    membership = _join(workspace, root) if workspace is not None else None
    if pin is not None:
        _write_pin(pin, root, workspace, context.cwd)
    if last is not None:
        _write(os.path.join(root, "README.md"), last, replace=False)
    return Initialized(
        name=name, root=root, membership=membership, workspace=workspace.root if workspace is not None else None
    )


def init_script(
    path: str,
    python: PythonRules,
    context: SearchContext,
    *,
    bare: bool,
    warn: Callable[[str], None],
) -> None:
    """Make a script, or put metadata into a file that has none.

    :raises UltravioletError: the file is a script already, or cannot be read or written.
    """
    target = os.path.join(context.cwd, path)
    existing: bytes | None = None
    try:
        with open(target, "rb") as file:
            existing = file.read()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UltravioletError(f"Failed to read script at `{path}`") from UltravioletError(
            f"failed to read from file `{path}`: {error.strerror} (os error {error.errno})"
        )
    if existing is not None:
        script_text("", "", existing, bare=bare, shown=path)  # a script already?
    interpreter = _script_interpreter(python, os.path.dirname(target), context, warn)
    requires_python = _at_least(interpreter)
    text, warning = script_text(
        os.path.basename(path), requires_python.specifiers.text(", "), existing, bare=bare, shown=path
    )
    if warning is not None:
        warn(warning)
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8", newline="") as file:
            file.write(text)
    except OSError as error:
        raise UltravioletError(f"failed to write to file `{path}`: {error.strerror} (os error {error.errno})") from None


def _absolute(path: str, cwd: str) -> str:
    """Return an absolute path; ``..`` is kept, as a link may stand before it."""
    parts = [part for part in os.path.join(cwd, path).split(os.sep) if part not in ("", ".")]
    return os.sep + os.sep.join(parts) if os.name != "nt" else os.path.abspath(os.path.join(cwd, path))


def _find_workspace(root: str, choice: InitChoice, cwd: str, cache_root: str | None) -> Workspace | None:
    """Return the workspace that the project would be a member of."""
    parent = os.path.dirname(os.path.normpath(root))
    options = DiscoveryOptions(ignore=frozenset({os.path.normpath(root)}), cache_root=cache_root, cwd=cwd)
    try:
        workspace = discover_workspace(parent, options)
    except (MissingManifest, UnmanagedProject):
        return None
    except WorkspaceError as error:
        if choice.no_workspace:
            return None
        raise UltravioletError(
            "Failed to discover parent workspace; use `uv init --no-workspace` to ignore", hints=error.hints
        ) from error
    return None if choice.no_workspace else workspace


def _choose_python(
    rules: PythonRules,
    root: str,
    workspace: Workspace | None,
    context: SearchContext,
    warn: Callable[[str], None],
) -> tuple[RequiresPython, PythonRequest | None]:
    """Return what the project requires, and what to pin."""
    request: PythonRequest | None = None
    if rules.request is not None:
        request = parse_request(rules.request, context.cwd)
    else:
        stop_at = workspace.root if workspace is not None else None
        pins = find_pins(root, rules.pins, cwd=context.cwd, stop_at=stop_at, warn=warn)
        request = pins.request if pins is not None else None
    if request is not None:
        return _python_of_request(request, rules, context)
    interpreter = _existing_interpreter(root, context)
    if interpreter is None and workspace is not None:
        from ultraviolet.workspace.requires_python import workspace_python

        asked = workspace_python(workspace, frozenset(), context.cwd)
        for warning in asked.warnings:
            warn(warning)
        if asked.requires_python is not None:
            if not rules.pin:
                return asked.requires_python, None
            wanted = request_from_specifiers(asked.requires_python.specifiers)
            return asked.requires_python, _minor_pin(_interpreter(wanted, rules, context))
    if interpreter is None:
        interpreter = _interpreter(None, rules, context)
    return _at_least(interpreter), _minor_pin(interpreter) if rules.pin else None


def _python_of_request(
    request: PythonRequest, rules: PythonRules, context: SearchContext
) -> tuple[RequiresPython, PythonRequest | None]:
    version = request.version if request.kind == "version" else None
    if version is not None and version.kind == "release" and len(version.release) > 1 and version.pre is None:
        numbers = ".".join(map(str, version.release))
        required = RequiresPython.greater_than_equal(parse_version(numbers))
        return required, request if rules.pin else None
    if version is not None and version.kind == "range" and version.specifiers is not None:
        required = RequiresPython.from_specifiers(version.specifiers)
        if not rules.pin:
            return required, None
        return required, _minor_pin(_interpreter(request, rules, context), version.variant)
    interpreter = _interpreter(request, rules, context)
    return _at_least(interpreter), _minor_pin(interpreter) if rules.pin else None


def _interpreter(request: PythonRequest | None, rules: PythonRules, context: SearchContext) -> Interpreter:
    return find_installation(request, context, preference=rules.preference, policy=rules.downloads).interpreter


def _script_interpreter(
    rules: PythonRules, directory: str, context: SearchContext, warn: Callable[[str], None]
) -> Interpreter:
    request: PythonRequest | None = None
    if rules.request is not None:
        request = parse_request(rules.request, context.cwd)
    elif rules.pin:
        pins = find_pins(directory or context.cwd, rules.pins, cwd=context.cwd, warn=warn)
        request = pins.request if pins is not None else None
    wanted = request if request is not None else DEFAULT
    try:
        return find_python(wanted, context, environments="any", preference=rules.preference).interpreter
    except PythonNotFound as error:
        raise explain(error, wanted, rules.downloads, preference=rules.preference, cwd=context.cwd) from None


def _existing_interpreter(root: str, context: SearchContext) -> Interpreter | None:
    """Return the interpreter of an environment that lies in the project's directory already."""
    from ultraviolet.environment.errors import InvalidEnvironment
    from ultraviolet.environment.value import read_environment

    try:
        found = read_environment(os.path.join(root, ".venv"), context.prober, cwd=context.cwd)
    except (InvalidEnvironment, ProbeError):
        return None
    return found.interpreter if found is not None else None


def _at_least(interpreter: Interpreter) -> RequiresPython:
    return RequiresPython.greater_than_equal(parse_version(interpreter.minor_version))


def _minor_pin(interpreter: Interpreter, variant: Variant = "") -> PythonRequest:
    release = interpreter.release[:2]
    return PythonRequest("version", version=VersionRequest("release", release=release, variant=variant))


def _set_up_version_control(choice: VersionControl | None, root: str, git: Git) -> None:
    """Make a repository, unless there is one or none is wanted."""
    if choice == "none":
        return
    found = git.work_tree(root)
    wanted = found == "outside" if choice is None else found != "inside"
    if not wanted:
        return
    try:
        git.initialize(root)
    except GitMissing:
        if choice is None:
            return
        raise
    _write(os.path.join(root, ".gitignore"), GITIGNORE, replace=False)


def _author(git: Git, root: str) -> Author | None:
    name, email = git.setting("user.name", root), git.setting("user.email", root)
    return Author(name, email) if name is not None or email is not None else None


def _write(path: str, content: str, *, replace: bool) -> None:
    if not replace and os.path.exists(path):
        return
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(content)
    except OSError as error:
        raise UltravioletError(f"failed to write to file `{path}`: {error.strerror} (os error {error.errno})") from None


def _join(workspace: Workspace, root: str) -> Literal["added", "already", "excluded"]:
    """Make the project a member, unless the workspace's own patterns decide already."""
    if workspace.excludes(root):
        return "excluded"
    if workspace.includes(root):
        return "already"
    editor = ManifestEditor(workspace.manifest.text)
    prefix = workspace.root.rstrip(os.sep) + os.sep
    editor.add_member(root.removeprefix(prefix) if root.startswith(prefix) else os.path.relpath(root, workspace.root))
    _write(os.path.join(workspace.root, "pyproject.toml"), editor.text(), replace=True)
    return "added"


def _write_pin(pin: PythonRequest, root: str, workspace: Workspace | None, cwd: str) -> None:
    """Write ``.python-version``, unless a file that holds for the project says the same."""
    path = find_pin_file(root)
    pins = read_pin_file(path, cwd) if path is not None else None
    if pins is not None and pins.request is not None:
        directory = os.path.dirname(pins.path)
        if workspace is None:
            if directory == root:
                return
        elif pins.request == pin and directory in (workspace.root, root):
            return
    write_pin_file(PinFile(os.path.join(root, PIN_FILE), (pin,)))
