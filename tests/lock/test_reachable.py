"""All that a lock can install."""

from __future__ import annotations

from ultraviolet.lock.reachable import reachable
from ultraviolet.lock.reader import parse_lock

REGISTRY = '{ registry = "https://pypi.org/simple" }'


def package(name: str, version: str = "1.0", *, rest: str = "", source: str = REGISTRY) -> str:
    return f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {source}\n{rest}'


def names(text: str) -> list[str]:
    lock = parse_lock('version = 1\nrevision = 3\nrequires-python = ">=3.11"\n' + text)
    return [f"{found.name}=={found.version}" for found in reachable(lock)]


def test_extras_and_groups_of_the_project_count_and_it_does_not() -> None:
    app = package(
        "app",
        source='{ virtual = "." }',
        rest='dependencies = [{ name = "one", marker = "sys_platform == \'win32\'" }]\n'
        '[package.optional-dependencies]\nmore = [{ name = "two", extra = ["deep"] }]\n'
        '[package.dev-dependencies]\ndocs = [{ name = "three" }]\n',
    )
    two = package(
        "two",
        rest='[package.optional-dependencies]\ndeep = [{ name = "four" }]\nother = [{ name = "five" }]\n',
    )
    rest = "".join(map(package, ("five", "four", "one", "three")))

    # The extra `other` is nobody's wish.
    assert names(app + rest + two) == ["four==1.0", "one==1.0", "three==1.0", "two==1.0"]


def test_versions_are_in_their_own_order() -> None:
    rows = ", ".join(
        f'{{ name = "one", version = "{version}", source = {REGISTRY}, marker = "python_version {mark} \'3.12\'" }}'
        for version, mark in (("10.0", ">="), ("9.0", "<"))
    )
    app = package("app", source='{ editable = "." }', rest=f"dependencies = [{rows}]\n")

    assert names(app + package("one", "10.0") + package("one", "9.0")) == ["one==9.0", "one==10.0"]


def test_members_and_requirements_of_the_manifest_are_where_it_begins() -> None:
    manifest = (
        '[manifest]\nmembers = ["a", "b"]\nrequirements = [{ name = "one", extras = ["x"] }]\n'
        '[manifest.dependency-groups]\ndev = [{ name = "three" }]\n'
    )
    members = package("a", source='{ virtual = "a" }', rest='dependencies = [{ name = "b" }, { name = "tree" }]\n')
    members += package("b", source='{ virtual = "b" }', rest='dependencies = [{ name = "four" }]\n')
    one = package("one", rest='[package.optional-dependencies]\nx = [{ name = "two" }]\n')
    tree = package("tree", source='{ directory = "tree" }')
    rest = "".join(map(package, ("four", "three", "two")))

    assert names(manifest + members + rest + one + tree) == [
        "four==1.0",
        "one==1.0",
        "three==1.0",
        "tree==1.0",
        "two==1.0",
    ]
