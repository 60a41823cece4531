"""``uv version``: the version of a project is read, or raised and the project locked and installed again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.python.request import user_path
from ultraviolet.standards.errors import InvalidVersion
from ultraviolet.standards.names import PackageName, parse_package_name
from ultraviolet.standards.versions import Version, parse_version
from ultraviolet.workspace.discovery import DiscoveryOptions, Project, discover_member, discover_project
from ultraviolet.workspace.editing import MalformedManifest, ManifestEditor
from ultraviolet.workspace.errors import MissingManifest, MissingProjectTable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.operations.world import World
    from ultraviolet.settings.options import Settings

__all__ = [
    "Bump",
    "BumpKind",
    "Version",
    "VersionTarget",
    "bumped",
    "frozen_version",
    "lock_and_sync",
    "new_version",
    "open_target",
    "write",
]

BumpKind = Literal["major", "minor", "patch", "stable", "alpha", "beta", "rc", "post", "dev"]

_KINDS: tuple[BumpKind, ...] = ("major", "minor", "patch", "stable", "alpha", "beta", "rc", "post", "dev")
"""In the order in which they are applied."""
_RELEASE: dict[BumpKind, int] = {"major": 0, "minor": 1, "patch": 2}
_PRE: dict[BumpKind, str] = {"alpha": "a", "beta": "b", "rc": "rc"}


class Bump(msgspec.Struct, frozen=True):
    """One part of a version to raise, or to set."""

    kind: BumpKind
    value: int | None = None

    def __str__(self) -> str:
        return self.kind if self.value is None else f"{self.kind}={self.value}"


class VersionTarget(msgspec.Struct, frozen=True):
    """The project whose version is meant."""

    project: Project
    name: PackageName
    shown: str
    """Its manifest as messages name it."""


class VersionError(UltravioletError):
    """The version cannot be read, or not be changed that way."""


def parse_bump(text: str) -> Bump:
    """Parse ``patch`` or ``patch=10``, which the command line has checked."""
    kind, separator, value = text.partition("=")
    return Bump(kind, int(value) if separator else None)  # type: ignore[arg-type]  # checked


def open_target(settings: Settings, package: str | None, *, explicit_project: bool) -> VersionTarget:
    """Find the project, or the member of its workspace that is named.

    :param explicit_project: whether ``--project`` was given; otherwise uv's own version may have been meant.
    :raises WorkspaceError: there is no project.
    """
    options = DiscoveryOptions(cache_root=settings.globals.cache_dir, cwd=settings.cwd)
    try:
        if package is not None:
            project = discover_member(settings.project_dir, parse_package_name(package), options)
        else:
            project = discover_project(settings.project_dir, options)
    except MissingManifest as error:
        if not explicit_project:
            error.hints = (*error.hints, "If you meant to view uv's version, use `uv self version` instead")
        raise
    if project.name is None:
        raise MissingProjectTable(project.manifest_path)
    for warning in project.workspace.warnings:
        settings.warn(warning)
    return VersionTarget(project, project.name, user_path(project.manifest_path, settings.cwd))


def read_version(target: VersionTarget) -> Version:
    """Return the version that the manifest states.

    :raises VersionError: it states none.
    """
    editor = ManifestEditor(target.project.manifest.text)
    try:
        return editor.version()
    except MalformedManifest as error:
        if isinstance(error.__cause__, InvalidVersion):
            raise VersionError(f"{error}: {target.shown}") from None
        if editor.has_dynamic_version():
            raise VersionError(f"We cannot get or set dynamic project versions in: {target.shown}") from None
        raise VersionError(f"There is no 'project.version' field in: {target.shown}") from None


def new_version(text: str) -> Version:
    """Parse the version to set.

    :raises UltravioletError: it is none.
    """
    try:
        return parse_version(text)
    except InvalidVersion:
        if text in _KINDS:
            raise VersionError(f"Invalid version `{text}`, did you mean to pass `--bump {text}`?") from None
        raise


def bumped(old: Version, bumps: Iterable[Bump]) -> Version:
    """Return a version with parts of it raised.

    :raises VersionError: the parts do not go together, or the result is not greater.
    """
    wanted = list(bumps)
    _check_together(wanted)
    new = old
    for bump in sorted(wanted, key=lambda bump: (_KINDS.index(bump.kind), bump.value or 0)):
        new = _bump(new, bump)
    if new > old:
        return new
    start = f"{old} => {new} didn't increase the version; "
    if not old.is_prerelease and new.pre is not None:
        raise VersionError(
            start
            + "when bumping to a pre-release version you also need to increase a release version component, e.g., "
            "with `--bump <major|minor|patch>`"
        )
    if new.dev is not None and old.dev is None:
        raise VersionError(
            start + "when bumping to a dev version you also need to increase another version component, e.g., with "
            "`--bump <major|minor|patch|alpha|beta|rc>`"
        )
    raise VersionError(start + "provide the exact version to force an update")


def _check_together(bumps: list[Bump]) -> None:
    listed = ", ".join(map(str, bumps))
    for alone in ("stable", "post"):
        if len(bumps) > 1 and any(bump.kind == alone for bump in bumps):
            raise VersionError(f"`--bump {alone}` cannot be used with another `--bump` value, got: {listed}")
    for kinds, what in ((_RELEASE.keys(), "release"), ((*_PRE, "dev"), "pre-release")):
        found = [bump for bump in bumps if bump.kind in kinds]
        if len(found) > 1:
            raise VersionError(
                f"Only one {what} version component can be provided to `--bump`, got: {', '.join(map(str, found))}"
            )


def _bump(version: Version, bump: Bump) -> Version:
    """Raise one part; everything less significant starts anew."""
    release, pre, post, dev = version.release, version.pre, version.post, version.dev
    kind, value = bump.kind, bump.value
    if kind in _RELEASE:
        place = _RELEASE[kind]
        parts = [*release, *([0] * (place + 1 - len(release)))]
        parts[place] = parts[place] + 1 if value is None else value
        parts[place + 1 :] = [0] * (len(parts) - place - 1)
        release, pre, post, dev = tuple(parts), None, None, None
    elif kind == "stable":
        pre, post, dev = None, None, None
    elif kind in _PRE:
        letter = _PRE[kind]
        if value is None:
            value = pre[1] + 1 if pre is not None and pre[0] == letter else 1
        pre, post, dev = (letter, value), None, None
    elif kind == "post":
        post, dev = (post or 0) + 1 if value is None else value, None
    else:
        dev = (dev or 0) + 1 if value is None else value
    return Version.build(release, epoch=version.epoch, pre=pre, post=post, dev=dev, local=version.local)


def write(target: VersionTarget, version: Version) -> VersionTarget:
    """Write a version into the manifest, and return the project as it is then."""
    from ultraviolet.operations.edited import EditedProject

    edited = EditedProject(target.project)
    editor = edited.editor()
    editor.set_version(version)
    text = editor.text()
    edited.write(text)
    return VersionTarget(edited.updated(text).project, target.name, target.shown)


def frozen_version(settings: Settings, world: World, target: VersionTarget) -> Version:
    """Return the version that the lockfile states.

    :raises UltravioletError: there is no lockfile, or it does not state the version.
    """
    from ultraviolet.operations.lock import frozen
    from ultraviolet.operations.project import lock_options
    from ultraviolet.operations.project_lock import target_of

    locked = frozen(target_of(settings, world, target.project), lock_options(settings))
    for package in locked.lock.packages:
        if package.name == target.name and package.version is not None:
            return parse_version(str(package.version))
    raise VersionError(f"Failed to find the {target.name}'s version in the frozen lockfile")


def lock_and_sync(settings: Settings, world: World, target: VersionTarget) -> None:
    """Lock the project and install it again, as far as the flags allow.

    :raises UltravioletError: one of them failed.
    """
    if settings.flag("--frozen"):
        return
    from ultraviolet.operations.edited import EditedProject
    from ultraviolet.operations.project import lock_options
    from ultraviolet.operations.relock import lock_and_install

    lock_and_install(settings, world, EditedProject(target.project), lock_options(settings), exact=False)
