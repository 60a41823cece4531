"""Writing wheels, editable wheels and metadata directories (binary distribution format, PEP 660)."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator

from ultraviolet.backend.errors import BackendError
from ultraviolet.backend.globs import exclude_set
from ultraviolet.backend.project import (
    DEFAULT_EXCLUDES,
    BackendProject,
    core_metadata,
    entry_points,
    license_files,
    module_roots,
    read_project,
    walk_files,
)

_DATA_KINDS = ("purelib", "platlib", "headers", "scripts", "data")


def build_wheel(root: str, directory: str, *, generator: str) -> str:
    """Write the wheel of the project in ``root`` into ``directory`` and return its filename."""
    project = read_project(os.path.abspath(root))
    return _write(project, directory, [*_modules(project), *_licences(project), *_data(project)], generator)


def build_editable(root: str, directory: str, *, generator: str) -> str:
    """Write a wheel that puts the project's module root on the path (PEP 660)."""
    project = read_project(os.path.abspath(root))
    source, _ = module_roots(project)
    path_file = (f"{project.stem.rpartition('-')[0]}.pth", os.fsencode(source), False)
    return _write(project, directory, [path_file, *_data(project)], generator)


def build_metadata(root: str) -> bytes:
    """Return METADATA without building anything."""
    return core_metadata(read_project(os.path.abspath(root))).encode()


Entry = tuple[str, bytes, bool]
"""Path in the archive, content, whether executable."""


def _excludes(project: BackendProject) -> list[str]:
    settings = project.settings
    patterns = [*(DEFAULT_EXCLUDES if settings.default_excludes else ())]
    patterns += [item for item in (*settings.wheel_exclude, *settings.source_exclude) if item not in patterns]
    return patterns


def _file(target: str, path: str) -> Entry:
    with open(path, "rb") as stream:
        executable = bool(os.fstat(stream.fileno()).st_mode & 0o111)
        return target, stream.read(), executable


def _modules(project: BackendProject) -> Iterator[Entry]:
    source, modules = module_roots(project)
    exclude = exclude_set(_excludes(project))
    below = os.path.relpath(source, project.root).replace(os.sep, "/")
    prefix = "" if below == "." else below + "/"
    for module in modules:
        for relative in walk_files(project.root, prefix + module, exclude=exclude):
            yield _file(relative.removeprefix(prefix), os.path.join(project.root, relative))


def _licences(project: BackendProject) -> Iterator[Entry]:
    if "license-files" in project.table:
        for relative in license_files(project):
            yield _file(f"{project.dist_info}/licenses/{relative}", os.path.join(project.root, relative))


def _data(project: BackendProject) -> Iterator[Entry]:
    exclude = exclude_set(_excludes(project))
    unknown = set(project.settings.data) - set(_DATA_KINDS)
    if unknown:
        raise BackendError(f"Unknown key in `tool.uv.build-backend.data`: `{min(unknown)}`")
    for kind in _DATA_KINDS:
        directory = project.settings.data.get(kind)
        if directory is None:
            continue
        source = os.path.realpath(os.path.join(project.root, directory))
        if os.path.isabs(directory) or not (source + os.sep).startswith(os.path.realpath(project.root) + os.sep):
            raise BackendError(f"The path for the data directory {kind} must be inside the project: {directory}")
        start = os.path.normpath(directory).replace(os.sep, "/")
        for relative in walk_files(project.root, start, exclude=exclude):
            target = f"{project.stem}.data/{kind}/{relative.removeprefix(start + '/')}"
            yield _file(target, os.path.join(project.root, relative))


def _dist_info(project: BackendProject, generator: str) -> Iterator[Entry]:
    wheel = f"Wheel-Version: 1.0\nGenerator: {generator}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{project.dist_info}/WHEEL", wheel.encode(), False
    points = entry_points(project.table)
    if points is not None:
        yield f"{project.dist_info}/entry_points.txt", points.encode(), False
    yield f"{project.dist_info}/METADATA", core_metadata(project).encode(), False


def _write(project: BackendProject, directory: str, content: Iterable[Entry], generator: str) -> str:
    filename = f"{project.stem}-py3-none-any.whl"
    target = os.path.join(directory, filename)
    temporary = f"{target}.{os.getpid()}.tmp"
    record: list[str] = []
    folders: set[str] = set()
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data, executable in (*content, *_dist_info(project, generator)):
                _add_folders(archive, folders, path)
                _add(archive, path, data, executable=executable)
                digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
                record.append(f"{_csv(path)},sha256={digest},{len(data)}\n")
            record.append(f"{project.dist_info}/RECORD,,\n")
            _add(archive, f"{project.dist_info}/RECORD", "".join(record).encode(), executable=False)
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    return filename


def _csv(path: str) -> str:
    if any(char in path for char in ',"\n'):
        return '"' + path.replace('"', '""') + '"'
    return path


def _add_folders(archive: zipfile.ZipFile, known: set[str], path: str) -> None:
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        folder = "/".join(parts[:depth]) + "/"
        if folder not in known:
            known.add(folder)
            info = zipfile.ZipInfo(folder, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o040755 << 16 | 0x10
            archive.writestr(info, b"")


def _add(archive: zipfile.ZipFile, path: str, data: bytes, *, executable: bool) -> None:
    info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(info, data)
