"""What changed between two locks, package by package."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.lock.model import Lock, Package
from ultraviolet.lock.sources import parse_git_url
from ultraviolet.standards.versions import parse_version

ChangeKind = Literal["add", "remove", "update"]
_VERBS = {"add": ("Add", "Added"), "remove": ("Remove", "Removed"), "update": ("Update", "Updated")}


class Change(msgspec.Struct, frozen=True):
    """All versions of one package before and after, as they are shown."""

    kind: ChangeKind
    name: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def verb(self, *, dry_run: bool = False) -> str:
        """Return the first word of the message, which is shown in bold."""
        return _VERBS[self.kind][0 if dry_run else 1]

    @property
    def rest(self) -> str:
        """The message without its first word."""
        before, after = ", ".join(self.before), ", ".join(self.after)
        if self.kind == "update":
            return f"{self.name} {before} -> {after}"
        return f"{self.name} {after if self.kind == 'add' else before}"

    def text(self, *, dry_run: bool = False) -> str:
        """Return the message."""
        return f"{self.verb(dry_run=dry_run)} {self.rest}"


def diff(old: Lock | None, new: Lock) -> tuple[Change, ...]:
    """Return the changes by name; everything was added when there was no lock."""
    before = {} if old is None else _versions(old)
    after = _versions(new)
    changes: list[Change] = []
    for name in sorted(before.keys() | after.keys()):
        olds, news = before.get(name, ()), after.get(name, ())
        if olds == news:
            continue
        kind: ChangeKind = "add" if not olds else "remove" if not news else "update"
        changes.append(Change(kind, name, olds, news))
    return tuple(changes)


def _versions(lock: Lock) -> dict[str, tuple[str, ...]]:
    table = lock.by_name()
    return {name: _sorted_texts(packages) for name, packages in table.items()}


def _sorted_texts(packages: list[Package]) -> tuple[str, ...]:
    if len(packages) == 1:
        return (_text(packages[0]),)
    ordered = sorted(packages, key=lambda package: (package.version is not None, _key(package), _commit(package)))
    return tuple(dict.fromkeys(map(_text, ordered)))


def _key(package: Package) -> object:
    return () if package.version is None else parse_version(package.version).key


def _commit(package: Package) -> str:
    if package.source.kind != "git":
        return ""
    return (parse_git_url(package.source.location).commit or "")[:8]


def _text(package: Package) -> str:
    version = "(dynamic)" if package.version is None else f"v{package.version}"
    commit = _commit(package)
    return f"{version} ({commit})" if commit else version
