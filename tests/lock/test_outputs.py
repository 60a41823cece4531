"""Exports and trees of real locks, whole files compared with what uv prints for them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.distributions.resolution import Resolution
from ultraviolet.lock.choices import ExtraChoice, GroupChoice, InstallFilter, Target
from ultraviolet.lock.export import ExportOptions, annotation, export_requirements, header, preamble
from ultraviolet.lock.model import Artifact, Lock, Manifest, Package, RequirementRow, Source, Zstd
from ultraviolet.lock.pylock import Pylock, pylock_from_lock, pylock_from_resolution, write_pylock
from ultraviolet.lock.reader import parse_lock
from ultraviolet.lock.tree import TreeOptions, human_size, render_tree
from ultraviolet.lock.tree_json import TreeTarget, render_tree_json
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers

DATA = Path(__file__).parent / "data"
DEV = GroupChoice(defaults=("dev",))
ALL = GroupChoice(all=True, defaults=("dev",))

EXPORTS = {
    "workspace-export-plain": ExportOptions(hashes=False, annotate=False, groups=ALL, editable=False),
    "workspace-export-local": ExportOptions(
        hashes=False, groups=DEV, filter=InstallFilter(no_project=True, no_workspace=True), prune=("click",)
    ),
    "conflicts-export-extra": ExportOptions(
        hashes=False,
        extras=ExtraChoice(names=("x",)),
        groups=GroupChoice(names=("g2",), defaults=("dev",)),
    ),
}
TREES = {
    "conflicts-tree-invert": TreeOptions(invert=True, groups=ALL),
    "workspace-tree-invert": TreeOptions(invert=True, groups=DEV, packages=("click", "six")),
    "workspace-tree-depth": TreeOptions(depth=1, prune=("numpy",), groups=DEV),
    "virtualws-tree-dev": TreeOptions(groups=GroupChoice(dev="only", defaults=("dev",))),
    "forks-tree-plain": TreeOptions(no_dedupe=True, groups=DEV),
}

JSON_TREES = {
    "conflicts-json-invert": TreeOptions(invert=True, groups=ALL, packages=("idna", "jinja2")),
    "forks-json-depth": TreeOptions(depth=0, groups=DEV),
    "virtualws-json-groups": TreeOptions(groups=GroupChoice(dev="only", defaults=("dev",)), prune=("tomli",)),
    "virtualws-json-invert": TreeOptions(invert=True, groups=DEV, packages=("iniconfig", "pytz")),
    "workspace-json-depth": TreeOptions(depth=1, prune=("numpy",), groups=DEV),
    "workspace-json-invert": TreeOptions(invert=True, groups=DEV, packages=("click", "six")),
    "workspace-json-pruned": TreeOptions(prune=("numpy",), groups=DEV),
}


def load(name: str) -> Lock:
    return parse_lock((DATA / f"{name}.lock").read_text())


def target(lock: Lock, name: str) -> Target:
    root = lock.root()
    if root is None:
        return Target(kind="non-project-workspace", root=f"/srv/{name}")
    return Target(kind="project", names=(root.name,), root=f"/srv/{name}")


def expected(kind: str) -> list[str]:
    return sorted(path.stem for path in (DATA / "expected").glob(f"*-{kind}-*.txt"))


@pytest.mark.parametrize("case", expected("export"))
def test_requirements_files(case: str) -> None:
    name = case.partition("-")[0]
    lock = load(name)

    text = export_requirements(lock, target(lock, name), EXPORTS.get(case, ExportOptions(groups=DEV)))

    assert text == (DATA / "expected" / f"{case}.txt").read_text()


@pytest.mark.parametrize("case", expected("pylock"))
def test_pylock_files(case: str) -> None:
    name = case.partition("-")[0]
    lock = load(name)

    text = write_pylock(pylock_from_lock(lock, target(lock, name), ExportOptions(groups=DEV)))

    assert text == (DATA / "expected" / f"{case}.txt").read_text()


@pytest.mark.parametrize("case", expected("tree"))
def test_trees(case: str) -> None:
    text = render_tree(load(case.partition("-")[0]), TREES.get(case, TreeOptions(groups=DEV)))

    assert text == (DATA / "expected" / f"{case}.txt").read_text()


@pytest.mark.parametrize("case", expected("json"))
def test_trees_as_json(case: str) -> None:
    name = case.partition("-")[0]

    text = render_tree_json(
        load(name), JSON_TREES.get(case, TreeOptions(groups=DEV)), TreeTarget("workspace", f"/srv/{name}")
    )

    assert f"{text}\n" == (DATA / "expected" / f"{case}.txt").read_text()


def test_a_json_tree_names_newer_versions_and_all_that_is_known_of_wheels() -> None:
    wheel = Artifact(
        url="https://corp/Big_Name-1.0-1-py3-none-any.whl",
        hash="sha256:aa",
        size=7,
        upload_time="2024-01-01T00:00:00Z",
        zstd=Zstd(hash="sha256:bb", size=5),
    )
    package = Package("big-name", "1.0", Source("registry", "https://corp/simple"), wheels=(wheel,))
    archive = Package("zipped", None, Source("url", "https://corp/zipped.zip", "sub"))
    lock = Lock(
        requires_python=">=3.11",
        packages=(package, archive),
        manifest=Manifest(requirements=(RequirementRow("big-name"), RequirementRow("zipped"))),
    )

    report = json.loads(
        render_tree_json(lock, TreeOptions(latest={str(package): "2.0"}), TreeTarget("script", "/srv/run.py"))
    )

    assert report["script"] == {"path": "/srv/run.py", "id": "script+/srv/run.py"}
    assert report["roots"] == [{"id": "script+/srv/run.py"}]
    assert "members" not in report
    assert report["resolution"] == {
        "big-name==1.0@registry+https://corp/simple": {
            "name": "big-name",
            "version": "1.0",
            "source": {"registry": {"url": "https://corp/simple"}},
            "kind": "package",
            "dependencies": [],
            "latest_version": "2.0",
            "wheels": [
                {
                    "url": "https://corp/Big_Name-1.0-1-py3-none-any.whl",
                    "hashes": {"sha256": "aa"},
                    "size": 7,
                    "upload_time": "2024-01-01T00:00:00Z",
                    "filename": "big_name-1.0-1-py3-none-any.whl",
                    "zstd": {"hashes": {"sha256": "bb"}, "size": 5},
                }
            ],
        },
        "script+/srv/run.py": {
            "kind": "script",
            "path": "/srv/run.py",
            "dependencies": [
                {"id": "big-name==1.0@registry+https://corp/simple"},
                {"id": "zipped@direct+https://corp/zipped.zip"},
            ],
        },
        "zipped@direct+https://corp/zipped.zip": {
            "name": "zipped",
            "source": {"url": "https://corp/zipped.zip", "subdirectory": "/srv/sub"},
            "kind": "package",
            "dependencies": [],
        },
    }


def test_newer_versions_and_styles_are_shown() -> None:
    lock = load("span")
    idna = next(package for package in lock.packages if package.name == "idna")

    text = render_tree(lock, TreeOptions(latest={str(idna): "9"}), lambda kind, text: f"<{kind} {text}>")

    assert text == "span v0.1.0\n└── idna v3.20 <latest (latest: v9)>\n"


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0.0B"), (1023, "1023.0B"), (1024, "1.0KiB"), (1536, "1.5KiB"), (1048525, "1.0MiB")]
)
def test_sizes(size: int, text: str) -> None:
    assert text == human_size(size)


def test_the_header_leaves_out_what_concerns_one_run() -> None:
    text = header(["export", "-U", "--upgrade-package", "x", "-q", "-Py", "--no-hashes"])

    assert text == ("# This file was autogenerated by uv via the following command:\n#    uv export --no-hashes\n")


def test_the_preamble_lists_each_index_once() -> None:
    corp = IndexLocation(url="https://corp/simple", name="corp", explicit=True)
    locations = IndexLocations(indexes=(corp,), find_links=(IndexLocation(url="file:///l", given="./l"),))

    text, has_explicit = preamble(locations, index_url=True, find_links=True)

    assert text == ("--index-url https://pypi.org/simple\n--extra-index-url https://corp/simple\n--find-links ./l\n\n")
    assert has_explicit


def test_annotations() -> None:
    assert annotation(["a"]) == "    # via a\n"
    assert annotation(["a", "b"]) == "    # via\n    #   a\n    #   b\n"
    assert annotation([]) == ""


def test_an_empty_pylock_still_has_packages() -> None:
    assert write_pylock(Pylock()) == 'lock-version = "1.0"\ncreated-by = "uv"\npackages = []\n'
    resolution = Resolution(
        nodes=(), edges=(), requires_python=RequiresPython.from_specifiers(parse_specifiers(">=3.11"))
    )
    assert pylock_from_resolution(resolution, "/srv").requires_python == ">=3.11"
