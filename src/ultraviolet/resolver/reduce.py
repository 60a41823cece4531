"""Shortening a proof of failure until it can be told: reductions of a derivation, applied in order by `reduce`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ultraviolet.pubgrub import Derivation, Derived, Leaf
from ultraviolet.resolver.availability import UnavailableVersion
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import EMPTY, FULL, Range
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version

Terms = Mapping[VirtualPackage, tuple[bool, Range]]
Versions = Mapping[PackageName, Sequence[Version]]
"""Versions of packages, ascending."""


def transform(
    tree: Derivation,
    leaf: Callable[[Leaf], Derivation | None],
    derived: Callable[[Derived, Derivation | None, Derivation | None], Derivation | None],
) -> Derivation | None:
    """Rebuild a derivation from its leaves up; None drops a part. Shared parts are rebuilt once."""
    built: dict[int, Derivation | None] = {}
    stack: list[Derivation] = [tree]
    while stack:
        node = stack[-1]
        if id(node) in built:
            stack.pop()
        elif isinstance(node, Leaf):
            built[id(stack.pop())] = leaf(node)
        else:
            waiting = [cause for cause in (node.first, node.second) if id(cause) not in built]
            if waiting:
                stack += waiting
            else:
                built[id(stack.pop())] = derived(node, built[id(node.first)], built[id(node.second)])
    return built[id(tree)]


def rebuild(
    tree: Derivation,
    leaf: Callable[[Leaf], Derivation],
    derived: Callable[[Derived, Derivation, Derivation], Derivation],
) -> Derivation:
    """Rebuild a derivation from its leaves up without dropping any part."""

    def inner(node: Derived, first: Derivation | None, second: Derivation | None) -> Derivation:
        if first is None or second is None:
            raise AssertionError
        return derived(node, first, second)

    result = transform(tree, leaf, inner)
    if result is None:
        raise AssertionError
    return result


def _same(leaf: Leaf) -> Derivation:
    return leaf


def _joined(node: Derived, first: Derivation, second: Derivation, terms: Terms | None = None) -> Derived:
    return Derived(node.terms if terms is None else terms, first, second, node.shared)


def packages_of(tree: Derivation) -> dict[VirtualPackage, None]:
    """Return the packages a derivation speaks of."""
    found: dict[VirtualPackage, None] = {}
    seen: set[int] = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Derived):
            found.update(dict.fromkeys(node.terms))
            stack += (node.second, node.first)
        else:
            found[node.package] = None
            if node.dependency is not None:
                found[node.dependency] = None
    return found


def collapse_proxies(tree: Derivation) -> Derivation:
    """Drop what proxies depend on: a conclusion with one cause left becomes that cause."""

    def is_proxy(node: Derivation) -> bool:
        return isinstance(node, Leaf) and node.kind == "dependency" and node.package.is_proxy

    def derived(node: Derived, first: Derivation | None, second: Derivation | None) -> Derivation | None:
        if first is not None and is_proxy(first):
            return None if second is None or is_proxy(second) else second
        if second is not None and is_proxy(second):
            return first
        if first is None or second is None:
            return first or second
        return _joined(node, first, second)

    return transform(tree, _same, derived) or tree


def collapse_locals(tree: Derivation) -> Derivation:
    """Replace the boundaries above local versions, and drop statements that speak of local versions alone."""

    def leaf(node: Leaf) -> Derivation | None:
        if node.kind == "not-root":
            return node
        versions: Range = node.versions
        if node.kind == "no-versions" and versions.is_local_complement():
            return None
        required = None if node.required is None else node.required.stripped()
        return _leaf(node, versions.stripped(), required)

    def derived(node: Derived, first: Derivation | None, second: Derivation | None) -> Derivation | None:
        if first is None or second is None:
            return first or second
        terms = {package: (positive, versions.stripped()) for package, (positive, versions) in node.terms.items()}
        return _joined(node, first, second, terms)

    return transform(tree, leaf, derived) or tree


def narrow_widened(tree: Derivation, known: Versions) -> Derivation:
    """Shrink the sets that were widened over gaps between known versions back to these versions."""

    def narrow(package: VirtualPackage, versions: Range) -> Range:
        listed = _listed(known, package)
        return _narrowed(versions, listed) if listed else versions

    def narrow_unavailable(package: VirtualPackage, versions: Range) -> Range:
        listed = _listed(known, package)
        if not listed:
            return versions
        if len(listed) == 1 and versions.contains(listed[0]):
            return Range.singleton(listed[0])
        narrowed = _narrowed(versions, listed)
        if narrowed == FULL:
            return narrowed
        clamped = narrowed & Range.from_segments([(listed[0], True, listed[-1], True)])
        return narrowed if clamped == EMPTY else clamped

    def leaf(node: Leaf) -> Derivation:
        versions: Range = node.versions
        if node.kind == "dependency":
            is_python = node.dependency.kind == "python"
            narrowed = (narrow_unavailable if is_python else narrow)(node.package, versions)
            return _leaf(node, narrowed, node.required)
        if node.kind == "unavailable":
            is_version = isinstance(node.reason, UnavailableVersion)
            return _leaf(node, (narrow_unavailable if is_version else narrow)(node.package, versions))
        return node

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        terms: dict[VirtualPackage, tuple[bool, Range]] = {}
        for package, (positive, versions) in node.terms.items():
            if not positive:
                terms[package] = (positive, versions)
                continue
            listed = _listed(known, package)
            if listed is not None and len(listed) == 1 and versions.contains(listed[0]):
                single = Range.singleton(listed[0])
                if _reported(package, first) | _reported(package, second) == single:
                    terms[package] = (positive, single)
                    continue
            terms[package] = (positive, narrow(package, versions))
        return _joined(node, first, second, terms)

    return rebuild(tree, leaf, derived)


def simplify_markers(tree: Derivation, python: RequiresPython) -> Derivation:
    """Leave out of the conditions of packages what ``requires-python`` says."""
    renamed: dict[VirtualPackage, VirtualPackage] = {}
    same: dict[tuple[object, ...], VirtualPackage] = {}

    def simplify(package: VirtualPackage) -> VirtualPackage:
        found = renamed.get(package)
        if found is None:
            marker = python.simplify(package.marker)
            found = package if marker is package.marker else package.with_marker(marker)
            key = (found.kind, found.name, found.extra, found.group, found.marker)
            found = renamed[package] = same.setdefault(key, found)
        return found

    def leaf(node: Leaf) -> Derivation:
        return Leaf(
            node.kind,
            simplify(node.package),
            node.versions,
            dependency=None if node.dependency is None else simplify(node.dependency),
            required=node.required,
            reason=node.reason,
        )

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        terms = {simplify(package): term for package, term in node.terms.items()}
        return _joined(node, first, second, terms)

    return rebuild(tree, leaf, derived)


def collapse_member_versions(tree: Derivation, members: frozenset[PackageName]) -> Derivation:
    """Drop statements that a workspace member has no other versions."""

    def is_redundant(node: Derivation) -> bool:
        return (
            isinstance(node, Leaf)
            and node.kind == "no-versions"
            and node.package.kind in {"package", "extra", "group"}
            and node.package.name in members
        )

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        if is_redundant(first):
            return second
        if is_redundant(second):
            return first
        return _joined(node, first, second)

    return rebuild(tree, _same, derived)


def drop_root_dependency(tree: Derivation, project: PackageName) -> Derivation:
    """Leave out that the root depends on the only project, so that the project itself speaks."""

    def is_dependency(node: Derivation) -> bool:
        return isinstance(node, Leaf) and node.kind == "dependency"

    def visit(node: Derivation) -> Derivation:
        while isinstance(node, Derived):
            if is_dependency(node.first):
                fact, other = node.first, node.second
            elif is_dependency(node.second):
                fact, other = node.second, node.first
            else:
                return _joined(node, visit(node.first), visit(node.second))
            if not (
                isinstance(fact, Leaf)
                and fact.package.kind == "root"
                and fact.dependency.kind == "package"
                and fact.dependency.name == project
            ):
                return node
            node = other
        return node

    return visit(tree)


def collapse_unavailable(tree: Derivation) -> Derivation:
    """Join statements that versions of a package are unavailable for the same reason."""

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        merged: Derivation | None = None
        if isinstance(first, Leaf) and first.kind == "unavailable":
            merged = _merge_nested(first, second)
        if merged is None and isinstance(second, Leaf) and second.kind == "unavailable":
            merged = _merge_nested(second, first)
        tree = _joined(node, first, second) if merged is None else merged
        if isinstance(tree, Derived):
            siblings = _merge_siblings(tree)
            if siblings is not None:
                return siblings
        return tree

    return rebuild(tree, _same, derived)


def _merge_nested(leaf: Leaf, other: Derivation) -> Derivation | None:
    if not isinstance(other, Derived):
        return None

    def merge(cause: Derivation) -> Leaf | None:
        if (
            isinstance(cause, Leaf)
            and cause.kind == "unavailable"
            and cause.package is leaf.package
            and cause.reason == leaf.reason
        ):
            return _leaf(leaf, cause.versions | leaf.versions)
        return None

    first, second = other.first, other.second
    merged = merge(second)
    if merged is not None:
        second = merged
    else:
        merged = merge(first)
        if merged is None:
            return None
        first = merged
    terms = dict(other.terms)
    term = terms.get(leaf.package)
    if term is not None and term[0]:
        terms[leaf.package] = (True, merged.versions)
    return Derived(terms, first, second, other.shared)


def _merge_siblings(node: Derived) -> Derivation | None:
    first, second = node.first, node.second
    if (
        not isinstance(first, Leaf)
        or not isinstance(second, Leaf)
        or first.kind != "unavailable"
        or second.kind != "unavailable"
        or first.package is not second.package
    ):
        return None
    concluded = _concluded(node.terms)
    if concluded is None or concluded[0] is not first.package:
        return None
    versions: Range = first.versions | second.versions
    if first.reason == second.reason:
        return _leaf(first, versions)
    if versions.is_subset(concluded[1]):
        return None
    return Derived({first.package: (True, concluded[1] | versions)}, first, second, node.shared)


def collapse_depends_on_no_versions(tree: Derivation) -> Derivation:
    """Drop that a package has no other versions where its dependency already speaks of those asked for."""

    def child(node: Derivation, package: VirtualPackage, versions: Range) -> Derivation:
        if not isinstance(node, Derived):
            return node
        for fact, empty in ((node.second, node.first), (node.first, node.second)):
            if (
                isinstance(fact, Leaf)
                and fact.kind == "dependency"
                and isinstance(empty, Leaf)
                and empty.kind == "no-versions"
                and empty.package is fact.dependency
                and package is empty.package
                and versions.is_subset(fact.required)
            ):
                return fact
        return node

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        if isinstance(first, Leaf) and first.kind == "dependency":
            second = child(second, first.package, first.versions)
        elif isinstance(second, Leaf) and second.kind == "dependency":
            first = child(first, second.package, second.versions)
        return _joined(node, first, second)

    return rebuild(tree, _same, derived)


def simplify_ranges(
    tree: Derivation, included: Versions, allows_prereleases: Callable[[PackageName], bool]
) -> Derivation:
    """Write every set with the fewest intervals that hold the same versions of those that exist."""

    def simplify(package: VirtualPackage, versions: Range) -> Range:
        name = None if package.kind == "python" else package.name
        listed = None if name is None else included.get(name)
        if name is None or listed is None or versions.cuts == FULL.cuts:
            return versions
        if len(listed) == 1 and versions.contains(listed[0]):
            return Range.singleton(listed[0])
        names_prerelease = any(
            bound is not None and _any_prerelease(bound)
            for lower, _, upper, _ in versions.segments()
            for bound in (lower, upper)
        )
        if not names_prerelease and not allows_prereleases(name):
            listed = [version for version in listed if not version.is_prerelease]
        return versions.simplify(listed)

    def leaf(node: Leaf) -> Derivation:
        if node.kind == "not-root":
            return node
        required = None if node.dependency is None else simplify(node.dependency, node.required)
        return _leaf(node, simplify(node.package, node.versions), required)

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        terms = {
            package: (positive, simplify(package, versions)) for package, (positive, versions) in node.terms.items()
        }
        return _joined(node, first, second, terms)

    return rebuild(tree, leaf, derived)


def _any_prerelease(version: Version) -> bool:
    return version.is_prerelease and version.sentinel != "min"


def restate_available(tree: Derivation, included: Versions) -> Derivation:
    """State which versions exist where a conclusion reaches past its causes over versions that do not."""

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        found = _unlisted(node.terms, first, second, included)
        if found is None:
            return _joined(node, first, second)
        package, unlisted = found
        statement = Leaf("no-versions", package, unlisted)
        out_first, out_second = _ruled_out(package, first), _ruled_out(package, second)
        if out_first.is_empty and out_second.is_empty:
            concluded = node.terms.get(package, (True, unlisted))
            reported = _reported(package, first) | _reported(package, second)
            inner = Derived({package: (True, reported)}, first, second)
            return Derived({package: concluded}, inner, statement, node.shared)

        def carry(cause: Derivation, ruled_out: Range) -> Derivation:
            return Derived({package: (True, ruled_out | unlisted)}, cause, statement)

        if _starts_lower(out_first, out_second):
            return _joined(node, carry(first, out_first), second)
        return _joined(node, first, carry(second, out_second))

    return rebuild(tree, _same, derived)


def _unlisted(
    terms: Terms, first: Derivation, second: Derivation, included: Versions
) -> tuple[VirtualPackage, Range] | None:
    """Find a package of which a conclusion covers versions that neither cause mentions and that do not exist."""
    checks: list[tuple[VirtualPackage, Range, Range]] = []
    concluded = _concluded(terms)
    if concluded is not None:
        package, versions = concluded
        checks.append((package, versions, _reported(package, first) | _reported(package, second)))
    for package in (*_cause_packages(first), *_cause_packages(second)):
        if package not in terms:
            required = _required(package, first) | _required(package, second)
            checks.append((package, required, _ruled_out(package, first) | _ruled_out(package, second)))
    for package, covered, reported in checks:
        if reported.is_empty:
            continue
        unlisted = covered - reported
        if unlisted.is_empty:
            continue
        name = package.project
        listed = None if name is None else included.get(name)
        if listed is None or any(unlisted.contains(version) for version in listed):
            continue
        return package, unlisted
    return None


def _starts_lower(first: Range, second: Range) -> bool:
    left, right = first.bounds(), second.bounds()
    if left is None:
        return False
    if right is None or left[0] is None:
        return True
    return right[0] is not None and left[0].key <= right[0].key


def _concluded(terms: Terms) -> tuple[VirtualPackage, Range] | None:
    """Return the package and versions a derivation rules out, when it concludes about one package alone."""
    if len(terms) != 1:
        return None
    ((package, (positive, versions)),) = terms.items()
    return (package, versions) if positive else None


def _cause_packages(cause: Derivation) -> list[VirtualPackage]:
    if isinstance(cause, Derived):
        return list(cause.terms)
    return [cause.package] if cause.dependency is None else [cause.package, cause.dependency]


def _required(package: VirtualPackage, cause: Derivation) -> Range:
    if isinstance(cause, Derived):
        positive, versions = cause.terms.get(package, (True, EMPTY))
        return EMPTY if positive else versions
    if cause.kind == "dependency" and cause.dependency is package:
        required: Range = cause.required
        return required
    return EMPTY


def _ruled_out(package: VirtualPackage, cause: Derivation) -> Range:
    if isinstance(cause, Derived):
        concluded = _concluded(cause.terms)
        return concluded[1] if concluded is not None and concluded[0] is package else EMPTY
    if cause.kind == "unavailable" and cause.package is package:
        versions: Range = cause.versions
        return versions
    return EMPTY


def _reported(package: VirtualPackage, cause: Derivation) -> Range:
    if isinstance(cause, Derived):
        positive, versions = cause.terms.get(package, (False, EMPTY))
        return versions if positive else EMPTY
    if cause.kind != "not-root" and cause.package is package:
        reported: Range = cause.versions
        return reported
    return EMPTY


def collapse_no_versions(tree: Derivation) -> Derivation:
    """Drop that nothing else exists where the conclusion says as much."""

    def is_redundant(node: Derivation, other: Derivation, parent: Terms) -> bool:
        if not isinstance(node, Leaf) or node.kind != "no-versions":
            return False
        terms = other.terms if isinstance(other, Derived) else parent
        term = terms.get(node.package)
        if term is None or not term[0]:
            return False
        rest: Range = ~node.versions
        return rest.as_singleton() is None and (term[1] == FULL or term[1] == rest)

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        if is_redundant(first, second, node.terms):
            return second
        if is_redundant(second, first, node.terms):
            return first
        return _joined(node, first, second)

    return rebuild(tree, _same, derived)


def fuse_no_versions(tree: Derivation) -> Derivation:
    """Join twin statements that nothing exists, until none are left."""
    changed = True

    def derived(node: Derived, first: Derivation, second: Derivation) -> Derivation:
        nonlocal changed
        if (
            isinstance(first, Leaf)
            and isinstance(second, Leaf)
            and first.kind == second.kind == "no-versions"
            and first.package is second.package
        ):
            term = node.terms.get(first.package)
            if (
                term is not None
                and term[0]
                and first.versions.is_subset(term[1])
                and second.versions.is_subset(term[1])
            ):
                changed = True
                return Leaf("no-versions", first.package, term[1])
        return _joined(node, first, second)

    while changed:
        changed = False
        tree = rebuild(tree, _same, derived)
    return tree


def _leaf(node: Leaf, versions: Range, required: Range | None = None) -> Leaf:
    return Leaf(
        node.kind,
        node.package,
        versions,
        dependency=node.dependency,
        required=node.required if required is None else required,
        reason=node.reason,
    )


def _listed(known: Versions, package: VirtualPackage) -> Sequence[Version] | None:
    name = package.project
    return None if name is None else known.get(name) or None


def _narrowed(versions: Range, listed: Sequence[Version]) -> Range:
    """Shrink bounded ends to the outermost versions listed; everything listed becomes everything."""
    keys = [version.key for version in listed]
    spans = versions.spans(keys)
    if spans and sum(end - start for start, end in spans) == len(listed):
        return FULL
    if not spans:
        return versions
    segments = []
    for segment in versions.segments():
        inside = Range.from_segments([segment]).spans(keys)
        if not inside:
            segments.append(segment)
            continue
        lower, lower_included, upper, upper_included = segment
        if lower is not None:
            lower, lower_included = listed[inside[0][0]], True
        if upper is not None:
            upper, upper_included = listed[inside[-1][1] - 1], True
        segments.append((lower, lower_included, upper, upper_included))
    return Range.from_segments(segments)
