"""Laws of a resolution, against brute force on tiny worlds."""

from __future__ import annotations

import itertools
import random
from collections.abc import Mapping
from typing import Any

import pytest
from tests.support.universe import LINUX, Universe, lock, requirement, specific

from ultraviolet.resolver import Manifest, NoSolution, ResolverOptions, resolve
from ultraviolet.standards.requirements import parse_requirement
from ultraviolet.standards.versions import parse_version

Packages = Mapping[str, Mapping[str, Mapping[str, Any]]]
VERSIONS = ["1", "2", "3"]
MARKERS = ["sys_platform == 'linux'", "sys_platform == 'win32'", "python_version >= '3.13'", "sys_platform != 'linux'"]
ENVIRONMENTS = [
    {"sys_platform": platform, "python_version": python, "python_full_version": f"{python}.0"}
    for platform in ("linux", "win32", "darwin")
    for python in ("3.12", "3.13")
]


def random_world(seed: int) -> tuple[Packages, list[str]]:
    source = random.Random(seed)
    names = [f"p{index}" for index in range(source.randint(2, 4))]

    def text() -> str:
        operator = source.choice(["", "==", ">=", "<=", "!=", "<"])
        specifier = operator + source.choice(VERSIONS) if operator else ""
        marker = f" ; {source.choice(MARKERS)}" if source.random() < 0.3 else ""
        return f"{source.choice(names)}{specifier}{marker}"

    packages = {
        name: {
            version: {
                "requires": [
                    entry for entry in (text() for _ in range(source.choice([0, 1, 1, 2]))) if entry[:2] != name
                ]
            }
            for version in source.sample(VERSIONS, source.randint(1, 3))
        }
        for name in names
    }
    return packages, [text() for _ in range(source.randint(1, 3))]


def applicable(texts: list[str], environment: Any) -> list[Any]:
    parsed = [parse_requirement(text) for text in texts]
    return [entry for entry in parsed if entry.marker.evaluate(environment)]


def is_solution(packages: Packages, requires: list[str], chosen: Mapping[str, str], environment: Any) -> bool:
    """Whether every requirement that applies is met by what is chosen, and nothing is chosen in vain."""
    needed: set[str] = set()
    pending = applicable(requires, environment)
    while pending:
        entry = pending.pop()
        version = chosen.get(entry.name)
        if version is None or not entry.specifiers.contains(parse_version(version)):
            return False
        if entry.name not in needed:
            needed.add(entry.name)
            pending += applicable(packages[entry.name][version]["requires"], environment)
    return needed == set(chosen)


def has_solution(packages: Packages, requires: list[str], environment: Any) -> bool:
    names = sorted(packages)
    for choice in itertools.product(*([None, *packages[name]] for name in names)):
        chosen = {name: version for name, version in zip(names, choice, strict=True) if version is not None}
        if is_solution(packages, requires, chosen, environment):
            return True
    return False


@pytest.mark.parametrize("seed", range(150))
def test_finds_a_solution_for_one_environment_exactly_when_there_is_one(seed: int) -> None:
    packages, requires = random_world(seed)
    manifest = Manifest(requirements=tuple(requirement(text) for text in requires))
    try:
        resolution = resolve(manifest, Universe(packages), ResolverOptions(), specific())
    except NoSolution:
        assert not has_solution(packages, requires, LINUX)
    else:
        chosen: dict[str, str] = {node.name: str(node.version) for node in resolution.nodes}
        assert is_solution(packages, requires, chosen, LINUX)


@pytest.mark.parametrize("seed", range(150))
def test_a_universal_resolution_holds_in_every_environment(seed: int) -> None:
    packages, requires = random_world(seed)
    try:
        resolution = lock(packages, requires)
    except NoSolution:
        return
    for values in ENVIRONMENTS:
        environment = type(LINUX)(**{**{name: getattr(LINUX, name) for name in LINUX.__struct_fields__}, **values})
        chosen: dict[str, str] = {
            node.name: str(node.version) for node in resolution.nodes if node.marker.marker.evaluate(environment)
        }
        assert is_solution(packages, requires, chosen, environment)
