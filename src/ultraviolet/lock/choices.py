"""What of a lock is wanted: projects, extras, dependency groups, and which of the packages found to leave out."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

import msgspec

from ultraviolet.lock._checks import find_target
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.model import Lock, Package
from ultraviolet.lock.requirements import conflict_item
from ultraviolet.standards.conflicts import ConflictItem

TargetKind = Literal["project", "projects", "workspace", "non-project-workspace", "script"]


class NotDefined(LockError):
    """An extra or a group that was asked for by name does not exist."""


class ConflictingChoice(LockError):
    """Extras, groups or projects that were declared to conflict are wanted together."""


class ExtraChoice(msgspec.Struct, frozen=True, kw_only=True):
    """``--extra``, ``--all-extras``, ``--no-extra``."""

    names: tuple[str, ...] = ()
    all: bool = False
    excluded: tuple[str, ...] = ()
    """Beats inclusion."""

    def contains(self, extra: str) -> bool:
        """Whether an extra is wanted."""
        return extra not in self.excluded and (self.all or extra in self.names)

    @property
    def explicit_names(self) -> tuple[str, ...]:
        """All names that were written out."""
        return self.names + self.excluded


class GroupChoice(msgspec.Struct, frozen=True, kw_only=True):
    """``--group``, ``--only-group``, ``--no-group``, ``--all-groups``, ``--dev`` and so on, with the default groups."""

    names: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """Leaves out production dependencies and default groups."""
    excluded: tuple[str, ...] = ()
    """Beats inclusion."""
    all: bool = False
    dev: Literal["include", "exclude", "only"] | None = None
    defaults: tuple[str, ...] | Literal["all"] = ()
    no_defaults: bool = False

    @property
    def production(self) -> bool:
        """Whether the dependencies of the projects themselves are wanted."""
        return not (self.only or self.dev == "only")

    def contains(self, group: str) -> bool:
        """Whether a group is wanted."""
        if self._is_excluded(group):
            return False
        return self._is_named(group) or self._is_default(group)

    def contains_by_default(self, group: str) -> bool:
        """Whether a group is wanted only because it is a default one."""
        return self.contains(group) and not self._is_named(group)

    @property
    def explicit_names(self) -> tuple[str, ...]:
        """All names that were written out; ``--dev`` and ``--no-dev`` are no names."""
        return self.names + self.excluded + self.only

    def _is_excluded(self, group: str) -> bool:
        return group in self.excluded or (self.dev == "exclude" and group == "dev")

    def _is_named(self, group: str) -> bool:
        if self.all or group in self.names or group in self.only:
            return True
        return group == "dev" and self.dev in ("include", "only")

    def _is_default(self, group: str) -> bool:
        if self.no_defaults or not self.production:
            return False
        return self.defaults == "all" or group in self.defaults


class InstallFilter(msgspec.Struct, frozen=True, kw_only=True):
    """``--no-install-*`` and ``--only-install-*``: packages that take part but are not installed (or emitted)."""

    no_project: bool = False
    only_project: bool = False
    no_workspace: bool = False
    only_workspace: bool = False
    no_local: bool = False
    only_local: bool = False
    no_packages: frozenset[str] = frozenset()
    only_packages: frozenset[str] = frozenset()

    def includes(self, package: Package, project: str | None, members: Collection[str]) -> bool:
        """Whether a package is installed; the first option that says something decides."""
        return self.omitted_by(package, project, members) is None

    def omitted_by(self, package: Package, project: str | None, members: Collection[str]) -> str | None:
        """Return the option that leaves a package out."""
        name = package.name
        if self.only_packages:
            return None if name in self.only_packages else "--only-install-package"
        if self.only_local:
            return None if package.source.is_local else "--only-install-local"
        if self.only_workspace:
            return None if name == project or name in members else "--only-install-workspace"
        if self.only_project:
            return None if name == project else "--only-install-project"
        if self.no_project and name == project:
            return "--no-install-project"
        if self.no_workspace and (name == project or name in members):
            return "--no-install-workspace"
        if self.no_local and package.source.is_local:
            return "--no-install-local"
        return "--no-install-package" if name in self.no_packages else None


NO_FILTER = InstallFilter()


def editable_override(name: str, editable: bool | None, not_editable: Collection[str]) -> bool | None:
    """Whether a source tree is installed as editable whatever the lock says; ``None`` leaves it to the lock.

    :param editable: ``--editable`` or ``--no-editable``.
    :param not_editable: packages of ``--no-editable-package``, which those two overrule.
    """
    if editable is None and name in not_editable:
        return False
    return editable


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """What of a workspace is wanted."""

    kind: TargetKind
    names: tuple[str, ...] = ()
    """Of ``project`` (one) and ``projects``."""
    root: str
    """Absolute directory of the lockfile."""

    def roots(self, lock: Lock) -> tuple[str, ...]:
        """Return the names of the projects to start from."""
        if self.kind in ("project", "projects"):
            return self.names
        if self.kind == "script":
            return ()
        if lock.manifest.members or self.kind == "non-project-workspace":
            return lock.manifest.members
        root = lock.root()
        return () if root is None else (root.name,)

    def project_name(self, lock: Lock) -> str | None:
        """Return the one project that options such as ``--no-install-project`` mean."""
        if self.kind == "project":
            return self.names[0]
        if self.kind == "workspace" and not lock.manifest.members:
            root = lock.root()
            return None if root is None else root.name
        return None

    def group_root(self, lock: Lock, groups: GroupChoice) -> Package | None:
        """Return the workspace root whose groups count although another member was chosen."""
        if self.kind != "project":
            return None
        root = lock.root()
        if root is None or root.name == self.names[0]:
            return None
        return root if any(self.includes_group(lock, root.name, group, groups) for group in group_names(root)) else None

    def includes_group(self, lock: Lock, package: str | None, group: str, groups: GroupChoice) -> bool:
        """Whether a group of a package (None: of a root without project) is wanted."""
        if not groups.contains(group):
            return False
        if self.kind != "project" or package == self.names[0]:
            return True
        if groups.contains_by_default(group):
            return False
        chosen = next((item for item in lock.packages if item.name == self.names[0]), None)
        return chosen is None or group not in group_names(chosen)


def group_names(package: Package) -> set[str]:
    """Return the groups a project defines, empty ones included."""
    return set(package.metadata.requires_dev) | set(package.dev_dependencies)


Sections = Mapping[str, tuple[Collection[str], Collection[str]]]
"""The extras and groups that projects declare now, by name of the project."""


def check_names(
    lock: Lock, target: Target, extras: ExtraChoice, groups: GroupChoice, declared: Sections | None = None
) -> None:
    """Check that extras and groups asked for by name exist.

    :param declared: where packages may lack their declarations, what stands in for them.
    :raises NotDefined: the first that does not.
    """
    if target.kind == "script":
        for extra in extras.explicit_names:
            raise NotDefined(f"PEP 723 scripts do not support optional dependencies, but extra `{extra}` was specified")
        for group in groups.explicit_names:
            raise NotDefined(f"PEP 723 scripts do not support dependency groups, but group `{group}` was specified")
        return
    roots = set(target.roots(lock))
    packages = [package for package in lock.packages if package.name in roots]
    if lock.has_provides_extras and extras.explicit_names:
        known = {extra for package in packages for extra in package.metadata.provides_extras}
        if declared is not None:
            known.update(extra for package in packages for extra in package.optional_dependencies)
            known.update(extra for package in packages for extra in _stand_in(package, declared)[0])
        for extra in extras.explicit_names:
            if extra not in known:
                where = "any project's `optional-dependencies` table"
                if target.kind == "project":
                    where = f"the `optional-dependencies` table for `{target.names[0]}`"
                raise NotDefined(f"Extra `{extra}` is not defined in {where}")
    if groups.explicit_names:
        root = lock.root()
        if target.kind == "project" and root is not None and root.name not in roots:
            packages.append(root)
        defined = {group for package in packages for group in group_names(package)}
        defined.update(lock.manifest.dependency_groups)
        if declared is not None:
            defined.update(group for package in packages for group in _stand_in(package, declared)[1])
        for group in groups.explicit_names:
            if group not in defined:
                whose = "the project's" if target.kind == "project" else "any project's"
                raise NotDefined(f"Group `{group}` is not defined in {whose} `dependency-groups` table")


def _stand_in(package: Package, declared: Sections) -> tuple[Collection[str], Collection[str]]:
    return ((), ()) if package.metadata else declared.get(package.name, ((), ()))


def check_conflicts(lock: Lock, target: Target, extras: ExtraChoice, groups: GroupChoice) -> None:
    """Check that what is wanted was not declared to conflict.

    :raises ConflictingChoice: the first set of which two items are wanted.
    """
    if not lock.conflicts:
        return
    wanted = _wanted_members(lock, target, extras, groups)
    for rows in lock.conflicts:
        items = [conflict_item(row) for row in rows]
        active = [item for item in items if item.package in wanted and _is_active(item, extras, groups)]
        if len(active) > 1:
            raise ConflictingChoice(_conflict_message(items, active, groups))


def _is_active(item: ConflictItem, extras: ExtraChoice, groups: GroupChoice) -> bool:
    if item.kind == "project":
        return groups.production
    return extras.contains(item.name or "") if item.kind == "extra" else groups.contains(item.name or "")


def _conflict_message(items: Iterable[ConflictItem], active: list[ConflictItem], groups: GroupChoice) -> str:
    whole = ", ".join(map(_conflict_text, items))
    kinds = {item.kind for item in active}
    if kinds == {"extra"}:
        names = conjunction([f"`{item.name}`" for item in active])
        return f"Extras {names} are incompatible with the declared conflicts: {{{whole}}}"
    if kinds == {"group"}:
        names = conjunction([f"`{item.name}`{_default_mark(item, groups)}" for item in active])
        return f"Groups {names} are incompatible with the conflicts: {{{whole}}}"
    texts = [
        f"package `{item.package}`"
        if item.kind == "project"
        else f"{item.kind} `{item.name}`{_default_mark(item, groups)}"
        for item in active
    ]
    names = conjunction(texts)
    return f"{names[0].upper()}{names[1:]} are incompatible with the declared conflicts: {{{whole}}}"


def _default_mark(item: ConflictItem, groups: GroupChoice) -> str:
    by_default = item.kind == "group" and groups.contains_by_default(item.name or "")
    return " (enabled by default)" if by_default else ""


def _conflict_text(item: ConflictItem) -> str:
    if item.kind == "project":
        return str(item.package)
    return f"`{item.package}[{item.name}]`" if item.kind == "extra" else f"`{item.package}:{item.name}`"


def conjunction(texts: list[str]) -> str:
    """Join texts by commas and a final ``and``."""
    if len(texts) < 3:
        return " and ".join(texts)
    return ", ".join(texts[:-1]) + f", and {texts[-1]}"


def _wanted_members(lock: Lock, target: Target, extras: ExtraChoice, groups: GroupChoice) -> set[str]:
    """Return the projects that take part: the chosen ones and the members they depend on, markers aside."""
    if target.kind == "script":
        return set()
    if target.kind not in ("project", "projects"):
        return set(lock.manifest.members)
    table = lock.by_name()
    wanted = set(target.names)
    queue: deque[tuple[Package, str | None]] = deque()
    seen: set[tuple[str, str | None]] = set()

    def push(package: Package, extra: str | None) -> None:
        if (package.name, extra) not in seen:
            seen.add((package.name, extra))
            queue.append((package, extra))

    group_root = target.group_root(lock, groups)
    roots = [table[name][-1] for name in target.names if name in table]
    for package in roots:
        if groups.production:
            push(package, None)
            for extra in package.optional_dependencies:
                if extras.contains(extra):
                    push(package, extra)
    for package in (*roots, *([] if group_root is None else [group_root])):
        for group, rows in package.dev_dependencies.items():
            if target.includes_group(lock, package.name, group, groups):
                for row in rows:
                    found = find_target(row, table.get(row.name, []))
                    if found is not None:
                        push(found, None)
                        for extra in row.extra:
                            push(found, extra)
    members = set(lock.manifest.members)
    while queue:
        package, extra_name = queue.popleft()
        if package.name in members:
            wanted.add(package.name)
        rows = package.dependencies if extra_name is None else package.optional_dependencies.get(extra_name, ())
        for row in rows:
            found = find_target(row, table.get(row.name, []))
            if found is not None:
                push(found, None)
                for extra in row.extra:
                    push(found, extra)
    return wanted
