"""What must hold between the parts of a lock: unique packages and rows, rows with a target, wheels of the right version."""

from __future__ import annotations

from ultraviolet.lock.errors import LockError
from ultraviolet.lock.model import Dependency, Lock, Package, Source


def check_lock(lock: Lock, *, wheel_versions: bool = True) -> None:
    """Check the whole of a lock.

    :param wheel_versions: also compare the version of each wheel (``UV_SKIP_WHEEL_FILENAME_CHECK`` switches it off).
    :raises LockError: the first inconsistency, in the order of the file.
    """
    by_name = lock.by_name()
    for package in lock.packages:
        check_package(package, wheel_versions=wheel_versions)
        for row in package.all_dependencies():
            _check_identity(row, by_name.get(row.name, []))
    for package in lock.packages:
        _check_duplicates(package, by_name)
    seen: set[str] = set()
    for package in lock.packages:
        if str(package) in seen:
            raise LockError(f"Found duplicate package `{package}`")
        seen.add(str(package))
    for package in lock.packages:
        for row in package.all_dependencies():
            if find_target(row, by_name.get(row.name, [])) is None:
                raise LockError(
                    f"For package `{package}`, found dependency `{describe(row, by_name)}` with no locked package"
                )
        check_hashes(package)


def check_package(package: Package, *, wheel_versions: bool = True) -> None:
    """Check the version of a package and of its wheels."""
    from ultraviolet.standards.filenames import parse_wheel_filename
    from ultraviolet.standards.versions import parse_version

    if package.version is not None and wheel_versions:
        version = parse_version(package.version)
        for wheel in package.wheels:
            filename = wheel.name or ""
            found = parse_wheel_filename(filename).version
            if version not in (found, found.without_local()):
                raise LockError(
                    f"The entry for package `{package.name}` ({version}) has wheel `{filename}` with inconsistent "
                    f"version ({found}), which indicates a malformed wheel. If this is intentional, set "
                    "`UV_SKIP_WHEEL_FILENAME_CHECK=1`."
                )
    if package.source.kind == "registry" and package.version is None:
        raise LockError(f"Package `{package.name}` from a registry source has a missing `version` field")


def check_hashes(package: Package) -> None:
    """Check that archives have digests and source trees have none."""
    required = requires_hash(package.source)
    if required is None:
        return
    for wheel in package.wheels:
        if required != (wheel.hash is not None):
            expected = "expected" if required else "not expected"
            source = str(package.source).partition("+")[0]
            raise LockError(
                f"Since the package `{package}` comes from a {source} dependency, a hash was {expected} but one was "
                "not found for wheel"
            )


def requires_hash(source: Source) -> bool | None:
    """Whether wheels of a source must have a digest; None when they may."""
    if source.kind == "registry":
        return None
    if source.kind == "git":
        from ultraviolet.lock.sources import parse_git_url

        return parse_git_url(source.location).path is not None
    return source.kind in ("url", "path")


def _check_identity(row: Dependency, candidates: list[Package]) -> None:
    if len(candidates) == 1:
        return
    if row.source is None:
        raise LockError(f"Dependency `{row.name}` has missing `source` field but has more than one matching package")
    if row.version is None and not row.source.is_source_tree:
        raise LockError(f"Dependency `{row.name}` has missing `version` field but has more than one matching package")


def _check_duplicates(package: Package, by_name: dict[str, list[Package]]) -> None:
    sections = [("", package.dependencies)]
    sections += [(f"[{extra}]", rows) for extra, rows in package.optional_dependencies.items()]
    sections += [(f":{group}", rows) for group, rows in package.dev_dependencies.items()]
    for suffix, rows in sections:
        seen: set[tuple[object, ...]] = set()
        for row in rows:
            target = find_target(row, by_name.get(row.name, []))
            key = (str(target) if target is not None else row, row.extra, _normal_marker(row.marker))
            if key in seen:
                raise LockError(
                    f"For package `{package}{suffix}`, found duplicate dependency `{describe(row, by_name)}`"
                )
            seen.add(key)


def _normal_marker(text: str) -> object:
    if not text:
        return ""
    from ultraviolet.standards.markers import parse_marker

    return parse_marker(text)


def find_target(row: Dependency, candidates: list[Package]) -> Package | None:
    """Return the package a row means, among those of its name."""
    if not candidates:
        return None
    if len(candidates) == 1:
        only = candidates[0]
        if row.source is None and row.version is None:
            return only
        source = only.source if row.source is None else row.source
        version = only.version if row.version is None else row.version
    elif row.source is None:
        return None
    else:
        source, version = row.source, row.version
    for package in candidates:
        if package.version == version and package.source == source:
            return package
    return next(
        (package for package in candidates if package.source == source and _same_version(package.version, version)),
        None,
    )


def _same_version(left: str | None, right: str | None) -> bool:
    if left is None or right is None:
        return left is right
    from ultraviolet.standards.versions import parse_version

    return parse_version(left) == parse_version(right)


def describe(row: Dependency, by_name: dict[str, list[Package]]) -> str:
    """Return a row as messages show it: name, extras and version."""
    candidates = by_name.get(row.name, [])
    version = row.version
    if version is None and len(candidates) == 1:
        version = candidates[0].version
    extras = f"[{','.join(row.extra)}]" if row.extra else ""
    return f"{row.name}{extras}" + (f"=={version}" if version is not None else "")
