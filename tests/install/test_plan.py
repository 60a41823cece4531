from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import running_interpreter
from tests.support.unpacked import registry_dist, unpack_wheel

from ultraviolet.distributions.dist import DirectDist
from ultraviolet.distributions.installed import InstalledDistribution
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, RegistrySource, UrlSource
from ultraviolet.environment.site_packages import SitePackages, read_directories
from ultraviolet.install.plan import PlanOptions, Reinstall, plan, without_seeds
from ultraviolet.install.satisfaction import SatisfactionOptions, check, check_dist
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version


def have(name: Any, version: Any = "1.0", **facts: Any) -> Any:
    facts = {"kind": "registry", "path": f"/site/{name}-{version}.dist-info", **facts}
    return InstalledDistribution(name=parse_package_name(name), version=parse_version(version), **facts)


def names(items: Any) -> Any:
    return [str(item.name) for item in items]


def test_the_four_kinds_of_change(tmp_path: Path) -> None:
    site = SitePackages([have("kept"), have("old", "0.9"), have("twice", "1"), have("twice", "2"), have("extra")])
    wanted = [registry_dist(name) for name in ("kept", "old", "twice", "new", "far")]
    cached = unpack_wheel(tmp_path, "new")
    options = PlanOptions(find_cached=lambda dist: cached if dist.name == "new" else None)

    found = plan(wanted, site, options)

    assert names(found.cached) == ["new"]
    assert names(found.remote) == ["old", "twice", "far"]
    assert names(found.reinstalls) == ["old", "twice", "twice"]
    assert names(found.extraneous) == ["extra"]
    assert found.satisfied == 1
    assert not found.is_empty


def test_nothing_to_do() -> None:
    assert plan([registry_dist("a")], SitePackages([have("a"), have("extra")])).is_empty


def test_what_the_resolver_found_installed_stays() -> None:
    installed = have("a", "3")

    found = plan([installed], SitePackages([installed]))

    assert found.is_empty
    assert found.satisfied == 1
    assert found.extraneous == ()


def test_reinstall() -> None:
    site = SitePackages([have("a"), have("b")])
    wanted = [registry_dist("a"), registry_dist("b")]

    some = plan(wanted, site, PlanOptions(reinstall=Reinstall(packages=frozenset(["a"]))))
    everything = plan(wanted, site, PlanOptions(reinstall=Reinstall(everything=True)))

    assert names(some.reinstalls) == ["a"]
    assert names(everything.reinstalls) == ["a", "b"]


def test_a_source_tree_named_on_the_command_line_is_reinstalled() -> None:
    url = '{"url":"file:///p","dir_info":{}}'
    site = SitePackages([have("a", kind="url", direct_url=url.encode())])
    dist = DirectDist(name=parse_package_name("a"), source=DirectorySource(path="/p"))

    assert names(plan([dist], site, PlanOptions(reinstall=Reinstall(paths=frozenset(["/p"])))).remote) == ["a"]


def test_refresh_looks_past_the_cache(tmp_path: Path) -> None:
    cached = unpack_wheel(tmp_path, "a")
    options = PlanOptions(find_cached=lambda dist: cached, must_revalidate=lambda dist: True)

    assert names(plan([registry_dist("a")], SitePackages([]), options).remote) == ["a"]


def test_an_incomplete_installation_is_repaired() -> None:
    site = SitePackages([have("a", complete=False)])

    assert names(plan([registry_dist("a")], site).reinstalls) == ["a"]


@pytest.mark.parametrize(
    ("python", "by_uv", "seeded", "left"),
    [
        ((3, 12), True, False, ["pip", "setuptools", "uv", "x"]),
        ((3, 12), True, True, ["setuptools", "x"]),
        ((3, 11), True, True, ["x"]),
        ((3, 11), False, False, ["x"]),
    ],
)
def test_seed_packages_are_not_extraneous(python: Any, by_uv: Any, seeded: Any, left: Any) -> None:
    extraneous = [have("pip"), have("setuptools"), have("uv"), have("x")]

    kept = without_seeds(extraneous, python_version=python, made_by_uv=by_uv, seeded=seeded)

    assert left == names(kept)


DIRECT = '{"url":"%s","%s":%s}'


def url_installed(tmp_path: Path, name: Any = "a", *, document: Any, **files: Any) -> Any:
    directory = tmp_path / f"{name}-1.0.dist-info"
    directory.mkdir()
    (directory / "RECORD").touch()
    (directory / "direct_url.json").write_text(document)
    for key, text in files.items():
        (directory / f"{key}.json").write_text(text)
    return read_directories([str(tmp_path)]).get(name)[0]


ARCHIVE = '{"url":"https://x/a-1.0.tar.gz","archive_info":{"hash":"sha256=1"}}'
REPO = '{"url":"https://github.com/O/r.git","vcs_info":{"vcs":"git","commit_id":"abc","requested_revision":"main"}}'
SOURCES = [
    # document, source, outcome
    (ARCHIVE, UrlSource(url="https://x/a-1.0.tar.gz#sha256=2", kind="sdist"), "satisfied"),
    (ARCHIVE, UrlSource(url="https://me@x/a-1.0.tar.gz", kind="sdist"), "satisfied"),
    (ARCHIVE, UrlSource(url="https://x/a-1.1.tar.gz", kind="sdist"), "mismatch"),
    (ARCHIVE, UrlSource(url="https://x/a-1.0.tar.gz", kind="sdist", subdirectory="d"), "mismatch"),
    (ARCHIVE, GitSource(repository="https://x/a"), "mismatch"),
    (REPO, GitSource(repository="https://github.com/o/R", commit="abc"), "satisfied"),
    (REPO, GitSource(repository="https://github.com/o/r", commit="def"), "out-of-date"),
    (REPO, GitSource(repository="https://github.com/o/other", commit="abc"), "mismatch"),
    (REPO, GitSource(repository="https://github.com/o/r", commit="abc", subdirectory="d"), "mismatch"),
    (REPO, GitSource(repository="https://github.com/o/r", commit="abc", lfs=True), "mismatch"),
    ('{"url":"file:///p","dir_info":{}}', DirectorySource(path="/p", editable=True), "mismatch"),
    ('{"url":"file:///p","dir_info":{}}', DirectorySource(path="/other"), "mismatch"),
    ('{"url":"file:///p","dir_info":{}}', DirectorySource(path="/p"), "out-of-date"),  # no uv_cache.json
    ('{"url":"file:///p/a.whl","archive_info":{}}', PathSource(path="/p/a.whl", kind="wheel"), "out-of-date"),
]


@pytest.mark.parametrize(("document", "source", "outcome"), SOURCES)
def test_direct_sources(tmp_path: Path, document: Any, source: Any, outcome: Any) -> None:
    assert outcome == check(url_installed(tmp_path, document=document), source, None, SatisfactionOptions())


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (b'{"timestamp":{"secs_since_epoch":1,"nanos_since_epoch":2},"commit":null}', "satisfied"),
        (b'{"timestamp":{"secs_since_epoch":1,"nanos_since_epoch":2}}', "satisfied"),
        (b'{"timestamp":{"secs_since_epoch":1,"nanos_since_epoch":3}}', "out-of-date"),
        (None, "cache-invalid"),
    ],
)
def test_the_state_of_a_source_tree_decides(tmp_path: Path, now: Any, outcome: Any) -> None:
    recorded = '{"timestamp":{"secs_since_epoch":1,"nanos_since_epoch":2},"env":{}}'
    installed = url_installed(tmp_path, document='{"url":"file:///p","dir_info":{}}', uv_cache=recorded)

    assert outcome == check(
        installed, DirectorySource(path="/p"), None, SatisfactionOptions(source_state=lambda path: now)
    )


def test_strict_installations_want_the_index(tmp_path: Path) -> None:
    installed = url_installed(tmp_path, document=ARCHIVE)

    assert check_dist(installed, registry_dist("a"), SatisfactionOptions()) == "satisfied"
    assert check_dist(installed, registry_dist("a"), SatisfactionOptions(strict=True)) == "mismatch"


def test_specifiers_and_versions() -> None:
    installed = have("a", "1.5")

    assert check(installed, RegistrySource(parse_specifiers(">=1")), None, SatisfactionOptions()) == "satisfied"
    assert check(installed, RegistrySource(parse_specifiers(">=2")), None, SatisfactionOptions()) == "mismatch"
    assert check_dist(installed, registry_dist("a", "1.6"), SatisfactionOptions()) == "out-of-date"


def test_build_settings_and_tags(tmp_path: Path) -> None:
    installed = url_installed(tmp_path, document=ARCHIVE, uv_build='{"config_settings":{"a":"b"}}')
    source = UrlSource(url="https://x/a-1.0.tar.gz", kind="sdist")

    same = SatisfactionOptions(build_info=lambda name: b'{"config_settings":{"a":"b"},"extra_build_requires":[]}')
    other = SatisfactionOptions(build_info=lambda name: b"{}")
    assert check(installed, source, None, same) == "satisfied"
    assert check(installed, source, None, other) == "out-of-date"
    tags = SatisfactionOptions(tags=running_interpreter().tags())
    with open(os.path.join(installed.path, "WHEEL"), "w") as file:
        file.write("Wheel-Version: 1.0\nTag: cp27-none-any\n")
    assert check(installed, source, None, tags) == "mismatch"
