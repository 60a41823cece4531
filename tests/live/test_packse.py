"""Every scenario of packse 0.3.59, put to `uv pip compile`, `uv lock` and `uv pip install`.

The whole outcome is compared with what uv 0.12.5 answered: exit code, output, lockfile, and what was installed. That is
stricter than the files, which say whether their wishes can be had and sometimes with which versions. Where uv itself has
moved on since they were written, its answer counts; `SINCE_CHANGED` names those scenarios.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.packse import OURS, Scenario, Site, expected_of, fetch, load, read_record

pytestmark = [pytest.mark.live, pytest.mark.slow]

RECORDED = read_record()
PRERELEASES_IN_RANGE = (
    "pre-releases are now admitted wherever nothing else satisfies a range, in transitive requirements too"
)
SINCE_CHANGED = {
    "fork/preferences-dependent-forking-conflicting": "forks are now tried after their package was rejected",
    "prereleases/package-only-prereleases-in-range": PRERELEASES_IN_RANGE,
    "prereleases/package-prerelease-specified-mixed-available": "a bound that names a pre-release no longer prefers it",
    "prereleases/package-prereleases-specifier-boundary": "a bound that names a pre-release no longer prefers it",
    "prereleases/transitive-package-only-prereleases-in-range": PRERELEASES_IN_RANGE,
    "prereleases/transitive-prerelease-and-stable-dependency": PRERELEASES_IN_RANGE,
    "prereleases/transitive-prerelease-and-stable-dependency-many-versions": PRERELEASES_IN_RANGE,
    "prereleases/transitive-prerelease-and-stable-dependency-many-versions-holes": PRERELEASES_IN_RANGE,
}


@pytest.fixture(scope="module")
def scenarios() -> dict[str, Scenario]:
    return load(fetch())


def test_every_scenario_is_recorded(scenarios: dict[str, Scenario]) -> None:
    assert sorted(scenarios) == sorted(RECORDED)


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_scenario(name: str, scenarios: dict[str, Scenario], tmp_path: Path) -> None:
    site = Site(scenarios[name], tmp_path)
    if None in site.interpreters:
        pytest.skip("a Python this scenario needs is not installed")
    with site:
        outcomes: dict[str, dict[str, Any]] = {command: site.run(OURS, command) for command in site.commands}

    assert outcomes == RECORDED[name]
    if name not in SINCE_CHANGED:
        satisfiable, packages = expected_of(scenarios[name])
        decided = outcomes[site.decided]
        assert (decided["exit"] == 0) is satisfiable
        if site.decided == "pip install" and satisfiable and packages:
            assert decided["installed"] == packages
