"""From the metadata of a distribution to the requirements that count: flattening.

In order: overrides, exclusions, the part of each condition that belongs to the extra in question, then what cannot apply
in the environment is dropped, and constraints follow the requirement they constrain. What does not depend on the
environment is done once for each distribution and extra; texts are parsed only when they can matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from ultraviolet.distributions.metadata import DistMetadata
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import RegistrySource, Source
from ultraviolet.resolver.environment import ForkEnvironment
from ultraviolet.resolver.manifest import Excludes, Overrides, Scope
from ultraviolet.resolver.sources import parse_source
from ultraviolet.standards.conflicts import ConflictItem
from ultraviolet.standards.markers import FALSE, TRUE, Marker
from ultraviolet.standards.names import GroupName, PackageName, normalize_name
from ultraviolet.standards.requirements import parse_lenient_requirement

Applied = tuple[Requirement, Marker]
"""A requirement, and the condition under which it counts here."""

_LOWERED: dict[str, Requirement] = {}
_GATES: dict[str, str | bool] = {}
_PRODUCTION: dict[Marker, Marker] = {}
_OPTIONAL: dict[tuple[Marker, str], Marker] = {}


def lower_text(text: str) -> Requirement:
    """Read a PEP 508 text as a requirement without sources of its own.

    :raises InvalidRequirement: the text is malformed.
    """
    requirement = _LOWERED.get(text)
    if requirement is None:
        parsed = parse_lenient_requirement(text)
        source: Source = RegistrySource(parsed.specifiers) if parsed.url is None else parse_source(parsed.url)
        requirement = _LOWERED[text] = Requirement(
            name=parsed.name, source=source, extras=parsed.extras, marker=parsed.marker
        )
    return requirement


def extra_gate(text: str) -> str | bool:
    """Tell, without parsing, which extra a PEP 508 text belongs to.

    :returns: the extra without which it never counts; False when no extra matters; True when parsing must tell.
    """
    gate = _GATES.get(text)
    if gate is None:
        gate = _GATES[text] = _find_gate(text)
    return gate


def _find_gate(text: str) -> str | bool:
    if "extra" not in text:
        return False
    _, separator, marker = text.partition(";")
    if not separator or "extra" not in marker:
        return False
    # With "and" alone, the comparison of the extra must hold; the names of variables contain "or" as well.
    before, _, after = marker.partition("extra")
    after = after.lstrip()
    if "extra" in after or "or" in marker.replace("platform", "") or not after.startswith("=="):
        return True
    after = after[2:].lstrip()
    quote = after[:1]
    if quote not in {"'", '"'} or before.rstrip()[-1:] in {"'", '"', "="}:
        return True
    name, closing, _ = after[1:].partition(quote)
    if not closing or not name.isascii() or not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return True
    return normalize_name(name)


def production_part(marker: Marker) -> Marker:
    """Return the condition when no extra is active."""
    part = _PRODUCTION.get(marker)
    if part is None:
        part = marker
        if marker.without_extras() is not marker:
            part = marker.simplify_not_extras({name for name, _ in marker.visit_extras()})
        _PRODUCTION[marker] = part
    return part


def optional_part(marker: Marker, extra: str) -> Marker:
    """Return the condition when one extra is active, less what holds without it."""
    part = _OPTIONAL.get((marker, extra))
    if part is None:
        if marker.without_extras() is marker:
            part = FALSE
        else:
            others = {name for name, _ in marker.visit_extras() if name != extra}
            part = marker.simplify_extras((extra,)).simplify_not_extras(others) & ~production_part(marker)
        _OPTIONAL[marker, extra] = part
    return part


class Flattener:
    """Flattens under the overrides, exclusions and constraints of one resolution."""

    __slots__ = ("_constraints", "_excludes", "_overrides", "_parts")

    def __init__(
        self, overrides: Overrides, excludes: Excludes, constraints: Mapping[PackageName, list[Requirement]]
    ) -> None:
        self._overrides = overrides
        self._excludes = excludes
        self._constraints = constraints
        self._parts: dict[tuple[int, str | None], tuple[object, list[Applied]]] = {}

    def root(self, requirements: Iterable[Requirement], environment: ForkEnvironment) -> list[Applied]:
        """Flatten the input of a resolution."""
        kept = self._part(self._overrides.apply(requirements), None, None)
        return list(self._applicable(kept, None, environment))

    def group(self, metadata: DistMetadata, group: str, environment: ForkEnvironment) -> list[Applied]:
        """Flatten a dependency group; overrides for the package do not apply to it, exclusions do."""
        scope = (metadata.name, metadata.version)
        requirements = metadata.groups.get(GroupName(group), ())
        return list(self._applicable(self._part(self._overrides.apply(requirements), None, scope), None, environment))

    def dependencies(self, metadata: DistMetadata, extra: str | None, environment: ForkEnvironment) -> list[Applied]:
        """Flatten the dependencies of a distribution, or of one of its extras with the extras it names in turn.

        :raises InvalidRequirement: a dependency that matters is malformed.
        """
        name = metadata.name
        found = list(self._applicable(self._of_extra(metadata, extra), extra, environment))
        if not any(requirement.name == name and requirement.extras for requirement, _ in found):
            return found
        seen: set[tuple[str, Marker]] = set()
        queue = [
            (inner, marker) for requirement, marker in found if requirement.name == name for inner in requirement.extras
        ]
        position = 0
        while position < len(queue):
            inner, reached = queue[position]
            position += 1
            if (inner, reached) in seen:
                continue
            seen.add((inner, reached))
            for requirement, own in self._applicable(self._of_extra(metadata, inner), inner, environment):
                marker = own & reached
                applicable = _assume_only(marker, inner)
                if environment.python_marker.is_disjoint(applicable) or not environment.includes(applicable):
                    continue
                if requirement.name == name:
                    queue += [(further, marker) for further in requirement.extras]
                found.append((requirement, marker))
        plain = [
            (msgspec.structs.replace(requirement, extras=()), marker)
            for requirement, marker in found
            if requirement.name == name and requirement.extras and not _is_unconstrained(requirement)
        ]
        return [entry for entry in found if entry[0].name != name or not entry[0].extras] + plain

    def _of_extra(self, metadata: DistMetadata, extra: str | None) -> list[Applied]:
        key = (id(metadata), extra)
        known = self._parts.get(key)
        if known is None:
            scope = (metadata.name, metadata.version)
            requirements = self._overrides.apply(self._candidates(metadata, extra), scope)
            known = self._parts[key] = (metadata, self._part(requirements, extra, scope))
        return known[1]

    def _candidates(self, metadata: DistMetadata, extra: str | None) -> Iterator[Requirement]:
        everything = bool(self._overrides)
        for entry in metadata.requires:
            if isinstance(entry, Requirement):
                yield entry
                continue
            if not everything:
                gate = extra_gate(entry)
                if gate is False:
                    if extra is not None:
                        continue
                elif gate is not True and gate != extra:
                    continue
            yield lower_text(entry)

    def _part(self, requirements: Iterable[Requirement], extra: str | None, scope: Scope) -> list[Applied]:
        excludes = self._excludes
        kept: list[Applied] = []
        for requirement in requirements:
            if excludes and excludes.contains(requirement.name, scope):
                continue
            marker = requirement.marker
            if extra is not None:
                marker = optional_part(marker, extra)
            elif marker is not TRUE:
                marker = production_part(marker)
            if marker is not FALSE:
                kept.append((requirement, marker))
        return kept

    def _applicable(self, applied: list[Applied], extra: str | None, environment: ForkEnvironment) -> Iterator[Applied]:
        python_marker, target = environment.python_marker, environment.target
        constraints = self._constraints
        for entry in applied:
            requirement, marker = entry
            if marker is not TRUE:
                if target is None:
                    if not marker.evaluate_optional(None):
                        continue
                    if environment.marker.is_disjoint(marker):
                        continue
                elif not marker.evaluate(target):
                    continue
                if python_marker.is_disjoint(marker):
                    continue
            if (
                extra is not None
                and environment.excluded
                and not environment.includes_item(ConflictItem(requirement.name, "extra", extra))
            ):
                continue
            yield entry
            if constraints and requirement.name in constraints:
                yield from self._constraining(requirement, marker, extra, environment)

    def _constraining(
        self, requirement: Requirement, marker: Marker, extra: str | None, environment: ForkEnvironment
    ) -> Iterator[Applied]:
        for constraint in self._constraints[requirement.name]:
            condition = constraint.marker & marker
            if condition.is_false:
                continue
            if not constraint.marker.is_true and environment.python_marker.is_disjoint(condition):
                continue
            if not environment.includes(condition):
                continue
            if not condition.evaluate_optional(environment.target, () if extra is None else (extra,)):
                continue
            if extra is not None and not environment.includes_item(ConflictItem(requirement.name, "extra", extra)):
                continue
            yield constraint, condition


def _assume_only(marker: Marker, extra: str) -> Marker:
    if marker.without_extras() is marker:
        return marker
    marker = marker.simplify_extras((extra,))
    return marker.simplify_not_extras({name for name, _ in marker.visit_extras() if name != extra})


def _is_unconstrained(requirement: Requirement) -> bool:
    source = requirement.source
    return isinstance(source, RegistrySource) and not source.specifiers
