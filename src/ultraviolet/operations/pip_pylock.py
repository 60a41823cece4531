"""``pip install -r pylock.toml`` and ``pip sync pylock.toml``: what a lockfile of the standard says, as distributions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ultraviolet.distributions.dist import Dist, RegistryDist
from ultraviolet.lock.pylock_reader import PylockTarget, parse_pylock, select_packages
from ultraviolet.operations.pip_hashes import Digests, HashError, Mode, location
from ultraviolet.operations.pip_inputs import InputError
from ultraviolet.operations.pip_request import PipRequest, request_options
from ultraviolet.operations.resolution_target import Site
from ultraviolet.requirements.specification import read_text
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version

if TYPE_CHECKING:
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings


def read_pylock_dists(
    settings: Settings, world: World, request: PipRequest, site: Site, mode: Mode
) -> tuple[list[Dist], Digests]:
    """Return what a ``pylock.toml`` installs in an environment, and the digests that it states.

    :raises UltravioletError: it cannot be read, is not for this Python, or does not go together with the options.
    """
    from ultraviolet.workspace.paths import user_display

    path = request.specification.pylock
    assert path is not None
    if path.startswith(("http://", "https://")):
        text, root = bytes(world.client().get(path).body).decode(), world.cwd
    else:
        full = os.path.normpath(os.path.join(world.cwd, path))
        text, root = read_text(full), os.path.dirname(full)
    content = parse_pylock(text, root, user_display(path, world.cwd))
    python = site.environment.interpreter.version
    if content.requires_python is not None and not parse_specifiers(content.requires_python).contains(
        parse_version(python)
    ):
        raise InputError(
            f"The requested interpreter resolved to Python {python}, which is incompatible with the `pylock.toml`'s "
            f"Python requirement: `{content.requires_python}`"
        )
    groups = {*request.specification.groups.get(path, ()), *content.default_groups}
    target = PylockTarget(
        markers=site.markers,
        tags=site.tags,
        extras=request.extras.chosen(content.extras),  # type: ignore[arg-type] # names as they are written
        groups=[group for group in content.groups if group in groups],
        rules=request_options(settings, request).resolver.build_policy,
    )
    dists = select_packages(content, target)
    return dists, _digests(dists, mode)


def _digests(dists: list[Dist], mode: Mode) -> Digests:
    if mode == "none":
        return Digests()
    versions: dict[tuple[object, Version], tuple[str, ...]] = {}
    archives: dict[str, tuple[str, ...]] = {}
    for dist in dists:
        stated = dist.artifact.hashes if isinstance(dist, RegistryDist) else dist.hashes
        if not stated:
            if mode == "require":
                raise HashError(
                    "In `--require-hashes` mode, all requirements must have a hash, but none were provided for: "
                    + dist.name
                )
            continue
        if isinstance(dist, RegistryDist):
            versions[dist.name, dist.version] = stated
        else:
            archives[location(dist.source)] = stated
    return Digests(mode=mode, versions=versions, archives=archives)  # type: ignore[arg-type] # keys are names
