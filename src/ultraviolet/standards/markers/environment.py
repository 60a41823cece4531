"""The values a marker is evaluated against, and the evaluation (PEP 508 environment markers, PEP 751 lists)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from typing import Any

import msgspec

from ultraviolet.standards.errors import InvalidVersion
from ultraviolet.standards.markers.diagram import NODES, TRUE, NodeId
from ultraviolet.standards.versions import parse_version


class MarkerEnvironment(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The eleven values PEP 508 defines for one interpreter."""

    implementation_name: str
    implementation_version: str
    os_name: str
    platform_machine: str
    platform_python_implementation: str
    platform_release: str
    platform_system: str
    platform_version: str
    python_full_version: str
    python_version: str
    sys_platform: str

    def release_only(self) -> MarkerEnvironment:
        """Return the environment the resolver uses: pre-releases of Python count as their release."""
        version = str(parse_version(self.python_version).only_release())
        full_version = str(parse_version(self.python_full_version).only_release())
        if version == self.python_version and full_version == self.python_full_version:
            return self
        return msgspec.structs.replace(self, python_version=version, python_full_version=full_version)


Points = tuple[tuple[str, ...], tuple[tuple[Any, int], ...], tuple[tuple[Any, int], ...]]
"""String values in variable order, and the places of all string and version values between the cuts of a diagram."""


def _points(environment: MarkerEnvironment) -> Points:
    strings = (
        environment.os_name,
        environment.sys_platform,
        environment.platform_system,
        environment.platform_machine,
        environment.platform_python_implementation,
        environment.platform_release,
        environment.platform_version,
        environment.implementation_name,
    )
    try:
        implementation = parse_version(environment.implementation_version).key
    except InvalidVersion:
        implementation = parse_version(environment.python_full_version).key
    versions = (implementation, parse_version(environment.python_full_version).key)
    points = (strings, tuple([(value, 1) for value in strings]), tuple([(key, 1) for key in versions]))
    environment.__dict__["points"] = points
    return points


def evaluate(
    node: NodeId,
    environment: MarkerEnvironment,
    extras: Collection[str] = (),
    listed_extras: Collection[str] = (),
    listed_groups: Collection[str] = (),
) -> bool:
    """Walk the diagram; the listed extras and groups answer the ``in extras`` questions of PEP 751."""
    if node < 2:
        return node == TRUE
    strings, string_points, version_points = environment.__dict__.get("points") or _points(environment)
    while node > 1:
        var, cuts, kids, _, _ = NODES[node >> 1]
        kind, key = var[0], var[1]
        if kind < 2:
            point = version_points[key] if kind else string_points[key]
            index = bisect_left(cuts, point)
        elif kind == 2:
            index = 0 if strings[key] in var[2] else 1
        elif kind == 3:
            index = 0 if var[2] in strings[key] else 1
        elif kind == 4:
            index = 0 if key in extras else 1
        elif key == 2:
            return False
        else:
            index = 0 if var[2] in (listed_groups if key else listed_extras) else 1
        node = kids[index] ^ node & 1
    return node == TRUE


def evaluate_extras(node: NodeId, extras: Collection[str], *, always: bool) -> bool:
    """Whether the marker can hold (or, with ``always``, holds in every environment) with exactly these extras active."""
    memo: dict[NodeId, bool] = {}
    stack = [node]
    while stack:
        current = stack[-1]
        if current < 2 or current in memo:
            stack.pop()
            continue
        var, _, kids, _, _ = NODES[current >> 1]
        if var[0] == 4:
            kids = (kids[0 if var[1] in extras else 1],)
        flip = current & 1
        below = [kid ^ flip for kid in kids]
        waiting = [kid for kid in below if kid > 1 and kid not in memo]
        if waiting:
            stack += waiting
            continue
        answers = [kid == TRUE if kid < 2 else memo[kid] for kid in below]
        memo[current] = all(answers) if always else any(answers)
        stack.pop()
    return node == TRUE if node < 2 else memo[node]
