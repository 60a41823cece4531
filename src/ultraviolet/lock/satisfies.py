"""Whether a lock still answers what is asked, and if not, how much of it a new resolution may take over.

Everything outside the lock arrives as values, save the metadata of packages that can change (source trees, archives at
paths and URLs), which is asked for only when all cheaper checks have passed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from ultraviolet.distributions.indexes import IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.distributions.urls import url_to_path
from ultraviolet.errors import UltravioletError
from ultraviolet.lock._checks import find_target
from ultraviolet.lock.cutoff_changes import exclude_newer_change
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.forks import environments_union, forks_union, parse_environments, parse_forks
from ultraviolet.lock.model import (
    ConflictRow,
    Dependency,
    Lock,
    Manifest,
    Options,
    Package,
    RequirementRow,
    ScopedExclude,
    ScopedOverride,
)
from ultraviolet.lock.requirements import (
    comparable_row,
    conflict_item,
    display_row,
    locked_path,
    lower_requirement,
    requirement_rows,
    row_requirement,
)
from ultraviolet.lock.self_references import flatten_self_references
from ultraviolet.lock.sources import absolute_path
from ultraviolet.standards.conflicts import Conflicts
from ultraviolet.standards.markers import TRUE, Marker, MarkerEnvironment, parse_marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.versions import Version, parse_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from ultraviolet.lock.declared_rows import Adjust, DeclaredRows
else:
    Protocol = object  # making real ones takes time


Kind = Literal["satisfied", "preferable", "versions", "unusable"]
Level = Literal["print", "debug", "warn"]
Upgrade = Literal["none", "some", "all"]


class Outcome(msgspec.Struct, frozen=True):
    """What a lock is good for, and the message that says why."""

    kind: Kind
    """``satisfied``: as it is; ``preferable``: versions and forks; ``versions``: versions only; ``unusable``: nothing."""
    message: str
    level: Level = "debug"

    @property
    def is_satisfied(self) -> bool:
        """Whether no resolution is needed."""
        return self.kind == "satisfied"


class Declarations(msgspec.Struct, frozen=True, kw_only=True):
    """What a distribution declares now."""

    version: Version | None = None
    """None when it is not known without a build."""
    dynamic: bool = False
    """The version of this source tree is dynamic."""
    requires: tuple[str | Requirement, ...] = ()
    provides_extra: tuple[ExtraName, ...] = ()
    groups: Mapping[GroupName, tuple[Requirement, ...]] = {}
    requires_python: str | None = None


class DeclarationSource(Protocol):
    """Where the present metadata of mutable packages is read."""

    def static(self, path: str) -> Declarations | None:
        """Return what the manifest of a source tree says without a build; None when it does not say enough."""

    def full(self, package: Package) -> Declarations:
        """Return the metadata of a package, fetched or built if need be."""


class Expectation(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a lock."""

    root: str
    """Absolute directory of the lockfile."""
    options: Options = Options()
    requires_python: RequiresPython
    manifest: Manifest = Manifest()
    members: Mapping[PackageName, DirectorySource] = {}
    """Every member of the workspace and how it is installed."""
    supported_environments: tuple[Marker, ...] = ()
    required_environments: tuple[Marker, ...] = ()
    conflicts: Conflicts = Conflicts()
    indexes: tuple[IndexLocation, ...] | None = None
    """All configured indexes and find-links; None when nothing was configured."""
    hash_algorithms: Mapping[str, str] = {}
    """Required algorithm by public URL of the index."""
    upgrade: Upgrade = "none"
    refresh: bool = False
    environment: MarkerEnvironment | None = None
    """Of the interpreter; decides which root requirements matter."""
    offline: bool = False
    adjust: Adjust | None = None
    """Applies overrides and exclusions; given where locks without declarations are accepted."""


def satisfies(lock: Lock, asked: Expectation, declarations: DeclarationSource) -> Outcome:
    """Check a lock; the first difference decides, the gravest kinds are looked for first."""
    requires_python = RequiresPython.from_text(lock.requires_python)
    outcome = _check_settings(lock, asked) or _check_space(lock, asked, requires_python)
    if outcome is None:
        outcome = _check_policies(lock, asked)
    if outcome is None:
        reason = _Content(lock, asked, declarations, requires_python).difference()
        if reason is not None:
            outcome = Outcome("preferable", f"Resolving despite existing lockfile due to {reason}")
    return outcome or Outcome("satisfied", "Existing `uv.lock` satisfies workspace requirements")


def _check_settings(lock: Lock, asked: Expectation) -> Outcome | None:
    ours, theirs = lock.options, asked.options
    for what, old, new in (
        ("resolution mode", ours.resolution_mode, theirs.resolution_mode),
        ("fork strategy", ours.fork_strategy, theirs.fork_strategy),
    ):
        if old != new:
            return Outcome(
                "unusable", f"Ignoring existing lockfile due to change in {what}: `{old}` vs. `{new}`", "print"
            )
    change = exclude_newer_change(ours, theirs)
    if change is not None:
        return Outcome("preferable", f"Resolving despite existing lockfile due to {change}", "print")
    if asked.upgrade == "all":
        return Outcome("unusable", "Ignoring existing lockfile due to `--upgrade`")
    return None


def _check_space(lock: Lock, asked: Expectation, requires_python: RequiresPython) -> Outcome | None:
    """Compare the environments that are covered with those that must be."""
    supported = parse_environments(lock.supported_markers, requires_python)
    required = parse_environments(lock.required_markers, requires_python)
    if lock.resolution_markers or supported:
        forks = forks_union(parse_forks(lock.resolution_markers, requires_python), requires_python)
        wanted = environments_union(supported, requires_python.to_marker())
        if not (~forks).is_disjoint(wanted):
            return _uncovered("not covering the supported environments", forks, wanted)
    else:
        forks = requires_python.to_marker()
    if requires_python.bounds != asked.requires_python.bounds:
        wanted = asked.requires_python.to_marker()
        if forks.is_disjoint(wanted):
            return _uncovered("being disjoint with `requires-python`", forks, wanted)
    for old, new in ((supported, asked.supported_environments), (required, asked.required_environments)):
        before, after = (list(map(requires_python.simplify, markers)) for markers in (old, new))
        if before != after:
            return Outcome(
                "versions",
                "Resolving despite existing lockfile due to change in supported environments: "
                f"`{_texts(before)}` vs. `{_texts(after)}`",
            )
    declared = tuple(tuple(conflict_set) for conflict_set in asked.conflicts)
    locked = tuple(tuple(map(conflict_item, items)) for items in lock.conflicts)
    if declared != locked:
        return Outcome(
            "versions",
            "Resolving despite existing lockfile due to change in conflicting groups: "
            f"`{_conflict_texts(lock.conflicts)}` vs. `{[[item.encoded for item in items] for items in declared]}`",
        )
    if not _same_bounds(requires_python, asked.requires_python):
        return Outcome(
            "versions" if lock.resolution_markers else "preferable",
            "Resolving despite existing lockfile due to change in Python requirement: "
            f"`{requires_python.text()}` vs. `{asked.requires_python.text()}`",
        )
    return None


def _uncovered(how: str, forks: Marker, wanted: Marker) -> Outcome:
    return Outcome(
        "versions",
        f"Resolving despite existing lockfile due to fork markers {how}: "
        f"`{forks.to_string() or 'true'}` vs `{wanted.to_string() or 'true'}`",
        "warn",
    )


def _same_bounds(old: RequiresPython, new: RequiresPython) -> bool:
    return (old.lower, old.upper) == (new.lower, new.upper) and (
        (old.lower is None or old.lower_inclusive == new.lower_inclusive)
        and (old.upper is None or old.upper_inclusive == new.upper_inclusive)
    )


def _texts(markers: Iterable[Marker]) -> str:
    return str([marker.to_string() or "true" for marker in markers])


def _conflict_texts(conflicts: Iterable[tuple[ConflictRow, ...]]) -> str:
    return str([[conflict_item(row).encoded for row in rows] for rows in conflicts])


def _check_policies(lock: Lock, asked: Expectation) -> Outcome | None:
    old, new = lock.options, asked.options
    prefix = "Resolving despite existing lockfile due to "
    if old.prerelease_mode != new.prerelease_mode:
        change = f"change in pre-release mode: `{old.prerelease_mode}` vs. `{new.prerelease_mode}`"
        return Outcome("preferable", prefix + change, "print")
    if dict(old.prerelease_package) != dict(new.prerelease_package):
        return Outcome("preferable", prefix + "change in package-specific pre-release modes")
    if asked.upgrade == "some":
        return Outcome("preferable", prefix + "`--upgrade-package` or `--upgrade-group`")
    if asked.hash_algorithms and not _has_algorithms(lock, asked):
        return Outcome("preferable", prefix + "mismatched hash algorithm")
    if asked.refresh:
        return Outcome("preferable", prefix + "`--refresh`")
    return None


def _has_algorithms(lock: Lock, asked: Expectation) -> bool:
    for package in lock.packages:
        if package.source.kind != "registry":
            continue
        algorithm = asked.hash_algorithms.get(package.source.location)
        if algorithm is None:
            continue
        rows = [row for row in (package.sdist, *package.wheels) if row is not None]
        digests = [row.hash for row in rows] + [row.zstd.hash for row in rows if row.zstd is not None]
        if any(digest is None or not digest.startswith(f"{algorithm}:") for digest in digests):
            return False
    return True


class _Content:
    """The comparison of what was declared then and is declared now; made for one check."""

    def __init__(
        self, lock: Lock, asked: Expectation, declarations: DeclarationSource, requires_python: RequiresPython
    ) -> None:
        self.lock = lock
        self.asked = asked
        self.declarations = declarations
        self.requires_python = requires_python
        self.by_name = lock.by_name()
        self.rows: DeclaredRows | None = None
        """Checks packages whose declarations were left out."""
        self.remotes: set[str] | None = None
        self.locals: set[str] | None = None
        if asked.indexes is not None:
            self.remotes, self.locals = set(), set()
            for index in asked.indexes:
                self._allow(index.url, index.public_url, index.given)

    def difference(self) -> str | None:
        """Return the first difference, or None."""
        reason = self._manifest_difference()
        if reason is None and self.asked.adjust is not None and self.lock.may_omit_metadata:
            from ultraviolet.lock.declared_rows import DeclaredRows

            sources = self._direct_requirements(self.asked.adjust)
            self.rows = DeclaredRows(self.lock, self.asked.root, self.requires_python, self.asked.adjust, sources)
        return reason or self._walk()

    def _direct_requirements(self, adjust: Adjust) -> list[Requirement]:
        """Return all that is asked for at a URL, in a repository or at a path, wherever it is asked."""
        manifest, root = self.asked.manifest, self.asked.root
        asked = [row_requirement(row, root) for row in manifest.requirements]
        asked += [row_requirement(row, root) for rows in manifest.dependency_groups.values() for row in rows]
        found = [row_requirement(row, root) for row in manifest.constraints]
        found += adjust(asked, None)
        for package in self.lock.packages:
            scope = None
            if package.version is not None:
                scope = (PackageName(package.name), parse_version(package.version))
            found += adjust(self._stated_requirements(package), scope)
        return [requirement for requirement in found if not isinstance(requirement.source, RegistrySource)]

    def _stated_requirements(self, package: Package) -> list[Requirement]:
        """Return what a package declares, if it can choose the source of another one."""
        for row in self.asked.manifest.dependency_metadata:
            if row.name == package.name and row.version in (None, package.version):
                return [lower_requirement(text) for text in row.requires_dist]
        targets = map(self._target, package.all_dependencies())
        if not package.source.is_source_tree or all(
            target is None or target.source.kind == "registry" for target in targets
        ):
            return []
        declared = self.declarations.static(absolute_path(package.source.location, self.asked.root))
        declared = declared or self.declarations.full(package)
        return [*map(lower_requirement, declared.requires), *(row for rows in declared.groups.values() for row in rows)]

    # What was asked

    def _manifest_difference(self) -> str | None:
        old, new = self.lock.manifest, self.asked.manifest
        if set(old.members) != set(new.members):
            return _mismatch("members", sorted(new.members), sorted(old.members))
        for name, source in self.asked.members.items():
            found = self.by_name.get(name, [])
            locked = found[0].source.kind if len(found) == 1 else None
            is_virtual = bool(source.virtual)
            if locked is None or (locked == "virtual") != is_virtual:
                return f"mismatched source: `{name}` ({'' if is_virtual else 'un'}expected: `virtual`)"
            is_editable = bool(source.editable) and not is_virtual
            if (locked == "editable") != is_editable:
                return f"mismatched source: `{name}` ({'' if is_editable else 'un'}expected: `editable`)"
        for what, before, after in (
            ("requirements", old.requirements, new.requirements),
            ("constraints", old.constraints, new.constraints),
        ):
            if not self._same_rows(before, after):
                return _mismatch(what, map(display_row, after), map(display_row, before))
        if old.overrides != new.overrides and set(map(self._override, old.overrides)) != set(
            map(self._override, new.overrides)
        ):
            from ultraviolet.lock.writer import manifest_item

            return _mismatch("overrides", map(manifest_item, new.overrides), map(manifest_item, old.overrides))
        if set(old.excludes) != set(new.excludes):
            return _mismatch("excludes", map(_exclude_text, new.excludes), map(_exclude_text, old.excludes))
        if not self._same_rows(old.build_constraints, new.build_constraints):
            return _mismatch(
                "build constraints", map(display_row, new.build_constraints), map(display_row, old.build_constraints)
            )
        if not self._same_groups(old.dependency_groups, new.dependency_groups, empty=False):
            return _mismatch(
                "dependency groups", _group_texts(new.dependency_groups), _group_texts(old.dependency_groups)
            )
        if set(old.dependency_metadata) != set(new.dependency_metadata):
            return _mismatch(
                "static metadata",
                [row.name for row in new.dependency_metadata],
                [row.name for row in old.dependency_metadata],
            )
        return None

    def _comparable(self, row: RequirementRow) -> RequirementRow:
        return comparable_row(row, self.asked.root, self.requires_python)

    def _override(self, item: RequirementRow | ScopedOverride) -> object:
        if isinstance(item, RequirementRow):
            return self._comparable(item)
        return (item.package, tuple(map(self._comparable, item.dependencies)))

    def _same_rows(self, old: tuple[RequirementRow, ...], new: tuple[RequirementRow, ...]) -> bool:
        return old == new or set(map(self._comparable, old)) == set(map(self._comparable, new))

    def _same_groups(
        self,
        old: Mapping[str, tuple[RequirementRow, ...]],
        new: Mapping[str, tuple[RequirementRow, ...]],
        *,
        empty: bool,
    ) -> bool:
        before = {name: rows for name, rows in old.items() if rows or empty}
        after = {name: rows for name, rows in new.items() if rows or empty}
        return before.keys() == after.keys() and all(self._same_rows(before[name], after[name]) for name in before)

    def _allow(self, url: str, public_url: str, given: str | None = None) -> None:
        if url.startswith("file:"):
            if self.locals is not None:
                self.locals.add(locked_path(url_to_path(url), given, self.asked.root))
        elif self.remotes is not None:
            self.remotes.add(public_url)

    # The packages

    def _walk(self) -> str | None:
        queue: deque[Package] = deque()
        seen: set[str] = set()

        def enqueue(package: Package) -> None:
            identity = str(package)
            if identity not in seen:
                seen.add(identity)
                queue.append(package)

        for name in self.asked.members:
            found = self.by_name.get(name, [])
            if not found:
                return f"missing root package: `{name}`"
            enqueue(found[0])
        manifest = self.asked.manifest
        rows = [*manifest.requirements, *(row for group in manifest.dependency_groups.values() for row in group)]
        for row in rows:
            if row.index is not None:
                self._allow(row.index, row.index)
        for row in rows:
            for package in self.by_name.get(row.name, []):
                if package.source.is_source_tree and self._is_wanted(row, package):
                    if self.rows is not None:
                        self.rows.activate(package, row.extras)
                    enqueue(package)
        while queue:
            package = queue.popleft()
            reason = self._package_difference(package)
            if reason is not None:
                return reason
            if package.source.is_immutable:
                continue
            if self.rows is not None:
                self.rows.note_checked(package)
            for dependency in package.all_dependencies():
                target = self._target(dependency)
                if target is not None:
                    if self.rows is not None and self.rows.is_stale(target):
                        seen.discard(str(target))
                    enqueue(target)
        return None

    def _target(self, row: Dependency) -> Package | None:
        return find_target(row, self.by_name.get(row.name, []))

    def _is_wanted(self, row: RequirementRow, package: Package) -> bool:
        marker = parse_marker(row.marker) if row.marker else TRUE
        if package.resolution_markers:
            marker = marker & forks_union(
                parse_forks(package.resolution_markers, self.requires_python), self.requires_python
            )
        if marker.is_false:
            return False
        return self.asked.environment is None or marker.evaluate(self.asked.environment)

    def _package_difference(self, package: Package) -> str | None:
        source = package.source
        if source.kind == "registry":
            if source.is_path_registry:
                if self.locals is not None and source.location not in self.locals:
                    return f"missing local index: `{package.name}` `{package.version}` from `{source.location}`"
            elif self.remotes is not None and source.location not in self.remotes:
                return f"missing remote index: `{package.name}` `{package.version}` from `{source.location}`"
        if source.is_immutable or (source.kind == "url" and self.asked.offline):
            return None
        static = None
        if source.is_source_tree:
            try:
                static = self.declarations.static(absolute_path(source.location, self.asked.root))
            except UltravioletError as error:
                raise LockError(f"Failed to generate package metadata for `{package}`", hints=error.hints) from error
        if package.version is None:
            return self._dynamic_difference(package, static)
        if static is not None:
            if static.dynamic:
                return f"dynamic version: `{package.name}` (expected a static version)"
            if static.version is not None:
                return self._declared_difference(package, static)
        full = self.declarations.full(package)
        if source.is_source_tree and full.dynamic:
            return f"dynamic version: `{package.name}` (expected a static version)"
        return self._declared_difference(package, full)

    def _declared_difference(self, package: Package, declared: Declarations) -> str | None:
        if declared.version is not None and declared.version != parse_version(package.version or ""):
            return f"mismatched version: `{package.name}` (expected: `{package.version}`, found: `{declared.version}`)"
        return self._metadata_difference(package, declared)

    def _dynamic_difference(self, package: Package, static: Declarations | None) -> str | None:
        if not package.source.is_source_tree:
            return f"missing version: `{package.name}`"
        if static is not None and static.dynamic and self._metadata_difference(package, static) is None:
            return None
        # Build backends may write other requirements than the manifest says, self-references flattened for one.
        full = self.declarations.full(package)
        if not full.dynamic:
            return f"static version: `{package.name}` (expected a dynamic version)"
        return self._metadata_difference(package, full)

    def _metadata_difference(self, package: Package, declared: Declarations) -> str | None:
        shown = package.name if package.version is None else f"{package.name}=={package.version}"
        locked = package.metadata
        if self.rows is not None and not locked:
            reason = self._rows_difference(package, declared)
            if reason is None:
                self._allow_indexes(declared)
            return reason
        if self.lock.has_provides_extras and set(declared.provides_extra) != set(locked.provides_extras):
            return _mismatch(
                f"extras for: `{shown}`", sorted(declared.provides_extra), sorted(locked.provides_extras), ""
            )
        root = self.asked.root
        requires = [lower_requirement(item) for item in declared.requires]
        rows = requirement_rows(requires, root)
        if not self._same_rows(locked.requires_dist, rows) and not (
            package.is_dynamic
            and self._same_rows(
                locked.requires_dist, requirement_rows(flatten_self_references(requires, package.name), root)
            )
        ):
            return _mismatch(
                f"requirements for: `{shown}`", map(display_row, rows), map(display_row, locked.requires_dist), ""
            )
        groups: dict[str, tuple[RequirementRow, ...]] = {
            group: requirement_rows(items, root) for group, items in declared.groups.items()
        }
        if not self._same_groups(locked.requires_dev, groups, empty=self.lock.has_provides_extras):
            return _mismatch(
                f"dependency groups for: `{shown}`", _group_texts(groups), _group_texts(locked.requires_dev), ""
            )
        if self.rows is not None:
            self._rows_difference(package, declared, compare=False)
        self._allow_indexes(declared)
        return None

    def _rows_difference(self, package: Package, declared: Declarations, *, compare: bool = True) -> str | None:
        """Compare what a package would be locked with now; without ``compare``, only note the extras it asks for."""
        from ultraviolet.lock.declared_rows import Declared

        assert self.rows is not None
        requires = [lower_requirement(item) for item in declared.requires]
        if compare or package.is_dynamic:
            requires = flatten_self_references(requires, package.name)
        python = declared.requires_python
        now = Declared(
            requires=tuple(map(self._reduced, requires)),
            groups={group: tuple(map(self._reduced, items)) for group, items in declared.groups.items()},
            provides_extra=declared.provides_extra,
            requires_python=None if python is None else RequiresPython.from_text(python),
        )
        difference = self.rows.difference(package, now, compare=compare)
        if difference is None:
            return None
        shown = package.name if package.version is None else f"{package.name}=={package.version}"
        return f"mismatched resolved dependencies for: `{shown}`{difference}"

    def _reduced(self, requirement: Requirement) -> Requirement:
        return replace(requirement, marker=self.requires_python.simplify(requirement.marker))

    def _allow_indexes(self, declared: Declarations) -> None:
        """Indexes that a validated declaration pins need no other configuration."""
        requires = map(lower_requirement, declared.requires)
        for requirement in (*requires, *(item for items in declared.groups.values() for item in items)):
            if isinstance(requirement.source, RegistrySource) and requirement.source.index is not None:
                index = requirement.source.index
                self._allow(index.url, index.public_url, index.given)


def _exclude_text(item: str | ScopedExclude) -> str:
    if isinstance(item, str):
        return item
    from ultraviolet.lock.writer import manifest_item

    return manifest_item(item)


def _group_texts(groups: Mapping[str, tuple[RequirementRow, ...]]) -> list[str]:
    return [f"{group}: {', '.join(map(display_row, rows))}" for group, rows in groups.items()]


def _mismatch(what: str, requested: Iterable[str], existing: Iterable[str], colon: str = ":") -> str:
    return f"mismatched {what}{colon}\n  Requested: {_set_text(requested)}\n  Existing: {_set_text(existing)}"


def _set_text(items: Iterable[str]) -> str:
    return "{" + ", ".join(items) + "}"
