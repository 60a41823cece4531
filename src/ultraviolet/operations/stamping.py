"""What a no-op of a project command depends on: the inputs that the stamp of the fast path records beside the general ones."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from ultraviolet import stamp
from ultraviolet.lock.model import Lock
from ultraviolet.workspace.discovery import Project

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.fastpath import Report

_TREE_FILES = ("pyproject.toml", "setup.py", "setup.cfg", "src")
"""What the default cache keys of a source tree look at."""


def stamp_project(
    project: Project,
    lock: Lock,
    lock_path: str,
    environment: str,
    *,
    words: Sequence[str],
    cwd: str,
    environ: Mapping[str, str],
    started: int,
    report: Report,
    clean: bool,
    written: Mapping[str, bytes] | None = None,
    run: stamp.Run | None = None,
    metadata: bool = False,
    more_files: Sequence[str] = (),
) -> bool:
    """Write the stamp of a command that left nothing to do; return whether that was possible.

    :param words: the command line after the program's name.
    :param started: ``time.time_ns()`` from before the first input was read.
    :param report: the lines that the next such command prints.
    :param clean: whether nothing else would be printed next time, such as a warning.
    :param more_files: further inputs.
    :param written: inputs that this command wrote, with their content.
    :param metadata: whether requirements were read from what is installed.
    """
    found = project_inputs(project, lock, lock_path)
    if found is None:
        return False
    files, directories = found
    files += more_files
    return stamp.record(
        _as_found(project, environment, environ),
        words=words,
        cwd=cwd,
        environ=environ,
        started=started,
        report=report,
        files=files,
        directories=directories,
        written=written,
        run=run,
        clean=clean,
        metadata=metadata,
    )


def _as_found(project: Project, environment: str, environ: Mapping[str, str]) -> str:
    """Return the environment's path by way of the project, for that is where the fast path looks."""
    link = os.path.join(project.workspace.root, ".venv")
    if environ.get("UV_PROJECT_ENVIRONMENT") or not os.path.islink(link):
        return environment
    try:
        return link if os.path.samefile(link, environment) else environment
    except OSError:
        return environment


def project_inputs(project: Project, lock: Lock, lock_path: str) -> tuple[list[str], list[str]] | None:
    """Return (files, directories) that a project's lock and environment depend on; None when they cannot be listed.

    They cannot when source trees declare cache keys of their own, or when members are found by patterns of several levels.
    """
    workspace = project.workspace
    directories = _member_directories(project)
    if directories is None:
        return None
    files = [lock_path, os.path.join(workspace.root, "pyproject.toml"), os.path.join(workspace.root, "uv.toml")]
    trees = [workspace.root, *(member.root for member in workspace.members.values())]
    if any(_has_cache_keys(member.manifest.data) for member in workspace.members.values()):
        return None
    root = os.path.dirname(lock_path)
    known = set(trees)
    for package in lock.packages:
        source = package.source
        if source.kind in ("directory", "editable", "virtual"):
            tree = os.path.normpath(os.path.join(root, source.location))
            if tree not in known:
                if _declares_cache_keys(tree):
                    return None
                known.add(tree)
                trees.append(tree)
                files += [os.path.join(directory, "pyproject.toml") for directory in stamp.ancestors(tree)]
        elif source.kind == "path":
            files.append(os.path.normpath(os.path.join(root, source.location)))
        elif source.kind == "registry" and not source.location.startswith(("http:", "https:")):
            return None
    for tree in trees:
        files += [os.path.join(tree, name) for name in _TREE_FILES]
    for directory in stamp.ancestors(workspace.root):
        files += [os.path.join(directory, name) for name in (".python-version", ".python-versions", "pyproject.toml")]
    return files, directories


def _member_directories(project: Project) -> list[str] | None:
    """Return the directories in which a new member would appear."""
    table = project.workspace.manifest.uv.workspace
    if table is None:
        return []
    found = []
    for pattern in (*table.members, *table.exclude):
        parent, _, last = pattern.rstrip("/").rpartition("/")
        if any(char in parent for char in "*?[") or "**" in last:
            return None
        found.append(os.path.normpath(os.path.join(project.workspace.root, parent)))
    return found


def _has_cache_keys(data: Mapping[str, object]) -> bool:
    tool = data.get("tool")
    uv = tool.get("uv") if isinstance(tool, Mapping) else None
    return isinstance(uv, Mapping) and "cache-keys" in uv


def _declares_cache_keys(tree: str) -> bool:
    """Whether the manifest of a source tree outside the workspace mentions cache keys."""
    try:
        with open(os.path.join(tree, "pyproject.toml"), "rb") as stream:
            return b"cache-keys" in stream.read()
    except OSError:
        return False
