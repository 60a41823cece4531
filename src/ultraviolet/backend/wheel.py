"""Writing wheels, editable wheels and metadata (binary distribution format, PEP 660)."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Iterator

from ultraviolet.backend.errors import BackendError, os_reason
from ultraviolet.backend.files import DEFAULT_EXCLUDES, Excludes, refuse_environment, walk
from ultraviolet.backend.globs import InvalidGlob
from ultraviolet.backend.metadata import core_metadata, entry_points, license_files
from ultraviolet.backend.modules import module_roots
from ultraviolet.backend.project import DATA_KINDS, BackendProject, read_project
from ultraviolet.errors import UltravioletError
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.versions import parse_version

Warn = Callable[[str], None]

Entry = tuple[str, bytes | None, bool]
"""Path in the archive, content (None for a directory), whether executable."""


def build_wheel(root: str, directory: str, *, backend_version: str, cwd: str = "", warn: Warn | None = None) -> str:
    """Write the wheel of the project in ``root`` into ``directory`` and return its filename.

    :param backend_version: of uv, whose output this is.
    :param cwd: paths in messages are relative to it.
    :param warn: told of what is doubtful.
    :raises BackendError: the project cannot be built.
    """
    project = _read(root, backend_version, cwd, warn)
    excludes = _excludes(project)
    content = [*_modules(project, excludes, cwd, warn), *_licences(project, cwd), *_data(project, excludes, cwd)]
    return _write(project, directory, [*content, *_dist_info(project, backend_version, cwd, warn)])


def build_editable(root: str, directory: str, *, backend_version: str, cwd: str = "", warn: Warn | None = None) -> str:
    """Write a wheel that puts the project's module root on the path (PEP 660)."""
    project = _read(root, backend_version, cwd, warn)
    excludes = _excludes(project)
    source, _ = module_roots(project, cwd=cwd, warn=warn)
    name = project.stem.rpartition("-")[0]
    content: list[Entry] = [(f"{name}.pth", os.fsencode(_editable_path(project, source)), False)]
    content += _data(project, excludes, cwd)
    return _write(project, directory, [*content, *_dist_info(project, backend_version, cwd, warn)])


def build_metadata(root: str, *, backend_version: str, cwd: str = "", warn: Warn | None = None) -> bytes:
    """Return METADATA without building anything."""
    project = _read(root, backend_version, cwd, warn)
    entry_points(project)
    return core_metadata(project, cwd=cwd, warn=warn).encode()


def _read(root: str, backend_version: str, cwd: str, warn: Warn | None) -> BackendProject:
    project = read_project(os.path.abspath(root), cwd=cwd)
    if warn is not None and len(project.build_requires) == 1:
        _check_backend_requirement(project.build_requires[0], backend_version, warn)
    return project


def _check_backend_requirement(text: str, backend_version: str, warn: Warn) -> None:
    """Warn of a requirement that leaves this version out, or that later versions may break."""
    try:
        parsed = parse_requirement(text)
    except UltravioletError:
        return
    if parsed.url is not None or parsed.name != "uv-build":
        return
    version = parse_version(backend_version)
    if parsed.specifiers and not parsed.specifiers.contains(version):
        warn(f'`build_system.requires = ["{parsed}"]` does not contain the current uv version {backend_version}')
    bounds = Range.from_specifiers(parsed.specifiers).bounds() if parsed.specifiers else None
    if bounds is None or bounds[2] is None:
        warn(
            f'`build_system.requires = ["{text}"]` is missing an upper bound on the `uv_build` version such as '
            f"`<{version.release[0]}.{version.release[1] + 1}`. Without bounding the `uv_build` version, the source "
            "distribution will break when a future, breaking version of `uv_build` is released."
        )


def _editable_path(project: BackendProject, source: str) -> str:
    """Return the module root as a path file names it: with the slash that an empty ``module-root`` leaves."""
    return project.root + os.sep if source == project.root else source


def _excludes(project: BackendProject) -> Excludes:
    settings = project.settings
    patterns = [*(DEFAULT_EXCLUDES if settings.default_excludes else ())]
    patterns += [item for item in (*settings.wheel_exclude, *settings.source_exclude) if item not in patterns]
    return Excludes(patterns, field="tool.uv.build-backend.*-exclude")


def _file(target: str, path: str) -> Entry:
    try:
        with open(path, "rb") as stream:
            return target, stream.read(), bool(os.fstat(stream.fileno()).st_mode & 0o111)
    except OSError as error:
        raise BackendError(f"failed to open file `{path}`: {os_reason(error)}") from None


def _parents(known: set[str], prefix: str, relative: str) -> Iterator[Entry]:
    """Yield the directories above a file that were not written yet."""
    for position, char in enumerate(relative):
        folder = prefix + relative[:position]
        if char == "/" and folder not in known:
            known.add(folder)
            yield folder + "/", None, False


def _modules(project: BackendProject, excludes: Excludes, cwd: str, warn: Warn | None) -> Iterator[Entry]:
    source, modules = module_roots(project, cwd=cwd, warn=warn)
    below = os.path.relpath(source, project.root).replace(os.sep, "/")
    prefix = "" if below == "." else below + "/"
    known: set[str] = set()
    for module in modules:
        for relative, entry in walk(
            project.root, (prefix + module).rstrip("/"), cwd=cwd, prune=lambda path, _: excludes.prunes(path)
        ):
            if excludes.matches(relative):
                continue
            refuse_environment(entry, cwd)
            target = relative.removeprefix(prefix)
            yield from _parents(known, "", target)
            yield _file(target, entry.path)


def _licences(project: BackendProject, cwd: str) -> Iterator[Entry]:
    if not project.table.get("license-files"):
        return
    try:
        files = license_files(project, cwd=cwd)
    except BackendError as error:
        if isinstance(error.__cause__, InvalidGlob):
            # The wheel's own reading of the patterns comes first, and names the field.
            raise BackendError(
                "Unsupported glob expression in: project.license-files", hints=error.hints
            ) from error.__cause__
        raise
    prefix = f"{project.dist_info}/licenses/"
    known: set[str] = set()
    # In the order of a walk, where a directory stands among the files beside it.
    for position, relative in enumerate(sorted(files, key=lambda path: path.split("/"))):
        if position == 0:
            yield prefix, None, False
        yield from _parents(known, prefix, relative)
        yield _file(prefix + relative, os.path.join(project.root, relative))


def _data(project: BackendProject, excludes: Excludes, cwd: str) -> Iterator[Entry]:
    for kind in DATA_KINDS:
        stated = project.settings.data.get(kind)
        if stated is None:
            continue
        directory = os.path.normpath(stated)
        place = os.path.normpath(os.path.join(project.root, directory))
        refused = BackendError(f"The path for the data directory {kind} must be inside the project: {directory}")
        if os.path.isabs(directory) or directory.partition(os.sep)[0] == "..":
            raise refused
        try:
            real = os.path.realpath(place, strict=True)
        except OSError as error:
            raise BackendError(os_reason(error)) from None
        root = os.path.realpath(project.root)
        if real != root and not real.startswith(root + os.sep):
            raise refused
        start = "" if directory == "." else directory.replace(os.sep, "/")
        yield from _data_files(project, kind, start, excludes, cwd)


def _data_files(project: BackendProject, kind: str, start: str, excludes: Excludes, cwd: str) -> Iterator[Entry]:
    prefix = f"{project.stem}.data/{kind}/"
    known: set[str] = set()
    is_first = True
    for relative, entry in walk(project.root, start, cwd=cwd, prune=lambda path, _: excludes.matches(path)):
        refuse_environment(entry, cwd)
        if is_first:
            yield prefix, None, False
            is_first = False
        target = relative[len(start) + 1 :] if start else relative
        yield from _parents(known, prefix, target)
        yield _file(prefix + target, entry.path)


def _dist_info(project: BackendProject, backend_version: str, cwd: str, warn: Warn | None) -> Iterator[Entry]:
    wheel = f"Wheel-Version: 1.0\nGenerator: uv {backend_version}\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    yield f"{project.dist_info}/", None, False
    yield f"{project.dist_info}/WHEEL", wheel.encode(), False
    points = entry_points(project)
    if points is not None:
        yield f"{project.dist_info}/entry_points.txt", points.encode(), False
    yield f"{project.dist_info}/METADATA", core_metadata(project, cwd=cwd, warn=warn).encode(), False


def _write(project: BackendProject, directory: str, content: Iterable[Entry]) -> str:
    filename = f"{project.stem}-py3-none-any.whl"
    target = os.path.join(directory, filename)
    temporary = f"{target}.{os.getpid()}.tmp"
    record: list[str] = []
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data, executable in content:
                if data is None:
                    _add_directory(archive, path)
                    continue
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
    if any(char in path for char in ',"\n\r'):
        return '"' + path.replace('"', '""') + '"'
    return path


def _add_directory(archive: zipfile.ZipFile, path: str) -> None:
    info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = 0o040755 << 16
    archive.writestr(info, b"")


def _add(archive: zipfile.ZipFile, path: str, data: bytes, *, executable: bool) -> None:
    info = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = (0o100755 if executable else 0o100644) << 16
    archive.writestr(info, data)
