"""``uv sync``: the environment of a project becomes what its lockfile says."""

from __future__ import annotations

import time
from collections.abc import Mapping

import msgspec

from ultraviolet.distributions.dist import DirectDist, Dist, RegistryDist
from ultraviolet.environment.locking import environment_lock
from ultraviolet.errors import UltravioletError
from ultraviolet.lock.choices import ExtraChoice, GroupChoice, InstallFilter, Target
from ultraviolet.lock.model import Lock
from ultraviolet.lock.select import Selection, SelectOptions, check_environment, select
from ultraviolet.operations.apply import Applied, ApplyOptions, apply
from ultraviolet.prepare.options import HashPolicy
from ultraviolet.standards.names import PackageName

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.environment.value import Environment
    from ultraviolet.operations.engines import EngineOptions, Engines
    from ultraviolet.operations.malware import MalwareCheck
    from ultraviolet.standards.markers import MarkerEnvironment
    from ultraviolet.standards.tags import Tags


class SyncOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What of a lock goes into the environment, and how."""

    extras: ExtraChoice = ExtraChoice()
    groups: GroupChoice = GroupChoice()
    filter: InstallFilter = InstallFilter()
    editable: bool | None = None
    not_editable: frozenset[str] = frozenset()
    platform: str | None = None
    """``--python-platform``: install for another platform."""
    apply: ApplyOptions = ApplyOptions(exact=True, strict=True, compile_everything=True)
    malware: MalwareCheck | None = None
    """Whom to ask whether a package is malware."""


def select_for(
    lock: Lock,
    target: Target,
    environment: Environment,
    engine_options: EngineOptions,
    options: SyncOptions,
    environ: Mapping[str, str],
) -> Selection:
    """Return what of a lock an environment needs.

    :raises UltravioletError: the lock is for other environments, an extra or group is unknown, or a package has no usable file.
    """
    markers, tags = target_facts(environment, options.platform, environ)
    check_environment(lock, markers)
    return select(
        lock,
        target,
        environment=markers,
        tags=tags,
        extras=options.extras,
        groups=options.groups,
        options=SelectOptions(
            rules=engine_options.resolver.build_policy,
            filter=options.filter,
            editable=options.editable,
            not_editable=options.not_editable,
        ),
    )


def target_facts(
    environment: Environment, platform: str | None, environ: Mapping[str, str]
) -> tuple[MarkerEnvironment, Tags]:
    """Return the markers and tags to install for: those of the interpreter, or of a named platform."""
    from ultraviolet.standards.tags import Tags

    interpreter = environment.interpreter
    if platform is None:
        return interpreter.marker_environment, interpreter.tags()
    from ultraviolet.standards.platforms import target_platform

    named = target_platform(platform, environ)
    if named is None:
        raise UltravioletError(f"Unknown platform: `{platform}`")
    tags = Tags.for_platform(
        named.platform,
        implementation=interpreter.implementation_name,
        implementation_version=interpreter.implementation_release,
        python_version=(interpreter.release[0], interpreter.release[1]),
        manylinux_compatible=named.manylinux_compatible,
        gil_disabled=interpreter.gil_disabled,
        debug=interpreter.debug,
        is_cross=True,
    )
    return msgspec.structs.replace(interpreter.marker_environment, **named.markers), tags


def locked_hashes(selected: tuple[tuple[Dist, tuple[str, ...]], ...]) -> HashPolicy:
    """Return the digests that a lockfile states, which downloads must have."""
    digests: dict[tuple[PackageName, str], tuple[str, ...]] = {}
    for dist, hashes in selected:
        if not hashes:
            continue
        if isinstance(dist, RegistryDist):
            digests[dist.name, str(dist.version)] = hashes
        elif isinstance(dist, DirectDist):
            digests[dist.name, ""] = hashes
    return HashPolicy(mode="verify", digests=digests)


def sync(
    lock: Lock,
    target: Target,
    environment: Environment,
    engines: Engines,
    options: SyncOptions,
    *,
    lock_timeout: float = 300.0,
) -> Applied:
    """Bring an environment in line with a lock, under the environment's lock.

    :raises UltravioletError: selecting, preparing or installing failed.
    """
    started = time.monotonic()
    selection = select_for(lock, target, environment, engines.options, options, engines.world.environ)
    engines.wanted = selection
    selected = selection.to_install()
    tags = (
        target_facts(environment, options.platform, engines.world.environ)[1]
        if options.platform is not None
        else engines.prepare_options.tags
    )
    engines.prepare_options = msgspec.structs.replace(
        engines.prepare_options, hashes=locked_hashes(selected), tags=tags
    )
    if engines.options.build.extra_requirements:
        from ultraviolet.operations.runtime_versions import follow_resolution

        follow_resolution(engines, [dist for dist, _ in selected])
    if options.malware is not None:
        from ultraviolet.operations.malware import refuse_malware

        installed = [node.package for node in selection.nodes if node.installed]
        refuse_malware(lock, installed, options.malware, engines.world)
    dists = [_with_hashes(dist, hashes) for dist, hashes in selected]
    with environment_lock(
        environment,
        cwd=engines.world.cwd,
        temporary_directory=engines.world.temporary_directory,
        timeout=lock_timeout,
    ):
        return apply(dists, environment, engines, options.apply, started=started)


def _with_hashes(dist: Dist, hashes: tuple[str, ...]) -> Dist:
    if isinstance(dist, DirectDist) and hashes and not dist.hashes:
        return msgspec.structs.replace(dist, hashes=hashes)
    return dist
