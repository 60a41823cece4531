"""Why a distribution was needed: the path from it to the root, as a hint."""

from __future__ import annotations

from ultraviolet.resolver.fork_state import ForkState
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.standards.ranges import Range
from ultraviolet.standards.versions import Version

Step = tuple[VirtualPackage, Version, Range]
"""A package that depends on the one before, its version, and the versions it asks for."""


def describe_chain(state: ForkState, package: VirtualPackage, version: Version) -> tuple[str, ...]:
    """Return one hint on why a version was needed, or none when only the root asked for it."""
    path: list[Step] = []
    if not _find_path(state, package.number, version, path) or not path:
        return ()
    name = package.name
    message = f"`{name}` (v{version}) was included because"
    wanted: Range | None = None
    for position, (parent, parent_version, asked) in enumerate(reversed(path)):
        joiner = " which depends on" if position else " depends on"
        message += f" {_step(parent, parent_version, wanted)}{joiner}"
        wanted = asked.stripped()
    return (f"{message} `{name}{_suffix(wanted)}`",)


def _step(package: VirtualPackage, version: Version, wanted: Range | None) -> str:
    text = str(package.name)
    if package.extra is not None:
        text += f"[{package.extra}]"
    elif package.group is not None:
        text += f":{package.group}"
    return f"`{text}{_suffix(wanted)}` (v{version})"


def _suffix(wanted: Range | None) -> str:
    return "" if wanted is None or wanted.is_empty or wanted.is_full else str(wanted)


def _find_path(state: ForkState, number: int, version: Version, path: list[Step]) -> bool:
    search = state.search
    knowledge, decisions = search.knowledge, search.solution.decisions
    packages, store = knowledge.packages, knowledge.store
    visiting: set[int] = set()

    def visit(number: int, version: Version) -> bool:
        if number in visiting:
            return False
        visiting.add(number)
        for position in search.relevant[number]:
            found = knowledge.incompatibilities[position]
            if found.kind != "dependency" or found.dependency != number or len(found.terms) < 2:
                continue
            asked: Range = store.versions(found.terms[1][2])
            decision = decisions.get(found.package)
            if decision is None or not asked.contains(version):
                continue
            parent: VirtualPackage = packages[found.package]
            project = parent.project
            if project == packages[number].project:
                if visit(found.package, version):
                    return True
            elif project is not None:
                path.append((parent, decision[2], asked))
                if visit(found.package, decision[2]):
                    return True
                path.pop()
            else:
                return True
        visiting.discard(number)
        return False

    return visit(number, version)
