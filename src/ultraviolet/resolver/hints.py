"""Hints for a failed resolution: what about the options or the world may be in the way."""

from __future__ import annotations

from collections.abc import Mapping

from ultraviolet.pubgrub import Derivation, Derived, Leaf
from ultraviolet.resolver.availability import UnavailablePackage, UnavailableVersion, UnusableFile
from ultraviolet.resolver.fork_state import ForkState
from ultraviolet.resolver.inquiry import Inquiry
from ultraviolet.resolver.packages import TARGET, VirtualPackage
from ultraviolet.resolver.reduce import Versions
from ultraviolet.resolver.sentences import plain_range, prefix_of
from ultraviolet.resolver.version_map import specifiers_of, timestamp
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import EMPTY, Range, Segment
from ultraviolet.standards.tag_grammar import abi_tag, python_tag
from ultraviolet.standards.tag_order import abi_order, platform_order, python_order
from ultraviolet.standards.versions import Version

Excluded = dict[PackageName, Range]
"""The versions that a date alone ruled out, in the other branches of a derivation."""


def find_hints(
    inquiry: Inquiry,
    state: ForkState,
    tree: Derivation,
    *,
    included: Versions,
    available: Versions,
    unavailable: Mapping[PackageName, UnavailablePackage],
) -> tuple[str, ...]:
    """Return the hints for a reduced derivation, each kind once for a package, in order."""
    finder = _Finder(inquiry, state, tree, included, available, unavailable)
    finder.find_environment()
    finder.find(tree)
    return tuple(finder.hints.values())


class _Finder:
    __slots__ = (
        "_available",
        "_included",
        "_inquiry",
        "_requested",
        "_state",
        "_unavailable",
        "hints",
    )

    def __init__(
        self,
        inquiry: Inquiry,
        state: ForkState,
        tree: Derivation,
        included: Versions,
        available: Versions,
        unavailable: Mapping[PackageName, UnavailablePackage],
    ) -> None:
        self._inquiry = inquiry
        self._state = state
        self._included = included
        self._available = available
        self._unavailable = unavailable
        self._requested = _requested_ranges(tree)
        self.hints: dict[tuple[str, ...], str] = {}

    def _add(self, kind: str, text: str, *identity: str) -> None:
        self.hints.setdefault((kind, *identity), text)

    def find_environment(self) -> None:
        """Tell when the failure is about another environment than the one at hand."""
        environment = self._state.environment
        if not environment.is_universal:
            return
        current = self._inquiry.environment.current
        version = current.python_version
        if environment.marker.is_disjoint(parse_marker(f"python_version == '{version}'")):
            self._add(
                "python",
                f"While the active Python version is {version}, the resolution failed for other Python versions "
                "supported by your project. Consider limiting your project's supported Python versions using "
                "`requires-python`.",
            )
        elif not environment.marker.evaluate(current):
            self._add(
                "environment",
                "The resolution failed for an environment that is not the current one, consider limiting the "
                "environments with `tool.uv.environments`.",
            )

    def find(self, tree: Derivation) -> None:
        """Go through a derivation, first causes first."""
        pending: list[tuple[Derivation, Excluded]] = [(tree, {})]
        while pending:
            node, inherited = pending.pop()
            if isinstance(node, Derived):
                pending.append((node.second, _united(inherited, _excluded_by_date(node.first))))
                pending.append((node.first, _united(inherited, _excluded_by_date(node.second))))
            elif node.kind == "unavailable":
                self._find_unavailable(node)
            elif node.kind == "no-versions":
                self._find_no_versions(node, inherited)
            elif node.kind == "dependency":
                self._find_dependency(node)

    # By kind of fact

    def _find_unavailable(self, leaf: Leaf) -> None:
        reason = leaf.reason
        if isinstance(reason, UnavailableVersion) and reason.reason == "dependency":
            return
        name = leaf.package.project
        if name is None:
            return
        versions: Range = leaf.versions
        self._find_prereleases(name, versions)
        self._find_index(name, versions)
        if not isinstance(reason, UnavailableVersion) or reason.file is None:
            return
        file = reason.file
        policy = self._inquiry.options.build_policy
        if file.file == "wheel" and file.reason == "no-binary":
            option = (
                "for all packages (i.e., with `--no-binary`)"
                if policy.no_binary
                else f"for `{name}` (i.e., with `--no-binary-package {name}`)"
            )
            self._add(
                "no-binary",
                f"A source distribution is required for `{name}` because using pre-built wheels is disabled {option}",
                name,
            )
        elif file.file == "source" and file.reason == "no-build":
            option = (
                "for all packages (i.e., with `--no-build`)"
                if policy.no_build
                else f"for `{name}` (i.e., with `--no-build-package {name}`)"
            )
            self._add(
                "no-build",
                f"Wheels are required for `{name}` because building from source is disabled {option}",
                name,
            )
        elif file.reason == "tag":
            self._find_tags(name, versions, file)

    def _find_no_versions(self, leaf: Leaf, inherited: Excluded) -> None:
        name = leaf.package.project
        if name is None:
            return
        versions: Range = leaf.versions
        self._find_prereleases(name, versions)
        self._find_index(name, versions)
        self._find_exclude_newer(name, versions, inherited.get(name, EMPTY))

    def _find_dependency(self, leaf: Leaf) -> None:
        package: VirtualPackage = leaf.package
        dependency: VirtualPackage = leaf.dependency
        members = self._inquiry.manifest.workspace_members
        name = None if package.kind == "python" else package.name
        other = None if dependency.kind == "python" else dependency.name
        if name is not None and other is not None:
            if other in members and name not in members:
                shadow = "one of your workspace members" if len(members) > 1 else "your project"
                the = "the workspace member" if len(members) > 1 else "the project"
                self._add(
                    "shadowed",
                    f"The package `{name}` depends on the package `{other}` but the name is shadowed by {shadow}. "
                    f"Consider changing the name of {the}.",
                    name,
                    other,
                )
            if (
                name == other
                and (dependency.extra is None or package.extra == dependency.extra)
                and (dependency.group is None or package.group == dependency.group)
                and name in members
            ):
                kind = "workspace member" if len(members) > 1 else "project"
                self._add(
                    "itself",
                    f"The {kind} `{name}` depends on itself at an incompatible version. This is likely a mistake. "
                    f"If you intended to depend on a third-party package named `{name}`, consider renaming the "
                    f"{kind} `{name}` to avoid creating a conflict.",
                    name,
                )
        if dependency.kind == "python" and dependency.name == TARGET and name is not None:
            self._find_python(name, leaf.versions, leaf.required)

    # By subject

    def _find_python(self, name: PackageName, versions: Range, required: Range) -> None:
        python = self._inquiry.environment.python
        shown = plain_range(name, versions)
        segments = versions.segments()
        is_plural = len(segments) > 1 or (len(segments) == 1 and segments[0][0] is None and segments[0][2] is None)
        supports = "support" if is_plural else "supports"
        if python.source == "requires-python":
            text = (
                f"The `requires-python` value ({python.target}) includes Python versions that are not supported by your "
                f"dependencies (e.g., {shown} only {supports} {required}). Consider using a more restrictive "
                f"`requires-python` value (like {required})."
            )
        elif python.source == "python-version":
            text = (
                f"The `--python-version` value ({python.target}) includes Python versions that are not supported by your "
                f"dependencies (e.g., {shown} only {supports} {required}). Consider using a higher `--python-version` "
                "value."
            )
        else:
            text = (
                f"The Python interpreter uses a Python version that is not supported by your dependencies (e.g., "
                f"{shown} only {supports} {required}). Consider passing a `--python-version` value to raise the "
                "minimum supported version."
            )
        self._add("requires-python", text, python.source, str(python.target))

    def _find_prereleases(self, name: PackageName, versions: Range) -> None:
        if name in self._state.urls:
            return
        selector, options = self._inquiry.selector, self._inquiry.options
        if selector.prereleases(name, self._state.environment) != "disallow":
            return
        argument = f"--prerelease-package {name}=allow" if name in options.prerelease_packages else "--prerelease=allow"
        add = (
            "to `build-system.requires`, `[tool.uv.extra-build-dependencies]`, or supply it via "
            "`uv build --build-constraint`."
        )
        requested = next((asked for asked in self._requested.get(name, ()) if _asks_prerelease(asked)), None)
        if requested is not None:
            shown = plain_range(name, requested)
            if options.configurable:
                text = (
                    f"`{name}` was requested with a pre-release marker (e.g., {shown}), but pre-releases weren't enabled "
                    f"(try: `{argument}`)"
                )
            else:
                text = (
                    f"`{name}` was requested with a pre-release marker (e.g., {shown}), but build environments can't opt "
                    f"into pre-releases automatically.  Add `{shown}` {add}"
                )
            self._add("prerelease-requested", text, name)
            return
        found = next(
            (
                version
                for version in reversed(self._included.get(name, ()))
                if version.is_prerelease and versions.contains(version)
            ),
            None,
        )
        if found is None:
            return
        if options.configurable:
            text = (
                f"Pre-releases are available for `{name}` in the requested range (e.g., {found}), but pre-releases weren't "
                f"enabled (try: `{argument}`)"
            )
        else:
            text = (
                f"Only pre-releases of `{name}` (e.g., {found}) match these build requirements, and build environments "
                f"can't enable pre-releases automatically. Add `{name}>={found}` {add}"
            )
        self._add("prerelease-available", text, name)

    def _find_index(self, name: PackageName, versions: Range) -> None:
        inquiry = self._inquiry
        locations = inquiry.options.locations
        unavailable = self._unavailable.get(name)
        if unavailable is not None:
            self._find_unavailable_package(name, unavailable)
        incomplete = inquiry.incomplete.get(name, {})
        for version in sorted(incomplete, key=lambda version: version.key, reverse=True):
            if versions.contains(version):
                result = incomplete[version]
                self._find_incomplete(name, version, result.unavailable or "invalid-metadata", result.detail)
                break
        if inquiry.options.index_strategy == "first-index" and self._included.get(name):
            maps = inquiry.maps.get(self._listing_key(name), ())
            urls = sorted(version_map.index.url for version_map in maps if version_map.index is not None)
            if urls:
                order = [index.url for index in locations.implicit_indexes()]
                if urls[0] in order and order.index(urls[0]) + 1 < len(order):
                    indexes = locations.implicit_indexes()
                    position = order.index(urls[0])
                    self._add(
                        "unchecked-index",
                        f"`{name}` was found on {indexes[position].public_url}, but not at the requested version "
                        f"({plain_range(name, versions)}). A compatible version may be available on a subsequent index "
                        f"(e.g., {indexes[position + 1].display}). By default, uv will only consider versions that are "
                        "published on the first index that contains a given package, to avoid dependency confusion "
                        "attacks. If all indexes are equally trusted, use `--index-strategy unsafe-best-match` to "
                        "consider all versions from all indexes, regardless of the order in which they were defined.",
                        name,
                    )
        self._find_authentication()

    def _find_unavailable_package(self, name: PackageName, unavailable: UnavailablePackage) -> None:
        detail = _indented(unavailable.detail)
        match unavailable.reason:
            case "no-index":
                if not self._inquiry.options.locations.find_links:
                    self._add(
                        "no-index",
                        "Packages were unavailable because index lookups were disabled and no additional package "
                        "locations were provided (try: `--find-links <uri>`)",
                    )
            case "offline":
                self._add_offline()
            case "invalid-metadata" | "inconsistent-metadata":
                self._add("package-metadata", f"Metadata for `{name}` could not be parsed.\n{detail}", name)
            case "invalid-structure":
                self._add("package-structure", f"The structure of `{name}` was invalid\n{detail}", name)
            case "network":
                self._add(
                    "package-network",
                    f"Metadata for `{name}` could not be fetched; the server returned: `{unavailable.detail}`",
                    name,
                )
            case _:
                pass

    def _find_incomplete(self, name: PackageName, version: Version, reason: str, detail: str) -> None:
        subject = f"`{name}` (v{version})"
        match reason:
            case "offline":
                self._add_offline()
            case "inconsistent-metadata":
                self._add(
                    "version-inconsistent", f"Metadata for {subject} was inconsistent:\n{_indented(detail)}", name
                )
            case "invalid-structure":
                self._add("version-structure", f"The structure of {subject} was invalid:\n{_indented(detail)}", name)
            case "requires-python":
                needed, _, at_hand = detail.partition("\n")
                specifiers = specifiers_of(needed)
                shown = needed if specifiers is None else specifiers.text(", ")
                self._add(
                    "version-python",
                    f"The source distribution for {subject} does not include static metadata. Generating metadata for "
                    f"this package requires Python {shown}, but Python "
                    f"{at_hand or self._inquiry.environment.python.exact} is installed.",
                    name,
                )
            case "network":
                self._add(
                    "version-network",
                    f"Metadata for {subject} could not be fetched; the server returned: `{detail}`",
                    name,
                )
            case _:
                self._add("version-metadata", f"Metadata for {subject} could not be parsed:\n{_indented(detail)}", name)

    def _add_offline(self) -> None:
        self._add(
            "offline",
            "Packages were unavailable because the network was disabled. When the network is disabled, registry packages "
            "may only be read from the cache.",
        )

    def _find_authentication(self) -> None:
        inquiry = self._inquiry
        unauthorized = {index.url for listings in inquiry.listings.values() for index in listings.unauthorized}
        forbidden = {index.url for listings in inquiry.listings.values() for index in listings.forbidden}
        if not unauthorized and not forbidden:
            return
        successful = {listing.index.url for listings in inquiry.listings.values() for listing in listings.found}
        locations = inquiry.options.locations
        known = [*reversed(locations.indexes)]
        default = locations.default_index()
        if default is not None and default not in known:
            known.append(default)
        for index in known:
            if index.url in unauthorized:
                self._add(
                    "unauthorized",
                    f"An index URL ({index.public_url}) could not be queried due to a lack of valid authentication "
                    "credentials (401 Unauthorized)",
                    index.url,
                )
            if index.url in forbidden:
                if index.url in successful:
                    text = (
                        f"An index ({index.public_url}) returned a 403 Forbidden error, but uv received a successful "
                        "response from another request to the index. If the failing package is not present on this "
                        "index, consider adding `ignore-error-codes = [403]` to the index's `[[tool.uv.index]]` entry to "
                        "continue searching across indexes."
                    )
                else:
                    text = (
                        f"An index ({index.public_url}) returned a 403 Forbidden error. Check that the index URL is "
                        "correct and the credentials are valid."
                    )
                self._add("forbidden", text, index.url)

    def _find_tags(self, name: PackageName, versions: Range, file: UnusableFile) -> None:
        inquiry = self._inquiry
        maps = inquiry.maps.get(self._listing_key(name), ())
        candidate = inquiry.selector.select_from_index(name, versions, maps, self._state.environment)
        if candidate is None or candidate.prioritized is None:
            return
        wheels = candidate.prioritized.wheel_filenames()
        tags = inquiry.environment.tags
        best = None if tags is None else tags.best
        subject = f"`{name}` (v{candidate.version})"
        if file.tag == "python":
            found = sorted({tag for wheel in wheels for tag in wheel.python_tags}, key=python_order)
            python = None if best is None else python_tag(best[0])
            self._add_tags(
                "python-tags",
                name,
                subject,
                "Python implementation tag",
                found,
                best[0] if best else None,
                python.pretty if python else None,
            )
        elif file.tag in {"abi", "freethreaded-abi", "abi-python-version"}:
            found = sorted({tag for wheel in wheels for tag in wheel.abi_tags if tag != "none"}, key=abi_order)
            abi = None if best is None else abi_tag(best[1])
            self._add_tags(
                "abi-tags",
                name,
                subject,
                "Python ABI tag",
                found,
                best[1] if best else None,
                abi.pretty if abi else None,
            )
        elif file.tag == "platform" and tags is not None:
            found = sorted(
                {
                    platform
                    for wheel in wheels
                    if any(tags.supports(python, abi) for python in wheel.python_tags for abi in wheel.abi_tags)
                    for platform in wheel.platform_tags
                },
                key=platform_order,
            )
            if found:
                plural = "" if len(found) == 1 else "s"
                self._add(
                    "platform-tags",
                    f"Wheels are available for {subject} on the following platform{plural}: {_quoted(found)}",
                    name,
                )

    def _add_tags(
        self,
        kind: str,
        name: PackageName,
        subject: str,
        noun: str,
        found: list[str],
        best: str | None,
        pretty: str | None,
    ) -> None:
        if not found:
            return
        plural = "" if len(found) == 1 else "s"
        listed = f"the following {noun}{plural}: {_quoted(found)}"
        if best is None:
            text = f"Wheels are available for {subject} with {listed}"
        else:
            shown = best if pretty is None else f"{pretty} (`{best}`)"
            text = f"You require {shown}, but we only found wheels for {subject} with {listed}"
        self._add(kind, text, name)

    def _find_exclude_newer(self, name: PackageName, versions: Range, inherited: Range) -> None:
        options = self._inquiry.options
        cutoff, source = options.exclude_newer_for(name, self._state.indexes.get(name))
        if cutoff is None or cutoff is False:
            return
        if any(versions.contains(version) for version in self._included.get(name, ())):
            return
        if not any(versions.contains(version) for version in self._available.get(name, ())):
            return
        latest = self._latest(name, versions | inherited)
        date = timestamp(int(cutoff))
        if source == "package":
            text = (
                f"`{name}` was filtered by `exclude-newer-package` to only include packages uploaded before {date}."
                f"{latest} Consider removing the setting or updating it to a later date."
            )
        elif source == "global":
            text = (
                f"`{name}` was filtered by `exclude-newer` to only include packages uploaded before {date}.{latest} "
                "Consider using `exclude-newer-package` to override the cutoff for this package."
            )
        else:
            text = (
                f"`{name}` was filtered by the index-specific `exclude-newer` setting to only include packages uploaded "
                f"before {date}.{latest} Consider updating that index's cutoff, setting it to `false`, or using "
                "`exclude-newer-package` to override the cutoff for this package."
            )
        self._add("exclude-newer", text, name, source)

    def _latest(self, name: PackageName, versions: Range) -> str:
        matching = [version for version in self._available.get(name, ()) if versions.contains(version)]
        if not matching:
            return ""
        version = matching[-1]
        times = []
        for version_map in self._inquiry.maps.get(self._listing_key(name), ()):
            position = version_map.position(version)
            prioritized = None if position is None else version_map.get(position)
            if prioritized is not None:
                times += [file.upload_time for file in prioritized.files if file.upload_time is not None]
        published = timestamp(min(times)) if times else None
        if versions.as_singleton() is not None:
            return "" if published is None else f" The requested version, v{version}, was published at {published}."
        if published is None:
            return f" The latest version satisfying the requirement is v{version}."
        return f" The latest version satisfying the requirement is v{version}, published at {published}."

    def _listing_key(self, name: PackageName) -> tuple[PackageName, str | None]:
        index = self._state.indexes.get(name)
        return name, None if index is None else index.url


def _requested_ranges(tree: Derivation) -> dict[PackageName, list[Range]]:
    """Return the sets of versions that each package was asked for with, anywhere in a derivation."""
    requested: dict[PackageName, list[Range]] = {}
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Derived):
            pending += (node.first, node.second)
        elif node.kind == "dependency":
            name = node.dependency.project
            if name is not None:
                requested.setdefault(name, []).append(node.required)
    return requested


def _asks_prerelease(versions: Range) -> bool:
    return any(_segment_asks_prerelease(segment) for segment in versions.segments())


def _segment_asks_prerelease(segment: Segment) -> bool:
    if prefix_of(segment) is not None:
        return False
    lower, _, upper, upper_included = segment
    if lower is not None and lower.is_prerelease and lower.sentinel != "min":
        return True
    if upper is None or not upper.is_prerelease or upper.sentinel == "min":
        return False
    # The upper end of "~=" is such a version, but nobody asked for it.
    is_compatible_end = upper.dev == 0 and upper.pre is None and not upper.is_postrelease and not upper.is_local
    return upper_included or not is_compatible_end


def _excluded_by_date(tree: Derivation) -> Excluded:
    excluded: Excluded = {}
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, Derived):
            pending += (node.second, node.first)
        elif node.kind == "unavailable":
            reason = node.reason
            name = node.package.name
            if (
                isinstance(reason, UnavailableVersion)
                and reason.file is not None
                and reason.file.reason == "exclude-newer"
                and name is not None
            ):
                excluded[name] = excluded.get(name, EMPTY) | node.versions
    return excluded


def _united(inherited: Excluded, added: Excluded) -> Excluded:
    if not added:
        return inherited
    united = inherited.copy()
    for name, versions in added.items():
        united[name] = united.get(name, EMPTY) | versions
    return united


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" if line.strip() else line for line in text.split("\n"))


def _quoted(tags: list[str]) -> str:
    return ", ".join(f"`{tag}`" for tag in tags)
