"""What environments need of real locks, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from ultraviolet.distributions.dist import DirectDist, RegistryDist
from ultraviolet.distributions.source import DirectorySource, GitSource, PathSource, UrlSource
from ultraviolet.lock.choices import (
    ConflictingChoice,
    ExtraChoice,
    GroupChoice,
    InstallFilter,
    NotDefined,
    Target,
    check_conflicts,
    check_names,
)
from ultraviolet.lock.dists import NotInstallable, parse_time
from ultraviolet.lock.model import Artifact, Lock, Source, SourceKind
from ultraviolet.lock.reader import parse_lock
from ultraviolet.lock.select import IncompatibleLock, Selection, SelectOptions, check_environment, select
from ultraviolet.standards.markers import MarkerEnvironment
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.tags import Tags

DATA = Path(__file__).parent / "data"
LINUX = MarkerEnvironment(
    python_version="3.11",
    python_full_version="3.11.7",
    os_name="posix",
    sys_platform="linux",
    platform_machine="x86_64",
    platform_system="Linux",
    platform_release="6.1",
    platform_version="#1",
    platform_python_implementation="CPython",
    implementation_name="cpython",
    implementation_version="3.11.7",
)
TAGS = Tags.from_facts(
    implementation="cpython",
    implementation_version=(3, 11),
    python_version=(3, 11),
    os="manylinux",
    arch="x86_64",
    os_version=(2, 36),
)
DEV = GroupChoice(defaults=("dev",))


class Rules:
    def __init__(self, *, build: bool = True, binary: bool = True) -> None:
        self.build = build
        self.binary = binary

    def forbids_build(self, name: PackageName) -> bool:
        return not self.build

    def forbids_binary(self, name: PackageName) -> bool:
        return not self.binary


def load(name: str) -> Lock:
    return parse_lock((DATA / f"{name}.lock").read_text())


def project(lock: Lock) -> Target:
    root = lock.root()
    assert root is not None
    return Target(kind="project", names=(root.name,), root="/srv")


def names(selection: Selection) -> list[str]:
    return sorted(f"{node.package.name} {node.package.version}" for node in selection.nodes if node.installed)


def choose(
    lock: Lock,
    *,
    extras: ExtraChoice | None = None,
    groups: GroupChoice = DEV,
    options: SelectOptions | None = None,
    target: Target | None = None,
) -> Selection:
    return select(
        lock,
        target or project(lock),
        environment=LINUX,
        tags=TAGS,
        extras=extras,
        groups=groups,
        options=options,
    )


def test_members_extras_forks_and_groups() -> None:
    selection = choose(load("workspace"))

    assert [name.split()[0] for name in names(selection)] == [
        "click",
        "ext",
        "m1",
        "numpy",
        "packaging",
        "root-proj",
        "sniffio",
    ]
    assert "numpy 1.26.4" in names(selection)


def test_the_first_node_is_the_project_and_edges_say_why() -> None:
    selection = choose(load("workspace"))

    assert selection.nodes[0].package.name == "root-proj"
    kinds = {(selection.nodes[edge.target].package.name, edge.kind, edge.name) for edge in selection.edges}
    assert {("root-proj", "production", None), ("packaging", "group", "dev"), ("sniffio", "extra", "x")} <= kinds


def test_the_best_wheel_and_its_digest() -> None:
    selection = choose(load("workspace"))

    node = next(node for node in selection.nodes if node.package.name == "numpy")
    assert isinstance(node.dist, RegistryDist)
    assert node.dist.artifact.filename == "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    assert node.hashes == node.dist.artifact.hashes


def test_a_build_tag_decides_between_equal_wheels() -> None:
    lock = load("span")
    package = lock.packages[0]
    wheels = tuple(Artifact(url=f"https://h/idna-3.20-{tag}py3-none-any.whl") for tag in ("2-", "", "10-", "9a-"))
    changed = replace(lock, packages=(package.replace(wheels=wheels), *lock.packages[1:]))

    dist = choose(changed).nodes[1].dist

    assert isinstance(dist, RegistryDist)
    assert dist.artifact.filename == "idna-3.20-10-py3-none-any.whl"


def test_every_kind_of_source() -> None:
    found = {
        node.package.name: node.dist.source
        for node in choose(load("sources")).nodes
        if isinstance(node.dist, DirectDist)
    }

    assert found["six"] == PathSource(path="/links/six-1.16.0.tar.gz", kind="sdist", given="../links/six-1.16.0.tar.gz")
    assert isinstance(found["idna"], PathSource)
    assert found["idna"].kind == "wheel"
    assert isinstance(found["certifi"], UrlSource)
    assert isinstance(found["subpkg"], GitSource)
    assert (found["subpkg"].reference_kind, found["subpkg"].reference, found["subpkg"].subdirectory) == (
        "branch",
        "feature/x",
        "sub",
    )
    assert found["ext2"] == DirectorySource(
        path="/srv/project/ext2", editable=True, virtual=False, given="/srv/project/ext2"
    )


@pytest.mark.parametrize("kind", ["editable", "directory"])
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (SelectOptions(), None),
        (SelectOptions(editable=False), False),
        (SelectOptions(editable=True), True),
        (SelectOptions(not_editable=frozenset(("ext2",))), False),
        (SelectOptions(not_editable=frozenset(("other",))), None),
        (SelectOptions(editable=True, not_editable=frozenset(("ext2",))), True),
    ],
)
def test_options_overrule_whether_source_trees_are_editable(
    kind: SourceKind, options: SelectOptions, expected: bool | None
) -> None:
    lock = load("sources")
    packages = tuple(
        package.replace(source=Source(kind, package.source.location)) if package.name == "ext2" else package
        for package in lock.packages
    )

    selection = choose(replace(lock, packages=packages), options=options)

    dist = next(node.dist for node in selection.nodes if node.package.name == "ext2")
    assert isinstance(dist, DirectDist)
    assert isinstance(dist.source, DirectorySource)
    assert dist.source.editable is (kind == "editable" if expected is None else expected)


def test_filters_leave_packages_in_the_graph() -> None:
    options = SelectOptions(filter=InstallFilter(no_project=True, no_packages=frozenset(("click",))))

    selection = choose(load("workspace"), options=options)

    assert {"root-proj", "click"}.isdisjoint(name.split()[0] for name in names(selection))
    assert {("root-proj", "--no-install-project"), ("click", "--no-install-package")} == set(selection.omitted)


def test_only_a_group() -> None:
    groups = GroupChoice(only=("dev",), defaults=("dev",))

    assert [name.split()[0] for name in names(choose(load("workspace"), groups=groups))] == ["packaging"]


def test_groups_of_a_root_without_project() -> None:
    lock = load("virtualws")
    target = Target(kind="non-project-workspace", root="/srv")

    found = [name.split()[0] for name in names(choose(lock, target=target))]

    assert found == ["b", "certifi", "iniconfig", "pytz", "tomli"]


def test_conflicting_extras_decide_about_shared_dependencies() -> None:
    lock = load("conflicts")

    first = names(choose(lock, extras=ExtraChoice(names=("x",))))
    second = names(choose(lock, extras=ExtraChoice(names=("y",)), groups=GroupChoice(names=("g1",))))

    assert "markupsafe 2.1.5" in first
    assert {"markupsafe 3.0.2", "numpy 1.26.4"} <= set(second)


def test_declared_conflicts_are_refused() -> None:
    lock = load("conflicts")

    with pytest.raises(ConflictingChoice) as extras:
        check_conflicts(lock, project(lock), ExtraChoice(all=True), DEV)
    with pytest.raises(ConflictingChoice) as groups:
        check_conflicts(lock, project(lock), ExtraChoice(), GroupChoice(names=("g1",), defaults=("g2",)))

    assert str(extras.value) == (
        "Extras `x` and `y` are incompatible with the declared conflicts: {`conflicts[x]`, `conflicts[y]`}"
    )
    assert str(groups.value) == (
        "Groups `g1` and `g2` (enabled by default) are incompatible with the conflicts: "
        "{`conflicts:g1`, `conflicts:g2`}"
    )


@pytest.mark.parametrize(
    ("extras", "groups", "message"),
    [
        (("nope",), (), "Extra `nope` is not defined in the `optional-dependencies` table for `root-proj`"),
        ((), ("nope",), "Group `nope` is not defined in the project's `dependency-groups` table"),
        (("alpha",), ("lint",), None),
    ],
)
def test_names_must_be_defined(extras: tuple[str, ...], groups: tuple[str, ...], message: str | None) -> None:
    lock = load("workspace")
    if message is None:
        check_names(lock, project(lock), ExtraChoice(names=extras), GroupChoice(names=groups))
        return
    with pytest.raises(NotDefined) as caught:
        check_names(lock, project(lock), ExtraChoice(names=extras), GroupChoice(names=groups))
    assert str(caught.value) == message


def test_a_lock_for_other_environments_is_refused() -> None:
    lock = load("workspace")
    check_environment(lock, LINUX)

    with pytest.raises(IncompatibleLock, match=r"The current Python version \(3.9.0\) is not compatible"):
        check_environment(lock, replace(LINUX, python_full_version="3.9.0", python_version="3.9"))
    with pytest.raises(
        IncompatibleLock, match=r"supported environments: `sys_platform == 'linux'`, `sys_platform == 'win32'`"
    ):
        check_environment(lock, replace(LINUX, sys_platform="darwin"))


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        (Rules(build=False, binary=False), "it is marked as both `--no-binary` and `--no-build`"),
        (Rules(binary=False), "it is marked as `--no-binary` but has no source distribution"),
    ],
)
def test_rules_can_rule_everything_out(rules: Rules, reason: str) -> None:
    lock = load("span")
    package = lock.packages[0].replace(sdist=None)
    lock = replace(lock, packages=(package, *lock.packages[1:]))

    with pytest.raises(NotInstallable) as caught:
        choose(lock, options=SelectOptions(rules=rules))

    assert str(caught.value) == (
        f"Distribution `idna==3.20 @ registry+https://pypi.org/simple` can't be installed because {reason}"
    )


@pytest.mark.parametrize(
    ("wheel", "hint"),
    [
        (
            "idna-3.20-cp310-cp310-manylinux_2_17_x86_64.whl",
            (
                "You're using CPython 3.11 (`cp311`), but `idna` (v3.20) only has wheels with the following Python ABI tag: "
                "`cp310`"
            ),
        ),
        (
            "idna-3.20-cp312-cp312-manylinux_2_17_x86_64.whl",
            (
                "You're using CPython 3.11 (`cp311`), but `idna` (v3.20) only has wheels with the following Python "
                "implementation tag: `cp312`"
            ),
        ),
        (
            "idna-3.20-cp311-cp311-win_amd64.whl",
            (
                "You're on Linux (`manylinux_2_36_x86_64`), but `idna` (v3.20) only has wheels for the following platform: "
                "`win_amd64`; consider adding \"sys_platform == 'linux' and platform_machine == 'x86_64'\" to "
                "`tool.uv.required-environments` to ensure uv resolves to a version with compatible wheels"
            ),
        ),
    ],
)
def test_hints_say_which_wheels_there_are(wheel: str, hint: str) -> None:
    lock = load("span")
    package = lock.packages[0].replace(sdist=None, wheels=(Artifact(url=f"https://h/{wheel}"),))
    lock = replace(lock, packages=(package, *lock.packages[1:]))

    with pytest.raises(NotInstallable) as caught:
        choose(lock)

    assert caught.value.hints == (hint,)


def test_locked_times() -> None:
    assert [parse_time("2026-07-21T16:58:52.92Z"), parse_time("1970-01-01T00:00:00Z"), parse_time("now")] == [
        1784653132920,
        0,
        None,
    ]
    assert parse_time("2024-02-29T23:59:59.999Z") == 1709251199999
