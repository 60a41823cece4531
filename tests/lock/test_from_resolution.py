"""Locks made from solved graphs."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.lock.graphs import graph_of, request_of

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.dist import RegistryDist
from ultraviolet.lock.canonical import canonical_lock, same_lock
from ultraviolet.lock.errors import LockError
from ultraviolet.lock.from_resolution import format_time, lock_from_resolution
from ultraviolet.lock.model import Lock
from ultraviolet.lock.reader import parse_lock
from ultraviolet.lock.writer import write_lock

DATA = Path(__file__).parent / "data"
LOCKS = sorted(DATA.glob("*.lock"))


def load(name: str) -> Lock:
    return parse_lock((DATA / f"{name}.lock").read_text())


@pytest.mark.parametrize("path", [path for path in LOCKS if path.stem != "conflicts"], ids=lambda path: path.stem)
def test_the_graph_of_a_lock_gives_the_lock(path: Path) -> None:
    text = path.read_text()
    lock = parse_lock(text)

    again = lock_from_resolution(graph_of(lock), request_of(lock))

    assert write_lock(again) == text


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.stem)
def test_a_written_lock_is_canonical(path: Path) -> None:
    text = path.read_text()

    assert write_lock(canonical_lock(parse_lock(text))) == text


def test_order_and_spelling_do_not_make_another_lock() -> None:
    lock = load("forks")
    shuffled = replace(
        lock,
        packages=tuple(package.replace(dependencies=package.dependencies[::-1]) for package in reversed(lock.packages)),
        requires_python="<4,>=3.10",
    )

    assert same_lock(lock, shuffled)
    assert not same_lock(lock, replace(lock, revision=2))


def test_wheels_nothing_can_use_are_dropped() -> None:
    lock = load("forks")
    graph = graph_of(lock)
    node = next(node for node in graph.nodes if node.name == "six")
    assert isinstance(node.dist, RegistryDist)
    names = (
        "six-1.17.0-cp312-cp312-macosx_11_0_arm64.whl",
        "six-1.17.0-cp312-cp312-manylinux_2_17_x86_64.whl",
        "six-1.17.0-cp39-cp39-win_amd64.whl",
        "six-1.17.0-py3-none-any.whl",
    )
    wheels = tuple(Artifact(name, f"https://h/{name}", ("sha256:00",)) for name in names)
    changed = replace(node, dist=replace(node.dist, wheels=wheels))
    graph = replace(graph, nodes=tuple(changed if item is node else item for item in graph.nodes))

    package = next(item for item in lock_from_resolution(graph, request_of(lock)).packages if item.name == "six")

    assert [names[1], names[3]] == [wheel.name for wheel in package.wheels]


def test_times_lose_trailing_zeros() -> None:
    assert [format_time(1784653132920), format_time(1784653132000), format_time(1784653132007)] == [
        "2026-07-21T16:58:52.92Z",
        "2026-07-21T16:58:52Z",
        "2026-07-21T16:58:52.007Z",
    ]


def test_one_package_twice_is_refused() -> None:
    graph = graph_of(load("span"))
    graph = replace(graph, nodes=(*graph.nodes, graph.nodes[0]))

    with pytest.raises(LockError, match=r"Found duplicate package `idna==3.20 @ registry\+https://pypi.org/simple`"):
        lock_from_resolution(graph, request_of(load("span")))
