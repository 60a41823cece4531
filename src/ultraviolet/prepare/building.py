"""A source tree becomes metadata or a wheel: by its backend, or in process where our own stands in for it."""

from __future__ import annotations

import tempfile

from ultraviolet.build.errors import BuildDisabled
from ultraviolet.build.frontend import BuildKind, SourceBuild, SourceTree
from ultraviolet.build.ports import BuildStack
from ultraviolet.build.system import BuildSystem, read_build_system
from ultraviolet.cache.records import DAMAGE, discard, read_record, write_record
from ultraviolet.cache.revisions import METADATA_FILE
from ultraviolet.cache.wheel_metadata import decode_metadata, encode_metadata
from ultraviolet.distributions.dist import CachedWheel, DirectDist, Dist, RegistryDist
from ultraviolet.distributions.source import DirectorySource
from ultraviolet.errors import UltravioletError
from ultraviolet.prepare.built_wheels import BuiltWheels, check_identity
from ultraviolet.prepare.errors import PythonTooOld
from ultraviolet.prepare.labels import dist_label
from ultraviolet.prepare.shared import Shared
from ultraviolet.prepare.source_revisions import SourceRevision
from ultraviolet.standards.metadata import Metadata, parse_metadata

COMPATIBLE_BACKEND = "0.12.5"
"""The version of ``uv_build`` that builds in process reproduce."""
_COMPATIBLE_BACKENDS = ("0.9.30", "0.10.12", "0.11.33", COMPATIBLE_BACKEND)
"""Versions whose wheels are the same: a ``uv_build`` requirement must admit one of them."""


class Builder:
    """Builds what lies in a directory. The entry of the cache must be locked."""

    __slots__ = ("_built", "_shared", "_stack")

    def __init__(self, shared: Shared, stack: BuildStack) -> None:
        self._shared = shared
        self._stack = stack
        self._built = BuiltWheels(shared)

    def metadata(self, source: SourceRevision, tree: str) -> Metadata:
        """Return METADATA of a revision: kept from an earlier build, from the hook, or from a wheel.

        :raises MismatchedMetadata: it is of another package or version.
        :raises PythonTooOld: the index says that it needs a newer Python.
        """
        path = f"{source.directory}/{METADATA_FILE}"
        kept = _read_metadata(path)
        if kept is not None:
            check_identity(source.dist, kept.name, kept.version)
            return kept
        self._check_allowed(source.dist)
        self._check_python(source.dist)
        system = self._system(source.dist, tree)
        if builds_in_process(system):
            from ultraviolet.backend.wheel import build_metadata

            content = build_metadata(
                tree, backend_version=COMPATIBLE_BACKEND, cwd=self._shared.cwd, warn=self._shared.reporter.warn
            )
        else:
            with self._shared.workers.ahead.occupied():
                content = self._stated_by_backend(source, tree, system)
        metadata = parse_metadata(content)
        check_identity(source.dist, metadata.name, metadata.version)
        write_record(path, None, encode_metadata(metadata))
        return metadata

    def wheel(self, source: SourceRevision, tree: str) -> CachedWheel:
        """Return a wheel of a revision, built now.

        :raises BuildDisabled: that is not allowed.
        """
        self._check_allowed(source.dist)
        label = dist_label(source.dist)
        self._shared.reporter.on_build_start(label)
        system = self._system(source.dist, tree)
        if builds_in_process(system):
            wheel = self._build_in_process(source, tree)
        else:
            build, _ = self._source_build(source, tree, system)
            try:
                wheel = self._store_built(source, build)
            finally:
                build.close()
        self._shared.reporter.on_build_complete(label)
        return wheel

    def _stated_by_backend(self, source: SourceRevision, tree: str, system: BuildSystem) -> bytes:
        """Return METADATA that the hook of a backend gives, or that of its wheel where there is no such hook."""
        build, key = self._source_build(source, tree, system)
        try:
            stated = build.metadata()
        except BaseException:
            build.close()
            raise
        if stated is not None:
            self._shared.keep_build(key, build)
            return stated
        # Only this counts as building.
        label = dist_label(source.dist)
        self._shared.reporter.on_build_start(label)
        try:
            wheel = self._store_built(source, build, is_wanted=False)
        finally:
            build.close()
        self._shared.reporter.on_build_complete(label)
        # It counts as prepared only when it is asked for.
        self._shared.unasked_wheels.add((self._built.directory(source), wheel.filename))
        with open(f"{wheel.path}/{wheel.manifest.dist_info}/METADATA", "rb") as stream:
            return stream.read()

    def _system(self, dist: Dist, tree: str) -> BuildSystem:
        """Return the build system of a tree, with the warnings it deserves."""
        system = read_build_system(tree)
        if system.warning is not None:
            self._shared.reporter.warn(system.warning)
        if system.ignores_settings and isinstance(dist, DirectDist):
            backend = (
                "the `build-system` table is missing"
                if system.has_default_requires
                else f"uses `{system.backend}` as build backend instead"
            )
            self._shared.reporter.warn(
                f"`{dist.name}` defines settings for `uv_build` in `tool.uv.build-backend`, but {backend}"
            )
        return system

    def _build_in_process(self, source: SourceRevision, tree: str) -> CachedWheel:
        from ultraviolet.backend.wheel import build_editable, build_wheel

        with tempfile.TemporaryDirectory(prefix="ultraviolet-wheel-") as directory:
            build = build_editable if _kind(source.dist) == "editable" else build_wheel
            filename = build(
                tree,
                directory,
                backend_version=COMPATIBLE_BACKEND,
                cwd=self._shared.cwd,
                warn=self._shared.reporter.warn,
            )
            return self._built.keep(source, directory, filename)

    def _store_built(self, source: SourceRevision, build: SourceBuild, *, is_wanted: bool = True) -> CachedWheel:
        with tempfile.TemporaryDirectory(prefix="ultraviolet-wheel-") as directory:
            return self._built.keep(source, directory, build.wheel(directory), is_wanted=is_wanted)

    def _check_allowed(self, dist: Dist) -> None:
        if _kind(dist) != "editable" and self._shared.options.forbids_build(dist.name):
            raise BuildDisabled(f"Building source distributions for `{dist.name}` is disabled")

    def _check_python(self, dist: Dist) -> None:
        """Refuse to build what the interpreter is too old for; upper bounds are not looked at."""
        if not isinstance(dist, RegistryDist) or not self._shared.options.builder_python:
            return
        from ultraviolet.standards.ranges import release_range
        from ultraviolet.standards.specifiers import parse_lenient_specifiers
        from ultraviolet.standards.versions import parse_version

        artifact = dist.sdist if dist.sdist is not None else dist.artifact
        try:
            required = parse_lenient_specifiers(artifact.requires_python or "")
        except UltravioletError:
            return
        bounds = release_range(required, trim=False).bounds()
        lowest = bounds[0] if bounds is not None else None
        if bounds is None or lowest is None:
            return
        installed = parse_version(self._shared.options.builder_python)
        if not (installed >= lowest if bounds[1] else installed > lowest):
            raise PythonTooOld(str(required), str(installed))

    def _source_build(self, source: SourceRevision, tree: str, system: BuildSystem) -> tuple[SourceBuild, object]:
        """Return a build that is set up, and the key to keep it by: that which gave the metadata, if there was one."""
        dist = source.dist
        key = (self._built.directory(source), tree, _kind(dist))
        kept = self._shared.take_build(key)
        if kept is not None:
            return kept, key
        build = SourceBuild(
            SourceTree(
                path=tree,
                system=system,
                name=dist.name,
                version=str(dist.version) if dist.version is not None else None,
                label=dist_label(dist) if dist.name else None,
            ),
            kind=_kind(dist),
            provision=self._shared.provision,
            options=self._shared.options.build,
            environ=self._shared.environ,
            stack=self._stack.entering(dist_label(dist), dist.name),
            output=self._shared.output,
            turns=self._shared.workers.turns,
        )
        return build.__enter__(), key


def builds_in_process(system: BuildSystem) -> bool:
    """Whether our own backend stands in for ``uv_build``: it is the only requirement and admits the version we reproduce."""
    if system.backend != "uv_build" or system.backend_path or len(system.requires) != 1:
        return False
    from ultraviolet.standards.requirements import parse_requirement
    from ultraviolet.standards.versions import parse_version

    try:
        requirement = parse_requirement(system.requires[0])
    except UltravioletError:
        return False
    if requirement.name != "uv-build" or requirement.url is not None:
        return False
    return any(requirement.specifiers.contains(parse_version(version)) for version in _COMPATIBLE_BACKENDS)


def _read_metadata(path: str) -> Metadata | None:
    record = read_record(path)
    if record is None:
        return None
    try:
        return decode_metadata(record.payload)
    except DAMAGE:
        discard(path)
        return None


def _kind(dist: Dist) -> BuildKind:
    if isinstance(dist, DirectDist) and isinstance(dist.source, DirectorySource) and dist.source.editable:
        return "editable"
    return "wheel"
