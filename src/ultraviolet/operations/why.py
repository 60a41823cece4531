"""``uv why``: why a package is here, and why at this version and not at a newer one.

Not in uv. The graph comes from the project's lock, or from resolving requirements files; what keeps newer versions out is asked
of the same indexes, under the same options.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource
from ultraviolet.errors import UltravioletError
from ultraviolet.lock.model import Lock, Package, RequirementRow
from ultraviolet.lock.why import Asking, Node, lock_asking, resolution_asking
from ultraviolet.operations.engines import Engines
from ultraviolet.resolver.environment import PythonRequirement, ResolverEnvironment
from ultraviolet.resolver.newer import KeptOut, Limit, Shelf
from ultraviolet.standards.markers import Marker, parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.operations.edited import Edited
    from ultraviolet.operations.pip_compile import Solved
    from ultraviolet.operations.relock import Relocked
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings


class NotHere(UltravioletError):
    """The package is not part of the lock or resolution."""

    exit_code = 1


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Why one version of a package is here."""

    position: int
    """In the graph."""
    node: Node
    limits: tuple[Limit, ...]
    """Every bound on it, constraints and overrides included."""
    newer: tuple[KeptOut, ...]
    """Newest first; empty when there is nothing newer."""
    is_from_index: bool


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer."""

    name: str
    asking: Asking
    answers: tuple[Answer, ...]


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    """What both forms of the question come to."""

    asking: Asking
    shelf: Shelf
    requires_python: RequiresPython
    constraints: tuple[Limit, ...]
    overrides: tuple[Limit, ...]
    index: Callable[[str], IndexLocation | None]
    versions: Callable[[str], Sequence[Version]]
    preference: Callable[[str], str | None]
    lowest: Callable[[int], bool]


# Projects and scripts


def why_locked(settings: Settings, world: World, name: PackageName, script: str | None = None) -> Why:
    """Explain a package of the project of a directory, or of a script.

    :raises NotHere: it is not locked.
    """
    from ultraviolet.operations.edited import EditedProject, EditedScript
    from ultraviolet.operations.project import open_project

    subject: Edited
    if script is None:
        subject = EditedProject(open_project(settings, world))
    else:
        from ultraviolet.operations.script_lock import open_script, script_settings

        opened = open_script(script, world.cwd)
        settings = script_settings(settings, opened)
        subject = EditedScript(opened)
    relocked, fresh = _present(settings, world, subject)
    try:
        return _explain(_locked_case(relocked, name, existed=not fresh), str(name))
    finally:
        relocked.engines.close()


def _present(settings: Settings, world: World, subject: Edited) -> tuple[Relocked, bool]:
    """Return the lock as it is now, and whether there was none before."""
    import os

    from ultraviolet.operations.edited import EditedProject
    from ultraviolet.operations.lock import frozen
    from ultraviolet.operations.project import default_groups, group_choice, lock_options
    from ultraviolet.operations.relock import Relocked, Site, lock_target, make_engines, project_site, relock

    options = lock_options(settings)
    if isinstance(subject, EditedProject):
        groups = group_choice(settings, default_groups(subject.project))
        site = project_site(settings, world, subject.project, groups, install=False)
        path = os.path.join(subject.project.workspace.root, "uv.lock")
    else:
        from ultraviolet.operations.script_lock import script_interpreter

        interpreter, python = script_interpreter(subject.script, settings, world)
        site = Site(interpreter=interpreter, python=python)
        path = subject.path + ".lock"
    fresh = not os.path.isfile(path)
    if options.mode == "frozen":
        target = lock_target(settings, world, subject)
        return Relocked(frozen(target, options), make_engines(settings, world, subject, target, site)), fresh
    if options.mode == "write":
        options = msgspec.structs.replace(options, mode="dry-run")
    return relock(settings, world, subject, site, options), fresh


def _locked_case(relocked: Relocked, name: PackageName, *, existed: bool) -> _Case:
    lock, engines = relocked.lock, relocked.engines
    requires_python = RequiresPython.from_text(lock.requires_python)
    environment = ResolverEnvironment.universal(
        PythonRequirement.from_requires_python(parse_version(engines.interpreter.version), requires_python),
        engines.interpreter.marker_environment,
    )
    shelf = Shelf(engines.preparer, engines.options.resolver, environment)
    packages = lock.by_name()

    def index(package: str) -> IndexLocation | None:
        return _locked_index(packages.get(package, ()), engines)

    def stated(package: Package) -> Iterable[str | Requirement | RequirementRow]:
        if package.source.kind != "registry" or package.version is None:
            return package.metadata.requires_dist
        return shelf.requires(PackageName(package.name), parse_version(package.version), index(package.name))

    shelf.prefetch((PackageName(package), index(package)) for package in _above(lock, name))
    asking = lock_asking(lock, name, stated)
    moved = relocked.locked.previous is None or relocked.locked.changed
    return _Case(
        asking=asking,
        shelf=shelf,
        requires_python=requires_python,
        constraints=tuple(
            limit
            for row in lock.manifest.constraints
            if row.name == name
            for limit in _limits_of("`constraint-dependencies`", row.name, row.specifier)
        ),
        overrides=tuple(
            limit
            for row in lock.manifest.overrides
            if isinstance(row, RequirementRow) and row.name == name
            for limit in _limits_of("`override-dependencies`", row.name, row.specifier)
        ),
        index=index,
        versions=lambda other: [
            parse_version(package.version) for package in packages.get(other, ()) if package.version is not None
        ],
        preference=lambda version: (
            f"the lockfile held {version} already; `uv lock --upgrade-package {name}` looks for a newer one"
            if existed and not moved
            else None
        ),
        lowest=lambda target: _is_lowest(engines, asking, target),
    )


def _above(lock: Lock, name: str) -> list[str]:
    """Return the packages of indexes from which a package can be reached."""
    above: dict[str, set[str]] = {}
    for package in lock.packages:
        for row in package.all_dependencies():
            above.setdefault(row.name, set()).add(package.name)
    kept = {name}
    stack = [name]
    while stack:
        for parent in above.get(stack.pop(), ()):
            if parent not in kept:
                kept.add(parent)
                stack.append(parent)
    return [package.name for package in lock.packages if package.name in kept and package.source.kind == "registry"]


def _locked_index(packages: Sequence[Package], engines: Engines) -> IndexLocation | None:
    """Return the index a package must be looked up in; None for those that every package is looked for in."""
    locations = engines.options.index.locations
    for package in packages:
        for location in locations.indexes:
            if location.explicit and package.source.location in {location.url, location.public_url}:
                return location
    return None


# Requirements files


def why_compiled(solved: Solved, name: PackageName, cwd: str) -> Why:
    """Explain a package of the resolution of requirements files.

    :raises NotHere: it is no part of the resolution.
    """
    from ultraviolet.operations.compile_output import origin_text

    resolution, declared, engines = solved.resolution, solved.declared, solved.engines
    shelf = Shelf(engines.preparer, engines.options.resolver, solved.environment)

    def place(requirement: Requirement) -> str:
        return "the command line" if requirement.origin is None else origin_text(requirement.origin, 2, cwd)

    asking = resolution_asking(resolution, name, declared.requirements, place)
    versions: dict[str, list[Version]] = {}
    indexes: dict[str, IndexLocation | None] = {}
    for node in resolution.nodes:
        versions.setdefault(node.name, []).append(node.version)
        if node.index is not None and node.index.explicit:
            indexes[node.name] = node.index

    def limits(requirements: Iterable[Requirement], rank: int) -> tuple[Limit, ...]:
        return tuple(
            limit
            for requirement in requirements
            if requirement.name == name and isinstance(requirement.source, RegistrySource)
            for limit in _limits_of(
                f"`{origin_text(requirement.origin, rank, cwd)}`" if requirement.origin is not None else "a constraint",
                requirement.name,
                str(requirement.source.specifiers),
            )
        )

    pins = {str(pin.name): str(pin.version) for pin in solved.preferences}
    case = _Case(
        asking=asking,
        shelf=shelf,
        requires_python=resolution.requires_python,
        constraints=limits(declared.constraints, 0),
        overrides=limits(declared.overrides, 1),
        index=indexes.get,
        versions=lambda other: versions.get(other, []),
        preference=lambda version: (
            f"the output file pins {version} already; `--upgrade-package {name}` looks for a newer one"
            if pins.get(name) == version
            else None
        ),
        lowest=lambda target: _is_lowest(engines, asking, target),
    )
    return _explain(case, str(name))


# The explanation


def _explain(case: _Case, name: str) -> Why:
    if not case.asking.targets:
        raise NotHere(f"`{name}` is not part of the resolution")
    answers = []
    for target in case.asking.targets:
        node = case.asking.nodes[target]
        marker = _where(node, case.requires_python)
        limits = _limits(case, target)
        newer: tuple[KeptOut, ...] = ()
        from_index = node.source is None and not node.is_member and node.version is not None
        if from_index:
            version = str(node.version)
            newer = case.shelf.kept_out(
                PackageName(name),
                parse_version(version),
                case.index(name),
                limits=limits,
                marker=marker,
                others=case.versions,
                preference=case.preference(version),
                lowest=case.lowest(target),
            )
        answers.append(Answer(position=target, node=node, limits=limits, newer=newer, is_from_index=from_index))
    return Why(name=name, asking=case.asking, answers=tuple(answers))


def _limits(case: _Case, target: int) -> tuple[Limit, ...]:
    """Return what bounds a version: overrides instead of what packages say, and constraints beside either."""
    if case.overrides:
        return (*case.overrides, *case.constraints)
    found = [
        Limit(str(case.asking.nodes[ask.source]), parse_specifiers(ask.specifiers), ask.requirement)
        for ask in case.asking.of(target)
        if ask.specifiers
    ]
    return (*found, *case.constraints)


def _limits_of(who: str, name: str, specifier: str) -> tuple[Limit, ...]:
    if not specifier or specifier == "*":
        return ()
    parsed = parse_specifiers(specifier)
    return (Limit(who, parsed, f"{name}{parsed}"),)


def _where(node: Node, requires_python: RequiresPython) -> Marker:
    """Return the environments a version is used in."""
    everywhere = requires_python.to_marker()
    return requires_python.complexify(parse_marker(node.marker)) & everywhere if node.marker else everywhere


def _is_lowest(engines: Engines, asking: Asking, target: int) -> bool:
    mode = engines.options.resolver.resolution
    if mode != "lowest-direct":
        return mode == "lowest"
    return any(asking.nodes[ask.source].is_member or asking.nodes[ask.source].is_place for ask in asking.of(target))


# Text and JSON


def why_text(why: Why, style: Callable[[str, str], str] = lambda _, text: text) -> str:
    """Return the answer for people. ``style(name, text)`` colours; names are ``package``, ``heading`` and ``dim``."""
    parts = []
    for answer in why.answers:
        title = style("package", str(answer.node))
        if answer.node.source is not None:
            title += f" ({answer.node.source})"
        lines = [title]
        if answer.node.marker:
            lines.append(style("dim", f"used where {answer.node.marker}"))
        lines += ["", style("heading", "Asked for by")]
        lines += _tree(why.asking.restricted(answer.position), answer.position, style)
        lines += ["", *_newer_lines(answer, style)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _tree(asking: Asking, target: int, style: Callable[[str, str], str]) -> list[str]:
    """Draw every path down to a node; a part that was drawn before is not repeated."""
    below: dict[int, list[tuple[str, int]]] = {}
    for ask in asking.asks:
        if ask.source == target:
            continue
        where = (
            f"extra {ask.section}: " if ask.kind == "extra" else f"group {ask.section}: " if ask.kind == "group" else ""
        )
        label = where + ask.requirement + (f" ; {ask.marker}" if ask.marker else "")
        if (label, ask.target) not in below.setdefault(ask.source, []):
            below[ask.source].append((label, ask.target))
    seen: set[int] = set()
    lines: list[str] = []

    def draw(position: int, label: str | None, first: str, rest: str) -> None:
        node = asking.nodes[position]
        name = str(node)
        text = first + (style("package", name) if position == target else name)
        if label is not None:
            text += " " + style("dim", f"({label})")
        again = position in seen and position != target
        lines.append(text + (" (*)" if again else ""))
        if again or position == target:
            return
        seen.add(position)
        children = below.get(position, [])
        for number, (inner, child) in enumerate(children):
            last = number == len(children) - 1
            draw(child, inner, rest + ("└── " if last else "├── "), rest + ("    " if last else "│   "))

    for root in asking.roots():
        if root == target:
            lines.append("nothing: it is yours")
        elif root not in seen:
            draw(root, None, "", "")
    if any(line.endswith(" (*)") for line in lines):
        lines.append(style("dim", "(*) shown above"))
    return lines


def _newer_lines(answer: Answer, style: Callable[[str, str], str]) -> list[str]:
    if not answer.is_from_index:
        return ["It is not chosen from an index, so there is no newer version to choose."]
    if not answer.newer:
        return ["There is no newer version."]
    lines = [style("heading", "Newer versions, and what keeps them out")]
    for group in answer.newer:
        first, *others = group.reasons
        lines.append(f"  {_versions(group.versions)}: {first}")
        lines += [f"    and {reason}" for reason in others]
    return lines


def _versions(versions: Sequence[Version]) -> str:
    if len(versions) <= 3:
        return ", ".join(map(str, versions))
    return f"{versions[0]} to {versions[-1]} ({len(versions)} versions)"


def why_json(why: Why) -> str:
    """Return the answer for programs."""
    import json

    nodes = why.asking.nodes
    data = {
        "schema": {"version": "preview"},
        "name": why.name,
        "answers": [
            {
                "version": answer.node.version,
                "source": answer.node.source,
                "marker": answer.node.marker or None,
                "asked_by": [
                    {
                        "name": nodes[ask.source].name,
                        "version": nodes[ask.source].version,
                        "requirement": ask.requirement,
                        "marker": ask.marker or None,
                        "kind": ask.kind,
                        "section": ask.section,
                    }
                    for ask in why.asking.of(answer.position)
                ],
                "bounds": [{"by": limit.who, "requirement": limit.requirement} for limit in answer.limits],
                "newer": [
                    {
                        "versions": [str(version) for version in group.versions],
                        "kind": group.kind,
                        "reasons": group.reasons,
                    }
                    for group in answer.newer
                ],
            }
            for answer in why.answers
        ],
        "nodes": [
            {
                "name": node.name,
                "version": node.version,
                "source": node.source,
                "kind": "place" if node.is_place else "member" if node.is_member else "package",
            }
            for node in nodes
        ],
        "edges": [
            {
                "from": ask.source,
                "to": ask.target,
                "requirement": ask.requirement,
                "marker": ask.marker or None,
                "kind": ask.kind,
                "section": ask.section,
            }
            for ask in why.asking.asks
        ],
    }
    return json.dumps(data, indent=2) + "\n"
