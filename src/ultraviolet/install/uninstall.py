"""Remove an installed distribution: a ``.dist-info``, an egg, or a legacy editable installation."""

from __future__ import annotations

import os
from collections.abc import Callable

from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.environment.site_packages import read_file
from ultraviolet.environment.value import Environment
from ultraviolet.fs.trees import remove_tree
from ultraviolet.install.errors import CannotUninstall, MissingRecord
from ultraviolet.install.journal import removal_journal
from ultraviolet.install.removal import remove_recorded
from ultraviolet.standards.record import parse_record


class Uninstalled:
    """How much was removed."""

    __slots__ = ("directories", "files")

    def __init__(self, files: int = 0, directories: int = 0) -> None:
        self.files = files
        self.directories = directories


def uninstall(
    distribution: InstalledDistribution, environment: Environment, warn: Callable[[str], None]
) -> Uninstalled:
    """Remove a distribution from an environment.

    :raises MissingRecord: it has no list of files.
    :raises CannotUninstall: it was installed in a way that kept no list.
    """
    match distribution.kind:
        case "registry" | "url":
            return uninstall_dist_info(distribution, environment, warn)
        case "egg-info-directory":
            return uninstall_egg_info(distribution, warn)
        case "egg-link":
            return uninstall_egg_link(distribution)
        case "egg-info-file":
            raise CannotUninstall(
                f"Unable to uninstall `{distribution.name}=={distribution.version}`. distutils-installed distributions do "
                "not include the metadata required to uninstall safely."
            )


def uninstall_dist_info(
    distribution: InstalledDistribution, environment: Environment, warn: Callable[[str], None]
) -> Uninstalled:
    """Remove the files in RECORD. The ``.dist-info`` is renamed away first and deleted last, see ``journal``."""
    path = distribution.path
    record = read_file(os.path.join(path, "RECORD"))
    if record is None:
        raise MissingRecord(os.path.join(path, "RECORD"), "RECORD")
    site_packages, dist_info = os.path.split(path)
    rows = parse_record(record.decode("utf-8", "replace"))
    journal = removal_journal(path)
    try:
        os.rename(path, journal)
    except OSError:
        journal = path  # a mount point, say: then the removal is not safe against being killed, but works
    own = dist_info + "/"
    inside = sum(entry.startswith(own) for entry, _, _ in rows)
    count = remove_recorded([entry for entry, _, _ in rows if not entry.startswith(own)], site_packages, environment)
    if count.escaping:
        warn(
            f"Invalid RECORD entry in {distribution.described()} that escapes the Python environment, skipping: {count.escaping[0]}"
        )
    leftovers = _unrecorded(journal, own, rows) if journal is not path else []
    if leftovers:
        # Files that somebody else put there stay, as other installers leave them.
        for entry, _, _ in rows:
            if entry.startswith(own):
                _unlink(os.path.join(journal, entry[len(own) :]))
        remove_tree(os.path.join(journal, "__pycache__"))
        _remove_empty_directories(journal)
        if os.path.isdir(journal):
            os.rename(journal, path)
    else:
        remove_tree(journal)
    return Uninstalled(count.files + inside, count.directories + 1)


def _unrecorded(journal: str, own: str, rows: list[tuple[str, str, str]]) -> list[str]:
    """Return the files below the (renamed) ``.dist-info`` that RECORD does not name."""
    known = {entry[len(own) :] for entry, _, _ in rows if entry.startswith(own)}
    found = []
    for directory, names, files in os.walk(journal):
        if "__pycache__" in names:
            names.remove("__pycache__")
        prefix = os.path.relpath(directory, journal).replace(os.sep, "/") + "/"
        prefix = "" if prefix == "./" else prefix
        found += [prefix + name for name in files if prefix + name not in known]
    return found


def _remove_empty_directories(root: str) -> None:
    for directory, _, _ in os.walk(root, topdown=False):
        try:
            os.rmdir(directory)
        except OSError:
            pass


def uninstall_egg_info(distribution: InstalledDistribution, warn: Callable[[str], None]) -> Uninstalled:
    """Remove the top-level modules that an egg lists, then the egg's directory."""
    path = distribution.path
    base = os.path.dirname(path)
    namespaces = _lines(os.path.join(path, "namespace_packages.txt")) or []
    modules = _lines(os.path.join(path, "top_level.txt"))
    if modules is None:
        raise MissingRecord(os.path.join(path, "top_level.txt"), "top_level.txt")
    done = Uninstalled()
    warned = False
    for module in modules:
        if module in namespaces:
            continue
        if not module.isidentifier():
            # An entry such as `..` would remove more than the egg put there.
            if not warned:
                name = f"{distribution.name}=={distribution.version}"
                warn(
                    f"Invalid `top_level.txt` entry in {name} that is not a top-level module or package, skipping: {module}"
                )
                warned = True
            continue
        target = os.path.join(base, module)
        if os.path.isdir(target) and not os.path.islink(target):
            remove_tree(target)
            done.directories += 1
            continue
        for extension in (".py", ".pyc", ".pyo"):
            if _unlink(target + extension):
                done.files += 1
                break
    done.directories += remove_tree(path)
    return done


def uninstall_egg_link(distribution: InstalledDistribution) -> Uninstalled:
    """Remove an ``.egg-link`` and its line in ``easy-install.pth``."""
    path = distribution.path
    lines = _lines(path)
    if not lines:
        raise CannotUninstall(f"Invalid `.egg-link` file: {path}")
    target = _normal_case(lines[0])
    files = int(_unlink(path))
    easy_install = os.path.join(os.path.dirname(path), "easy-install.pth")
    data = read_file(easy_install)
    if data is None:
        raise MissingRecord(easy_install, "easy-install.pth")
    kept: list[str] = []
    removed = False
    for line in data.decode("utf-8", "replace").splitlines(keepends=True):
        if not removed and _normal_case(line.strip()) == target:
            removed = True
        else:
            kept.append(line)
    if removed:
        from ultraviolet.fs.atomic import write_text

        write_text(easy_install, "".join(kept))
    return Uninstalled(files)


def _normal_case(path: str) -> str:
    return path.replace("/", "\\").lower() if os.name == "nt" else path


def _lines(path: str) -> list[str] | None:
    data = read_file(path)
    if data is None:
        return None
    return [line.strip() for line in data.decode("utf-8", "replace").splitlines() if line.strip()]


def _unlink(path: str) -> bool:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def missing_record_warning(error: MissingRecord, distribution: InstalledDistribution) -> str:
    """Return the warning of a plan that goes on without the list of files."""
    return (
        f"Failed to uninstall package at {distribution.path} due to missing `{error.file}` file. "
        "Installation may result in an incomplete environment."
    )
