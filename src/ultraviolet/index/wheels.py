"""The metadata of one wheel: where it is in an archive, and whether it says what the file's name says."""

from __future__ import annotations

from ultraviolet.errors import UltravioletError
from ultraviolet.fs.zips import Member, find_end, read_central_directory, read_member
from ultraviolet.index.errors import MetadataMismatchError, MetadataParseError, WheelStructureError
from ultraviolet.standards.metadata import Metadata, parse_metadata
from ultraviolet.standards.names import PackageName, normalize_name


def choose_metadata(members: list[Member], name: PackageName) -> Member:
    """Return the METADATA entry of the one ``.dist-info`` directory.

    :raises WheelStructureError: there is none, there are several, or it is another package's.
    """
    found = []
    for member in members:
        directory, separator, rest = member.name.partition("/")
        if separator and rest == "METADATA" and directory.endswith(".dist-info"):
            found.append((member, directory.removesuffix(".dist-info")))
    if not found:
        raise WheelStructureError("No .dist-info directory found")
    if len(found) > 1:
        names = ", ".join(prefix for _, prefix in found)
        raise WheelStructureError(f"Multiple .dist-info directories found: {names}")
    member, prefix = found[0]
    try:
        normal = normalize_name(prefix.partition("-")[0])
    except UltravioletError as error:
        raise WheelStructureError("The .dist-info directory name contains invalid characters") from error
    if not (normal == name or prefix.lower().replace("-", "_").startswith(name.replace("-", "_"))):
        raise WheelStructureError(
            f"The .dist-info directory {prefix} does not start with the normalized package name: {name}"
        )
    return member


def read_wheel_metadata(path: str, name: PackageName) -> bytes:
    """Return the METADATA of a wheel file.

    :raises ArchiveError: it is no proper archive.
    :raises WheelStructureError: it is no proper wheel.
    :raises OSError: it cannot be read.
    """
    import mmap

    with open(path, "rb") as file:
        try:
            view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file
            find_end(b"")
            raise
        with view:
            end = find_end(view)
            return read_member(view, choose_metadata(read_central_directory(view, end.offset, end.start), name))


def parse_wheel_metadata(content: bytes, *, name: PackageName, filename: str, source: str) -> Metadata:
    """Parse METADATA and compare its name with what was asked for.

    :raises MetadataParseError: it is malformed.
    :raises MetadataMismatchError: it is another package's.
    """
    try:
        metadata = parse_metadata(content)
    except UltravioletError as error:
        raise MetadataParseError(f"Couldn't parse metadata of {filename} from {source}", hints=error.hints) from error
    check_name(metadata, name)
    return metadata


def check_name(metadata: Metadata, name: PackageName) -> None:
    """Compare the name in metadata with the one asked for.

    :raises MetadataMismatchError: they differ.
    """
    if metadata.name != name:
        raise MetadataMismatchError(f"Package metadata name `{metadata.name}` does not match given name `{name}`")
