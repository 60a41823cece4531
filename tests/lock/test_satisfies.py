"""Whether a lock still answers what is asked: each change gives its outcome and message."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ultraviolet.distributions.indexes import PYPI, IndexLocation
from ultraviolet.distributions.requirement import Requirement
from ultraviolet.distributions.source import DirectorySource, RegistrySource
from ultraviolet.lock.cutoff_changes import exclude_newer_change
from ultraviolet.lock.forks import parse_environments
from ultraviolet.lock.model import Cutoff, Lock, Options, Package, PackageMetadata
from ultraviolet.lock.reader import parse_lock
from ultraviolet.lock.requirements import conflict_item, row_requirement
from ultraviolet.lock.satisfies import (
    Declarations,
    Expectation,
    Outcome,
    satisfies,
)
from ultraviolet.lock.self_references import flatten_self_references
from ultraviolet.standards.conflicts import Conflicts, ConflictSet
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import ExtraName, GroupName, PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version

DATA = Path(__file__).parent / "data"
ROOT = "/srv/workspace"


def load(name: str) -> Lock:
    return parse_lock((DATA / f"{name}.lock").read_text())


def declared(package: Package, metadata: PackageMetadata | None = None) -> Declarations:
    """Declarations that agree with what was locked."""
    metadata = metadata or package.metadata
    return Declarations(
        version=None if package.version is None else parse_version(package.version),
        dynamic=package.version is None,
        requires=tuple(row_requirement(row, ROOT) for row in metadata.requires_dist),
        provides_extra=tuple(map(ExtraName, metadata.provides_extras)),
        groups={
            GroupName(group): tuple(row_requirement(row, ROOT) for row in rows)
            for group, rows in metadata.requires_dev.items()
        },
    )


class Known:
    """Declarations by package name; counts how often a build would have been needed."""

    def __init__(self, lock: Lock, **changes: Declarations | None) -> None:
        self.lock = lock
        self.changes = changes
        self.builds: list[str] = []

    def static(self, path: str) -> Declarations | None:
        for package in self.lock.packages:
            if package.source.is_source_tree and Path(path) == Path(ROOT, package.source.location).resolve():
                return self._declarations(package)
        return None

    def full(self, package: Package) -> Declarations:
        self.builds.append(package.name)
        return self._declarations(package) or declared(package)

    def _declarations(self, package: Package) -> Declarations | None:
        key = package.name.replace("-", "_")
        return self.changes[key] if key in self.changes else declared(package)


def asked(lock: Lock) -> Expectation:
    requires_python = RequiresPython.from_text(lock.requires_python)
    names = lock.manifest.members or tuple(package.name for package in (lock.root(),) if package is not None)
    members = {
        PackageName(package.name): DirectorySource(
            path=f"{ROOT}/{package.source.location}",
            editable=package.source.kind == "editable",
            virtual=package.source.kind == "virtual",
        )
        for package in lock.packages
        if package.name in names
    }
    return Expectation(
        root=ROOT,
        options=lock.options,
        requires_python=requires_python,
        manifest=lock.manifest,
        members=members,
        supported_environments=parse_environments(lock.supported_markers, requires_python),
        required_environments=parse_environments(lock.required_markers, requires_python),
        conflicts=Conflicts(tuple(ConflictSet(tuple(map(conflict_item, rows))) for rows in lock.conflicts)),
    )


def check(lock: Lock, expectation: Expectation | None = None, **changes: Declarations | None) -> Outcome:
    return satisfies(lock, expectation or asked(lock), Known(lock, **changes))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.lock")), ids=lambda path: path.stem)
def test_nothing_changed(path: Path) -> None:
    lock = parse_lock(path.read_text())
    known = Known(lock)

    outcome = satisfies(lock, asked(lock), known)

    assert outcome == Outcome("satisfied", "Existing `uv.lock` satisfies workspace requirements")
    assert not [name for name in known.builds if name not in {"certifi", "idna", "iniconfig", "six"}]


def test_resolver_options() -> None:
    lock = load("span")
    expectation = asked(lock)

    def outcome(**changes: object) -> Outcome:
        return check(lock, replace(expectation, options=replace(lock.options, **changes)))

    assert outcome(resolution_mode="lowest-direct") == Outcome(
        "unusable",
        "Ignoring existing lockfile due to change in resolution mode: `highest` vs. `lowest-direct`",
        "print",
    )
    assert outcome(fork_strategy="fewest").kind == "unusable"
    assert outcome(exclude_newer=None) == Outcome(
        "preferable", "Resolving despite existing lockfile due to removal of global exclude newer", "print"
    )
    assert outcome(prerelease_mode="allow") == Outcome(
        "preferable",
        "Resolving despite existing lockfile due to change in pre-release mode: `if-necessary` vs. `allow`",
        "print",
    )
    assert outcome(prerelease_package={"a": "allow"}).level == "debug"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (None, Cutoff("T"), "addition of global exclude newer T"),
        (Cutoff("T"), Cutoff("U"), "change of exclude newer timestamp from `T` to `U`"),
        (Cutoff(span="P1W"), Cutoff(span="P2W"), "change of exclude newer span from `P1W` to `P2W`"),
        (Cutoff(span="P1W"), Cutoff("T", "P1W"), None),
        (Cutoff("T"), Cutoff(span="P1W"), "addition of exclude newer span `P1W`"),
        (Cutoff(span="P1W"), Cutoff("T"), "removal of exclude newer span"),
    ],
)
def test_global_cutoffs(old: Cutoff | None, new: Cutoff | None, change: str | None) -> None:
    assert exclude_newer_change(Options(exclude_newer=old), Options(exclude_newer=new)) == change


def test_cutoffs_of_packages() -> None:
    def change(old: object, new: object) -> str | None:
        before, after = (
            Options(exclude_newer_package={} if value is None else {"x": value})  # type: ignore[dict-item]
            for value in (old, new)
        )
        return exclude_newer_change(before, after)

    assert change(None, Cutoff("T")) == "addition of exclude newer `T` for package `x`"
    assert change(None, False) == "addition of exclude newer exclusion for package `x`"
    assert change(Cutoff("T"), None) == "removal of exclude newer for package `x`"
    assert change(Cutoff("T"), Cutoff("U")) == "change of exclude newer timestamp from `T` to `U` for package `x`"
    assert change(Cutoff("T"), False) == "add exclude newer exclusion (was `T`) for package `x`"
    assert change(False, Cutoff("T")) == "remove exclude newer exclusion (now `T`) for package `x`"


def test_upgrades_and_refresh() -> None:
    lock = load("span")
    expectation = asked(lock)

    assert check(lock, replace(expectation, upgrade="all")).message == "Ignoring existing lockfile due to `--upgrade`"
    assert check(lock, replace(expectation, upgrade="some")).kind == "preferable"
    assert check(lock, replace(expectation, refresh=True)).message == (
        "Resolving despite existing lockfile due to `--refresh`"
    )


def test_python_and_environments() -> None:
    plain, forked = load("span"), load("forks")

    def narrowed(lock: Lock, text: str) -> Outcome:
        requires_python = RequiresPython.from_specifiers(parse_specifiers(text))
        return check(lock, replace(asked(lock), requires_python=requires_python))

    assert narrowed(plain, ">=3.11,<3.13") == Outcome(
        "preferable",
        "Resolving despite existing lockfile due to change in Python requirement: `>=3.11` vs. `>=3.11, <3.13`",
    )
    assert narrowed(forked, ">=3.11").kind == "versions"
    assert narrowed(forked, ">=4").level == "warn"
    assert check(forked, replace(asked(forked), supported_environments=())).kind == "versions"
    assert check(forked, replace(asked(forked), required_environments=())).kind == "versions"
    conflicts = load("conflicts")
    assert check(conflicts, replace(asked(conflicts), conflicts=Conflicts())).kind == "versions"


def test_members_and_their_kind() -> None:
    lock = load("workspace")
    expectation = asked(lock)
    members = dict(expectation.members)
    manifest = replace(expectation.manifest, members=(*expectation.manifest.members, "new"))

    assert check(lock, replace(expectation, manifest=manifest)).message == (
        "Resolving despite existing lockfile due to mismatched members:\n"
        "  Requested: {m1, m2, new, root-proj}\n  Existing: {m1, m2, root-proj}"
    )
    members[PackageName("m1")] = replace(members[PackageName("m1")], virtual=True, editable=False)
    assert "mismatched source: `m1` (expected: `virtual`)" in check(lock, replace(expectation, members=members)).message
    members[PackageName("m1")] = replace(members[PackageName("m1")], virtual=False, editable=False)
    assert "mismatched source: `m1` (unexpected: `editable`)" in (
        check(lock, replace(expectation, members=members)).message
    )


def test_constraints_overrides_and_static_metadata() -> None:
    lock = load("opts")
    expectation = asked(lock)

    for field, what in (
        ("constraints", "constraints"),
        ("overrides", "overrides"),
        ("build_constraints", "build constraints"),
        ("dependency_metadata", "static metadata"),
    ):
        manifest = replace(expectation.manifest, **{field: ()})
        assert f"mismatched {what}:\n" in check(lock, replace(expectation, manifest=manifest)).message
    scoped = load("scoped")
    manifest = replace(asked(scoped).manifest, excludes=())
    assert "mismatched excludes:" in check(scoped, replace(asked(scoped), manifest=manifest)).message
    virtual = load("virtualws")
    manifest = replace(asked(virtual).manifest, dependency_groups={})
    assert "mismatched dependency groups:" in check(virtual, replace(asked(virtual), manifest=manifest)).message


def test_declarations_of_packages() -> None:
    lock = load("workspace")
    root = next(package for package in lock.packages if package.name == "root-proj")
    extra = Requirement(name=PackageName("extra"), source=RegistrySource(parse_specifiers(">1")))
    now = declared(root)

    def message(**changes: object) -> str:
        return check(lock, root_proj=replace(now, **changes)).message

    prefix = "Resolving despite existing lockfile due to "
    assert message(version=parse_version("2")) == prefix + (
        "mismatched version: `root-proj` (expected: `0.1.0`, found: `2`)"
    )
    assert message(dynamic=True) == prefix + "dynamic version: `root-proj` (expected a static version)"
    assert message(provides_extra=()).startswith(prefix + "mismatched extras for: `root-proj==0.1.0`\n")
    assert message(requires=(*now.requires, extra)).startswith(
        prefix + "mismatched requirements for: `root-proj==0.1.0`\n  Requested: {"
    )
    assert message(groups={}).startswith(prefix + "mismatched dependency groups for: `root-proj==0.1.0`\n")
    m2 = next(package for package in lock.packages if package.name == "m2")
    assert check(lock, m2=replace(declared(m2), dynamic=False)).message == prefix + (
        "static version: `m2` (expected a dynamic version)"
    )


def test_order_and_redundant_markers_do_not_matter() -> None:
    lock = load("workspace")
    root = next(package for package in lock.packages if package.name == "root-proj")
    now = declared(root)
    requires = [
        replace(item, marker=item.marker & parse_marker("python_version >= '3.10'"))
        for item in reversed(now.requires)
        if isinstance(item, Requirement)
    ]

    assert check(lock, root_proj=replace(now, requires=tuple(requires))).is_satisfied


def test_dynamic_metadata_may_be_flattened() -> None:
    lock = load("workspace")
    m2 = next(package for package in lock.packages if package.name == "m2")
    requires = [item for item in declared(m2).requires if isinstance(item, Requirement)]
    flat = flatten_self_references(requires, "m2")
    rows = PackageMetadata(
        requires_dist=tuple(row for row in m2.metadata.requires_dist if row.name != "m2"),
        provides_extras=m2.metadata.provides_extras,
    )

    assert [(item.name, str(item.marker)) for item in flat] == [
        ("six", ""),
        ("typing-extensions", "extra == 'self'"),
        ("typing-extensions", ""),
    ]
    assert not check(lock, m2=declared(m2, rows)).is_satisfied


def test_indexes_that_are_no_longer_configured() -> None:
    lock = load("workspace")
    expectation = asked(lock)
    corp = IndexLocation(url="https://user:secret@corp/simple")

    assert check(lock, replace(expectation, indexes=(PYPI,))).is_satisfied
    message = check(lock, replace(expectation, indexes=(corp,))).message
    assert "missing remote index: `" in message
    assert message.endswith("from `https://pypi.org/simple`")
    flat = load("flatidx")
    assert "missing local index: `" in check(flat, replace(asked(flat), indexes=(PYPI,))).message
    links = IndexLocation(url="file:///srv/links", given="../links", flat=True)
    assert check(flat, replace(asked(flat), indexes=(links,))).is_satisfied


def test_direct_urls_are_not_asked_for_offline() -> None:
    lock = load("sources")
    known = Known(lock)

    assert satisfies(lock, replace(asked(lock), offline=True), known).is_satisfied
    assert "certifi" not in known.builds


def test_required_hash_algorithms() -> None:
    lock = load("span")
    expectation = replace(asked(lock), hash_algorithms={"https://pypi.org/simple": "sha512"})

    assert check(lock, expectation).message.endswith("mismatched hash algorithm")


# Locks without declarations: their rows are made from what is declared now.


def unchanged(
    requirements: Iterable[Requirement], scope: tuple[PackageName, Version] | None, *, group: bool = False
) -> Iterable[Requirement]:
    return requirements


def without_metadata(lock: Lock, **changes: dict[str, Any]) -> Lock:
    """The lock as the preview feature writes it, some packages replaced."""
    packages = (
        package.replace(**{"metadata": PackageMetadata(), **changes.get(package.name, {})}) for package in lock.packages
    )
    return replace(lock, revision=4, packages=tuple(packages))


@pytest.mark.parametrize("path", sorted(DATA.glob("*.lock")), ids=lambda path: path.stem)
def test_rows_follow_from_declarations(path: Path) -> None:
    lock = parse_lock(path.read_text())
    bare = without_metadata(lock)

    outcome = satisfies(bare, replace(asked(lock), adjust=unchanged), Known(lock))

    # Where conflicting extras choose between versions, the rows say more than declarations do, and a resolution decides (as
    # in uv 0.12.5).
    assert outcome.is_satisfied is (path.stem not in {"conf2", "conflicts"}), outcome
    if any(package.metadata for package in lock.packages):
        assert not satisfies(bare, asked(lock), Known(lock)).is_satisfied


@pytest.mark.parametrize("section", ["dependencies", "optional_dependencies", "dev_dependencies"])
def test_rows_that_no_declaration_makes(section: str) -> None:
    for path in sorted(DATA.glob("*.lock")):
        lock = parse_lock(path.read_text())
        expectation = replace(asked(lock), adjust=unchanged)
        for name in expectation.members:
            (package,) = (package for package in lock.packages if package.name == name)
            rows = getattr(package, section)
            if not rows:
                continue
            fewer = rows[1:] if section == "dependencies" else {key: kept[1:] for key, kept in rows.items()}
            outcome = satisfies(without_metadata(lock, **{name: {section: fewer}}), expectation, Known(lock))
            assert outcome.kind == "preferable"
            assert f"mismatched resolved dependencies for: `{name}" in outcome.message
