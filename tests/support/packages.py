"""Builders of wheels and source archives: the same arguments always give the same bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_EPOCH = (2024, 1, 1, 0, 0, 0)


class BuiltFile(NamedTuple):
    """A built archive with its name."""

    filename: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def metadata(self) -> bytes:
        """The METADATA of a wheel."""
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
            return archive.read(name)


def metadata_text(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    metadata_version: str = "2.3",
    fields: Iterable[str] = (),
) -> str:
    """Return core metadata; ``fields`` are further header lines."""
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}"]
    if requires_python is not None:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += fields
    return "\n".join(lines) + "\n"


def escaped(name: str) -> str:
    """Return a name as it stands in filenames."""
    return name.lower().replace("-", "_").replace(".", "_")


def make_wheel(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    files: Mapping[str, str | bytes] | None = None,
    entry_points: Mapping[str, Mapping[str, str]] | None = None,
    tags: str = "py3-none-any",
    build: str | None = None,
    executables: Iterable[str] = (),
    record: bool | str = True,
    metadata: str | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
    root_is_purelib: bool = True,
) -> BuiltFile:
    """Build a wheel. Without ``files`` it holds one module of its name.

    ``entry_points``: ``{group: {name: object reference}}``. ``record``: false leaves RECORD out, a text replaces it.
    """
    stem = f"{escaped(name)}-{version}"
    dist_info = f"{stem}.dist-info"
    contents: dict[str, bytes] = {}
    given = files if files is not None else {f"{escaped(name)}/__init__.py": f"__version__ = {version!r}\n"}
    for path, content in given.items():
        contents[path] = content.encode() if isinstance(content, str) else content
    text = metadata
    if text is None:
        text = metadata_text(name, version, requires=requires, requires_python=requires_python, extras=extras)
    contents[f"{dist_info}/METADATA"] = text.encode()
    wheel_lines = ["Wheel-Version: 1.0", "Generator: tests", f"Root-Is-Purelib: {str(root_is_purelib).lower()}"]
    python, abi, platform = tags.split("-")
    wheel_lines += [
        f"Tag: {one}-{two}-{three}"
        for one in python.split(".")
        for two in abi.split(".")
        for three in platform.split(".")
    ]
    contents[f"{dist_info}/WHEEL"] = ("\n".join(wheel_lines) + "\n").encode()
    if entry_points:
        lines = []
        for group, entries in entry_points.items():
            lines.append(f"[{group}]")
            lines += [f"{entry} = {reference}" for entry, reference in entries.items()]
        contents[f"{dist_info}/entry_points.txt"] = ("\n".join(lines) + "\n").encode()
    if record is True:
        rows = []
        for path, content in contents.items():
            digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            rows.append(f"{path},sha256={digest},{len(content)}")
        rows.append(f"{dist_info}/RECORD,,")
        contents[f"{dist_info}/RECORD"] = ("\n".join(rows) + "\n").encode()
    elif isinstance(record, str):
        contents[f"{dist_info}/RECORD"] = record.encode()
    filename = "-".join([stem, *([build] if build else []), tags]) + ".whl"
    return BuiltFile(filename, make_zip(contents, executables=executables, compression=compression))


def make_zip(
    contents: Mapping[str, bytes], *, executables: Iterable[str] = (), compression: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """Build a zip archive."""
    runnable = set(executables)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, content in contents.items():
            info = zipfile.ZipInfo(path, _EPOCH)
            info.compress_type = compression
            info.create_system = 3
            info.external_attr = (0o100755 if path in runnable else 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def make_sdist(
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    requires_python: str | None = None,
    files: Mapping[str, str | bytes] | None = None,
    pyproject: str | None = None,
    pkg_info: str | bool = True,
    suffix: str = ".tar.gz",
    executables: Iterable[str] = (),
    top: str | None = None,
) -> BuiltFile:
    """Build a source archive, by default with a static ``pyproject.toml`` that hatchling could build and a PKG-INFO.

    ``pyproject``: its text; ``""`` leaves it out. ``pkg_info``: its text, or whether to write one.
    """
    stem = f"{escaped(name)}-{version}"
    contents: dict[str, bytes] = {}
    if pyproject is None:
        dependencies = ", ".join(f'"{one}"' for one in requires)
        python = f'requires-python = "{requires_python}"\n' if requires_python else ""
        pyproject = (
            '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n\n'
            f'[project]\nname = "{name}"\nversion = "{version}"\n{python}dependencies = [{dependencies}]\n'
        )
    if pyproject:
        contents["pyproject.toml"] = pyproject.encode()
    if pkg_info is True:
        contents["PKG-INFO"] = metadata_text(name, version, requires=requires, requires_python=requires_python).encode()
    elif isinstance(pkg_info, str):
        contents["PKG-INFO"] = pkg_info.encode()
    given = files if files is not None else {f"{escaped(name)}/__init__.py": ""}
    for path, content in given.items():
        contents[path] = content.encode() if isinstance(content, str) else content
    directory = stem if top is None else top
    prefix = f"{directory}/" if directory else ""
    contents = {prefix + path: content for path, content in contents.items()}
    runnable = {prefix + path for path in executables}
    if suffix == ".zip":
        return BuiltFile(stem + suffix, make_zip(contents, executables=runnable))
    return BuiltFile(stem + suffix, make_tar(contents, suffix, executables=runnable))


def make_tar(contents: Mapping[str, bytes], suffix: str = ".tar.gz", *, executables: Iterable[str] = ()) -> bytes:
    """Build a tar archive, compressed as ``suffix`` says."""
    runnable = set(executables)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in contents.items():
            info = tarfile.TarInfo(path)
            info.size = len(content)
            info.mode = 0o755 if path in runnable else 0o644
            info.mtime = 1704067200
            archive.addfile(info, io.BytesIO(content))
    return compress_tar(buffer.getvalue(), suffix)


def compress_tar(data: bytes, suffix: str) -> bytes:
    """Compress a tar archive as ``suffix`` says."""
    if suffix in {".tar.gz", ".tgz"}:
        return gzip.compress(data, mtime=0)
    if suffix in {".tar.bz2", ".tbz"}:
        import bz2

        return bz2.compress(data)
    if suffix in {".tar.xz", ".txz"}:
        import lzma

        return lzma.compress(data)
    return data
