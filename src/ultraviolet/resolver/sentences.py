"""Telling a derivation in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ultraviolet.pubgrub import Derivation, Derived, Leaf
from ultraviolet.resolver.availability import UnavailablePackage, UnavailableVersion, UnusableFile
from ultraviolet.resolver.environment import PythonRequirement
from ultraviolet.resolver.packages import TARGET, VirtualPackage
from ultraviolet.resolver.reduce import Terms, Versions
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.ranges import FULL, Range, Segment
from ultraviolet.standards.tags import Tags
from ultraviolet.standards.versions import Version, parse_version

RangeKind = Literal["dependency", "compatibility", "available"]
"""What a set stands for: what is asked for, what a statement is about, or what there is."""


class Speaker:
    """Words for packages, sets of versions and facts of one failed resolution."""

    __slots__ = ("_included", "_members", "_python", "_tags")

    def __init__(
        self, included: Versions, python: PythonRequirement, members: frozenset[PackageName], tags: Tags | None
    ) -> None:
        self._included = included
        self._python = python
        self._members = members
        self._tags = tags

    # Whole derivations

    def tell(self, tree: Derivation) -> str:
        """Return the explanation."""
        if isinstance(tree, Leaf):
            return self.fact(tree)
        return "\n".join(_Telling(self).lines_of(tree))

    # Facts

    def fact(self, leaf: Leaf) -> str:
        """Return a fact as a clause."""
        package: VirtualPackage = leaf.package
        versions: Range = leaf.versions
        if leaf.kind == "not-root":
            return f"we are solving dependencies of {package} {versions.as_singleton() or versions}"
        if leaf.kind == "no-versions":
            return self._no_versions(package, versions)
        if leaf.kind == "unavailable":
            return self._unavailable(package, versions, leaf.reason)
        return self._dependency(package, versions, leaf.dependency, leaf.required)

    def _no_versions(self, package: VirtualPackage, versions: Range) -> str:
        if package.kind == "python":
            asked = self.compatible(package, versions)
            if package.name == TARGET:
                return f"the requested {package} version ({self._python.target}) does not satisfy {asked}"
            return f"the current {package} version ({self._python.exact}) does not satisfy {asked}"
        if versions == FULL:
            return f"there are no versions of {package}"
        if versions.as_singleton() is not None:
            return f"there is no version of {package}{versions}"
        available = ~versions
        listed = None if package.name is None else self._included.get(package.name)
        if listed is not None:
            available = _available(available, listed)
        if available.is_empty:
            return f"there are no versions of {package}"
        shown = self.range_text(package, available, "available")
        if len(available.segments()) == 1:
            return f"only {shown} is available"
        return f"only the following versions of {package} {shown}"

    def _unavailable(
        self, package: VirtualPackage, versions: Range, reason: UnavailablePackage | UnavailableVersion
    ) -> str:
        if isinstance(reason, UnavailableVersion) and reason.reason == "dependency":
            requires = self._root_requires(package)
            if requires is not None:
                return f"{requires} {reason.noun}"
        root = self._root(package)
        if root is not None:
            return f"{root} cannot be used because {reason.noun}"
        if isinstance(reason, UnavailablePackage):
            return f"{package} {reason.message()}"
        text = self.compatible(package, versions)
        message = reason.message(plural=self.is_plural(package, versions, "compatibility"))
        context = self._context(reason.file)
        if context is not None:
            return f"{text}{padded(' ', message, ' ')}{context}"
        return f"{text}{padded(' ', message, '')}"

    def _context(self, file: UnusableFile | None) -> str | None:
        if file is None or file.reason != "tag":
            return None
        tag: str | None = None
        if file.tag == "abi-python-version":
            lower = self._python.target.lower
            if lower is not None and len(lower.release) > 1:
                tag = f"cp{lower.major}{lower.minor}"
        elif file.tag in {"python", "abi", "platform"} and self._tags is not None:
            best = self._tags.best
            if best is not None:
                tag = best[("python", "abi", "platform").index(file.tag)]
        return None if tag is None else f"(e.g., `{tag}`)"

    def _dependency(self, package: VirtualPackage, versions: Range, dependency: VirtualPackage, required: Range) -> str:
        if package.project == dependency.project:
            member = self.member(package)
            if member is not None:
                asked = Speaker({}, self._python, frozenset(), None).range_text(dependency, required, "dependency")
                return f"{member} depends on itself at an incompatible version ({asked})"
        if required.is_empty:
            root = self._root(package)
            if root is not None:
                return f"{root} for {dependency} cannot be satisfied"
        requires = self._root_requires(package)
        asked = self.range_text(dependency, required, "dependency")
        if requires is not None:
            return f"{requires} {asked}"
        return self._depends(package, versions) + asked

    def _depends(self, package: VirtualPackage, versions: Range) -> str:
        verb = "depend on " if self.is_plural(package, versions, "compatibility") else "depends on "
        return padded("", self.compatible(package, versions), " ") + verb

    def both(self, first: Leaf, second: Leaf) -> str:
        """Return two facts as one clause; what one package depends on is told together."""
        if (
            first.kind == second.kind == "dependency"
            and first.package is second.package
            and first.versions == second.versions
        ):
            left = self.range_text(first.dependency, first.required, "dependency")
            right = self.range_text(second.dependency, second.required, "dependency")
            requires = self._root_requires(first.package)
            if requires is not None:
                return f"{requires} {padded('', left, ' ')}and {right}"
            return f"{self._depends(first.package, first.versions)}{padded('', left, ' ')}and{padded(' ', right, '')}"
        if self._is_root_on_project(second):
            return self.fact(first)
        if self._is_root_on_project(first):
            return self.fact(second)
        return f"{padded('', self.fact(first), ' ')}and {self.fact(second)}"

    def _is_root_on_project(self, leaf: Leaf) -> bool:
        return leaf.kind == "dependency" and leaf.package.kind == "root" and self._is_only_project(leaf.dependency)

    # Conclusions

    def conclusion(self, terms: Terms) -> str:
        """Return what a derivation concludes."""
        ordered = sorted(terms.items(), key=lambda entry: entry[0].sort_key())
        if not ordered:
            return "the requirements are unsatisfiable"
        if len(ordered) == 1:
            package, (positive, versions) = ordered[0]
            root = self._root(package)
            if root is not None:
                return f"{root} are unsatisfiable"
            if package.kind == "package":
                if not positive:
                    return f"{self.compatible(package, versions)} must be used"
                member = self.member(package)
                if member is not None:
                    return f"{member}'s requirements are unsatisfiable"
                return f"{self.compatible(package, versions)} cannot be used"
        if len(ordered) == 2 and ordered[0][1][0] is not ordered[1][1][0]:
            (one, (positive, left)), (other, (_, right)) = ordered
            if positive:
                return self._dependency(one, left, other, right)
            return self._dependency(other, right, one, left)
        texts = [self._term(package, positive, versions) for package, (positive, versions) in ordered]
        if len(texts) == 1:
            return f"{texts[0]} cannot be used"
        if len(texts) == 2:
            return f"{texts[0]} and {texts[1]} are incompatible"
        return f"{', '.join(texts)} are incompatible"

    def _term(self, package: VirtualPackage, positive: bool, versions: Range) -> str:
        if positive:
            return self.compatible(package, versions)
        version = versions.as_singleton()
        return f"{package}!={version}" if version is not None else self.compatible(package, ~versions)

    # Packages and sets

    def _root_requires(self, package: VirtualPackage) -> str | None:
        if package.kind != "root":
            return None
        if self._members:
            return "your project requires" if len(self._members) == 1 else "your workspace requires"
        return "you require" if package.name is None else f"{package.name} depends on"

    def _root(self, package: VirtualPackage) -> str | None:
        if package.kind != "root":
            return None
        if self._members:
            owner = "project" if len(self._members) == 1 else "workspace"
            return f"your {owner}'s requirements"
        return "your requirements"

    def member(self, package: VirtualPackage) -> str | None:
        """Return what a workspace member is called; None for other packages."""
        if package.kind not in {"package", "extra", "group"} or package.name not in self._members:
            return None
        return "your project" if self._is_only_project(package) else str(package)

    def _is_only_project(self, package: VirtualPackage) -> bool:
        return (
            len(self._members) == 1
            and package.kind == "package"
            and package.name in self._members
            and package.extra is None
            and package.group is None
        )

    def compatible(self, package: VirtualPackage, versions: Range) -> str:
        """Return a package and the versions a statement is about."""
        return self.range_text(package, versions, "compatibility")

    def is_plural(self, package: VirtualPackage, versions: Range, kind: RangeKind) -> bool:
        """Whether a package and its versions take the plural."""
        if self.member(package) is not None:
            return False
        segments = versions.segments()
        if not segments:
            return False
        if kind == "compatibility" and segments[0][0] is None and segments[0][2] is None:
            return True
        return len(segments) > 1

    def range_text(self, package: VirtualPackage, versions: Range, kind: RangeKind) -> str:
        """Return a package and versions of it; several intervals become an indented list."""
        special = self._root(package) or self.member(package)
        if special is not None:
            return special
        return plain_range(package, versions, kind)


def plain_range(package: VirtualPackage | str, versions: Range, kind: RangeKind = "compatibility") -> str:
    """Return a package and versions of it, whatever role the package has."""
    if versions.is_empty:
        return f"{package} ∅"
    segments = versions.segments()
    if len(segments) == 1:
        return _segment(package, segments[0], kind)
    head = {"dependency": "one of:", "compatibility": "all of:", "available": "are available:"}[kind]
    listed = "".join(f"\n    {_segment(package, segment, kind)}" for segment in segments)
    return f"{head}{listed}\n"


def _segment(package: VirtualPackage | str, segment: Segment, kind: RangeKind) -> str:
    lower, lower_included, upper, upper_included = segment
    if lower is None and upper is None:
        return f"all versions of {package}" if kind == "compatibility" else str(package)
    below = f"<{'=' if upper_included else ''}{upper}"
    if lower is None:
        return f"{package}{below}"
    above = f">{'=' if lower_included else ''}{lower}"
    if upper is None:
        return f"{package}{above}"
    if lower_included and upper_included and lower == upper:
        return f"{package}=={lower}"
    prefix = prefix_of(segment)
    return f"{package}{above},{below}" if prefix is None else f"{package}=={prefix}.*"


def prefix_of(segment: Segment) -> Version | None:
    """Return the prefix that an interval stands for, if it is that of ``==1.2.*``."""
    lower, lower_included, upper, upper_included = segment
    if lower is None or upper is None or not lower_included or upper_included:
        return None
    for bound in (lower, upper):
        if bound.pre is not None or bound.is_postrelease or bound.is_local or bound.dev != 0:
            return None
    first, last = lower.release, upper.release
    if len(first) != len(last) or first[:-1] != last[:-1] or first[-1] + 1 != last[-1]:
        return None
    return lower.only_release()


def padded(left: str, text: str, right: str) -> str:
    """Put padding around a text, but not where it begins or ends with white space."""
    if not text:
        return text
    head = "" if text[0].isspace() else left
    tail = "" if text[-1].isspace() else right
    return f"{head}{text}{tail}"


def _available(versions: Range, listed: Sequence[Version]) -> Range:
    """Bring the ends of what is available to the versions that exist."""
    if not listed:
        return ~FULL
    first, last = listed[0], listed[-1]
    whole = Range.from_segments([(first, True, last, True)])
    if first == last:
        return whole
    existing = set(listed)
    segments: list[Segment] = []
    for segment in versions.segments():
        part = Range.from_segments([segment])
        if part.is_disjoint(whole):
            continue
        lower, lower_included, upper, upper_included = segment
        if whole.is_subset(part):
            if lower is None:
                segments.append((None, False, last, True))
            elif upper is None:
                segments.append((first, True, None, False))
            else:
                segments.append((first, True, last, True))
            continue
        segments.append(
            (
                lower,
                lower_included and _exists(lower, existing),
                upper,
                upper_included and _exists(upper, existing),
            )
        )
    return Range.from_segments(segments)


def _exists(version: Version | None, existing: set[Version]) -> bool:
    if version is None:
        return False
    if version.sentinel in {"min", "max"}:
        version = parse_version(str(version))
    return version in existing


class _Telling:
    """The lines of one explanation, and which conclusions were numbered."""

    __slots__ = ("_lines", "_numbered", "_numbers", "_speaker")

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker
        self._lines: list[str] = []
        self._numbers: dict[int, int] = {}
        self._numbered = 0

    def lines_of(self, tree: Derived) -> list[str]:
        self._build(tree)
        return self._lines

    def _build(self, root: Derived) -> None:
        # Tasks: a derivation to tell, a line to add, or a conclusion to finish, last first.
        tasks: list[tuple[str, Derived | None, str]] = [("build", root, "")]
        while tasks:
            task, node, line = tasks.pop()
            if task == "line":
                self._lines.append(line)
            elif node is not None and task == "finish":
                if node.shared is not None and node.shared not in self._numbers:
                    self._numbers[node.shared] = self._number()
            elif node is not None and task == "second":
                self._tell_second(node, tasks)
            elif node is not None:
                tasks.append(("finish", node, ""))
                self._tell(node, tasks)

    def _tell(self, node: Derived, tasks: list[tuple[str, Derived | None, str]]) -> None:
        speaker = self._speaker
        first, second = node.first, node.second
        conclusion = padded("", speaker.conclusion(node.terms), ".")
        if isinstance(first, Leaf) and isinstance(second, Leaf):
            both = padded("", speaker.both(first, second), ", ")
            self._lines.append(f"Because {both}we can conclude that {conclusion}")
        elif isinstance(first, Derived) and isinstance(second, Derived):
            self._tell_two(node, first, second, conclusion, tasks)
        else:
            derived, leaf = (first, second) if isinstance(first, Derived) else (second, first)
            if isinstance(derived, Derived) and isinstance(leaf, Leaf):
                self._tell_one(derived, leaf, conclusion, tasks)

    def _tell_one(
        self, derived: Derived, leaf: Leaf, conclusion: str, tasks: list[tuple[str, Derived | None, str]]
    ) -> None:
        speaker = self._speaker
        number = self._number_of(derived)
        if number is not None:
            known = padded("", speaker.conclusion(derived.terms), " ")
            fact = padded("", speaker.fact(leaf), ", ")
            self._lines.append(
                f"Because we know from ({number}) that {known}and {fact}we can conclude that {conclusion}"
            )
            return
        inner, other = derived.first, derived.second
        if isinstance(inner, Leaf):
            inner, other = other, inner
        if isinstance(inner, Derived) and isinstance(other, Leaf):
            both = padded("", speaker.both(other, leaf), ", ")
            tasks.append(("line", None, f"And because {both}we can conclude that {conclusion}"))
            tasks.append(("build", inner, ""))
            return
        fact = padded("", speaker.fact(leaf), ", ")
        tasks.append(("line", None, f"And because {fact}we can conclude that {conclusion}"))
        tasks.append(("build", derived, ""))

    def _tell_two(
        self,
        node: Derived,
        first: Derived,
        second: Derived,
        conclusion: str,
        tasks: list[tuple[str, Derived | None, str]],
    ) -> None:
        speaker = self._speaker
        left, right = self._number_of(first), self._number_of(second)
        if left is not None and right is not None:
            one = padded("", speaker.conclusion(first.terms), " ")
            other = padded("", speaker.conclusion(second.terms), ", ")
            self._lines.append(
                f"Because we know from ({left}) that {one}and we know from ({right}) that {other}{conclusion}"
            )
        elif left is not None:
            tasks.append(("line", None, self._and_known(left, first, conclusion)))
            tasks.append(("build", second, ""))
        elif right is not None:
            tasks.append(("line", None, self._and_known(right, second, conclusion)))
            tasks.append(("build", first, ""))
        else:
            tasks.append(("second", node, ""))
            tasks.append(("build", first, ""))

    def _tell_second(self, node: Derived, tasks: list[tuple[str, Derived | None, str]]) -> None:
        first, second = node.first, node.second
        if not isinstance(first, Derived) or not isinstance(second, Derived):
            return
        if first.shared is not None:
            self._lines.append("")
            tasks.append(("build", node, ""))
            return
        number = self._number()
        self._lines.append("")
        conclusion = padded("", self._speaker.conclusion(node.terms), ".")
        tasks.append(("line", None, self._and_known(number, first, conclusion)))
        tasks.append(("build", second, ""))

    def _and_known(self, number: int, derived: Derived, conclusion: str) -> str:
        known = padded("", self._speaker.conclusion(derived.terms), ", ")
        return f"And because we know from ({number}) that {known}we can conclude that {conclusion}"

    def _number(self) -> int:
        self._numbered += 1
        if self._lines:
            self._lines[-1] += f" ({self._numbered})"
        return self._numbered

    def _number_of(self, derived: Derived) -> int | None:
        return None if derived.shared is None else self._numbers.get(derived.shared)
