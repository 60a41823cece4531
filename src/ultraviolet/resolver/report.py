"""The explanation of a failure: the proof shortened, told in sentences, with hints."""

from __future__ import annotations

from ultraviolet.pubgrub import Derivation
from ultraviolet.resolver import reduce
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.resolver.fork_state import ForkState
from ultraviolet.resolver.hints import find_hints
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.sentences import Speaker
from ultraviolet.resolver.version_map import LenientCutoff, VersionMap
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import Version


def explain(inquiry: Inquiry, derivation: Derivation, state: ForkState) -> NoSolution:
    """Return the error that tells why a fork has no solution."""
    environment = state.environment
    python = inquiry.environment.python
    members = inquiry.manifest.workspace_members
    tree = reduce.collapse_proxies(derivation)
    tree = reduce.collapse_locals(tree)
    tree = reduce.narrow_widened(tree, _known_versions(inquiry, state))
    included, available = _listed_versions(inquiry, state, tree)
    unavailable = {
        package.name: inquiry.unavailable[package.name]
        for package in reduce.packages_of(tree)
        if package.kind == "package" and package.name in inquiry.unavailable
    }
    tree = reduce.simplify_markers(tree, python.target)
    tree = reduce.collapse_member_versions(tree, members)
    if len(members) == 1:
        (project,) = members
        tree = reduce.drop_root_dependency(tree, project)
    tree = reduce.collapse_unavailable(tree)
    tree = reduce.collapse_depends_on_no_versions(tree)
    tree = reduce.simplify_ranges(
        tree, included, lambda name: inquiry.selector.prereleases(name, environment) != "disallow"
    )
    tree = reduce.restate_available(tree, included)
    tree = reduce.collapse_no_versions(tree)
    tree = reduce.fuse_no_versions(tree)
    report = Speaker(included, python, members, inquiry.environment.tags).tell(tree)
    hints = find_hints(inquiry, state, tree, included=included, available=available, unavailable=unavailable)
    split = environment.split_display()
    header = "No solution found when resolving dependencies"
    return NoSolution(
        f"{header}:" if split is None else f"{header} for {split}:",
        report,
        hints=hints,
        derivation=derivation,
        split=split,
        diagnostics=tuple(inquiry.judge.warnings),
    )


def _known_versions(inquiry: Inquiry, state: ForkState) -> dict[PackageName, list[Version]]:
    """Return the versions that sets were widened over in a fork, ascending."""
    known: dict[PackageName, list[Version]] = {}
    for name, index in state.widened.items():
        versions = {
            version_map.version(position)
            for version_map in inquiry.maps.get((name, index), ())
            for position in range(len(version_map))
            if version_map.is_known(position)
        }
        versions.update(installed.version for installed in inquiry.manifest.installed.get(name, ()))
        known[name] = sorted(versions, key=lambda version: version.key)
    return known


def _listed_versions(
    inquiry: Inquiry, state: ForkState, tree: Derivation
) -> tuple[dict[PackageName, list[Version]], dict[PackageName, list[Version]]]:
    """Return the versions of the packages concerned: those that exist for the resolution, and all."""
    included: dict[PackageName, set[Version]] = {}
    available: dict[PackageName, set[Version]] = {}
    for package in reduce.packages_of(tree):
        name = None if package.kind == "python" else package.name
        if name is None or name not in inquiry.asked_for or name in included:
            continue
        index = state.indexes.get(name)
        maps = inquiry.maps.get((name, None if index is None else index.url))
        if not maps:
            continue
        included[name], available[name] = set(), set()
        for version_map in maps:
            for position in range(len(version_map)):
                version = version_map.version(position)
                if _is_available(inquiry.options.available_cutoff, version_map, position):
                    available[name].add(version)
                if _is_included(version_map, position):
                    included[name].add(version)
    return _sorted(included), _sorted(available)


def _is_available(cutoff: int | None, version_map: VersionMap, position: int) -> bool:
    if cutoff is None:
        return True
    prioritized = version_map.get(position)
    return prioritized is None or any(
        artifact.upload_time is None or artifact.upload_time < cutoff for artifact in prioritized.files
    )


def _is_included(version_map: VersionMap, position: int) -> bool:
    cutoff = version_map.cutoff
    if cutoff is None or type(cutoff) is LenientCutoff:
        return True
    prioritized = version_map.get(position)
    return prioritized is not None and any(
        artifact.upload_time is not None and artifact.upload_time < cutoff for artifact in prioritized.files
    )


def _sorted(versions: dict[PackageName, set[Version]]) -> dict[PackageName, list[Version]]:
    return {name: sorted(found, key=lambda version: version.key) for name, found in versions.items()}
