"""Preferences, upgrades and differences."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from ultraviolet.lock.diff import diff
from ultraviolet.lock.hash_order import arguments_order, settings_order
from ultraviolet.lock.model import Lock
from ultraviolet.lock.preferences import UnknownGroup, UpgradeChoice, reusable, upgrade_group_names
from ultraviolet.lock.reader import parse_lock

DATA = Path(__file__).parent / "data"


def load(name: str) -> Lock:
    return parse_lock((DATA / f"{name}.lock").read_text())


def test_versions_forks_and_commits_are_taken_over() -> None:
    found = reusable(load("workspace"), "/srv")

    versions = {(str(item.name), str(item.version)): item for item in found.versions}
    assert "m2" not in {name for name, _ in versions}
    numpy = versions["numpy", "1.26.4"]
    assert [str(marker) for marker in numpy.fork_markers] == [
        "python_full_version >= '3.10' and python_full_version < '3.12' and sys_platform == 'linux'",
        "python_full_version >= '3.10' and python_full_version < '3.12' and sys_platform == 'win32'",
    ]
    assert numpy.index is not None
    assert numpy.index.url == "https://pypi.org/simple"
    assert len(found.forks) == 4
    commits = reusable(load("sources"), "/srv").commits
    assert [(item.reference_kind, item.reference) for item in commits] == [("tag", "v1"), ("branch", "feature/x")]


def test_upgraded_packages_are_forgotten() -> None:
    lock = load("workspace")

    assert reusable(lock, "/srv", UpgradeChoice(all=True)).versions == ()
    some = reusable(lock, "/srv", UpgradeChoice(packages=frozenset(("numpy",))), with_forks=False)
    assert "numpy" not in {item.name for item in some.versions}
    assert some.forks == ()


def test_groups_to_upgrade() -> None:
    assert upgrade_group_names(load("workspace"), "dev") == {"packaging"}
    assert upgrade_group_names(load("virtualws"), "dev") == {"iniconfig", "tomli"}
    with pytest.raises(UnknownGroup, match=r"Group `zz` is not defined in any project's"):
        upgrade_group_names(load("virtualws"), "zz", several=True)


def test_differences_are_told_by_name() -> None:
    lock = load("workspace")
    changed = tuple(
        package.replace(version="2.0") if package.name == "six" else package
        for package in lock.packages
        if package.name != "click" and (package.name, package.version) != ("numpy", "1.26.4")
    )
    new = replace(lock, packages=(*changed, *load("span").packages[:1]))

    changes = diff(lock, new)

    six = next(package.version for package in lock.packages if package.name == "six")
    numpy = [package.version for package in lock.packages if package.name == "numpy"]
    assert [change.text() for change in changes] == [
        f"Removed click v{next(package.version for package in lock.packages if package.name == 'click')}",
        "Added idna v3.20",
        f"Updated numpy v1.26.4, v{numpy[1]} -> v{numpy[1]}",
        f"Updated six v{six} -> v2.0",
    ]
    assert changes[1].text(dry_run=True) == "Add idna v3.20"
    assert diff(lock, lock) == ()
    assert len(diff(None, lock)) == len(lock.by_name())


def test_commits_and_dynamic_versions_are_shown() -> None:
    assert {change.text() for change in diff(None, load("sources"))} >= {"Added gitpkg v1.2 (d7868367)"}
    assert "Added m2 (dynamic)" in {change.text() for change in diff(None, load("workspace"))}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        ("attrs idna six", "idna attrs six"),
        (
            "numpy pluggy flask click markupsafe django setuptools",
            "setuptools pluggy flask click markupsafe django numpy",
        ),
    ],
)
def test_cutoffs_are_listed_as_a_hash_map_yields_them(names: str, order: str) -> None:
    assert settings_order(names.split()) == order.split()
    assert sorted(arguments_order(names.split())) == sorted(names.split())
