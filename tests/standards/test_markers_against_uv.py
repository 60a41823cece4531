"""Random markers through uv itself: what it writes to `uv.lock` is what we write.

Runs only when `UV_ORACLE` names a uv 0.12.5 binary; `UV_ORACLE_SEED` and `UV_ORACLE_COUNT` choose the markers. The
spelling of versions (`3.9` or `3.9.0`) depends on what a process met first, so markers of one lockfile use plain
spellings, and a second, smaller test gives markers with all spellings a process each.
"""

from __future__ import annotations

import importlib
import os
import random
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.standards.errors import InvalidSpecifier
from ultraviolet.standards.markers import TRUE, Marker, parse_marker
from ultraviolet.standards.markers.universal import UNIVERSAL_TRUE, UniversalMarker, edge_marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import parse_version

ORACLE = os.environ.get("UV_ORACLE", "")
SEED = int(os.environ.get("UV_ORACLE_SEED", "0"))
COUNT = int(os.environ.get("UV_ORACLE_COUNT", "200"))

pytestmark = pytest.mark.skipif(not ORACLE, reason="UV_ORACLE names no uv binary")

PLAIN = ["3.7", "3.8", "3.9", "3.9.2", "3.10", "3.11", "3.11.4", "3.12", "3.13"]
SPELLED = [
    *PLAIN,
    "3",
    "4",
    "3.0",
    "3.9.0",
    "3.10.0",
    "3.11.0.0",
    "v3.12",
    "3.12rc1",
    "3.9.1+local",
    "3.12.post1",
    "1!3.9",
]
STRINGS = {
    "os_name": ["nt", "posix", "java"],
    "sys_platform": ["win32", "linux", "darwin", "ios", "cygwin", "android", "freebsd13"],
    "platform_system": ["Windows", "Linux", "Darwin", "FreeBSD", "iOS", "Java", "AIX"],
    "platform_machine": ["x86_64", "arm64", "AMD64"],
    "platform_python_implementation": ["CPython", "PyPy"],
    "implementation_name": ["cpython", "pypy"],
    "platform_release": ["5", "6", "60"],
    "platform_version": ["a", "b"],
}


def comparison(pick: random.Random, versions: list[str], *, extras: bool) -> str:
    roll = pick.random()
    quote = pick.choice("'\"")

    def quoted(value: str) -> str:
        return f"{quote}{value}{quote}"

    if roll < 0.4:
        key = pick.choice(["python_version"] * 3 + ["python_full_version"] * 2 + ["implementation_version"])
        operator = pick.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "in", "not in", "==.*", "!=.*"])
        version = pick.choice(versions)
        if operator.endswith("in"):
            # A local version in a list makes uv panic when it writes the marker.
            listed = " ".join(pick.choice(versions).split("+")[0] for _ in range(pick.randint(0, 3)))
            return f"{key} {operator} {quoted(listed)}"
        if operator.endswith(".*"):
            return f"{key} {operator[:2]} {quoted(version + '.*')}"
        if pick.random() < 0.15:
            return f"{quoted(version)} {operator} {key}"
        return f"{key} {operator} {quoted(version)}"
    if extras and roll < 0.5:
        name = pick.choice(["x", "y", "Z_z", "bad-"])
        match pick.randint(0, 3):
            case 0:
                return f"{quoted(name)} {pick.choice(['in', 'not in'])} extras"
            case 1:
                return f"{quoted(name)} {pick.choice(['in', 'not in'])} dependency_groups"
            case _:
                return f"extra {pick.choice(['==', '!='])} {quoted(name)}"
    key = pick.choice([*STRINGS, "os_name", "sys_platform", "sys_platform", "platform_system"])
    value = pick.choice(STRINGS[key])
    roll = pick.random()
    if roll < 0.08:
        return f"{key} {pick.choice(['in', 'not in'])} {quoted(value)}"
    if roll < 0.16:
        return f"{quoted(value[:2])} {pick.choice(['in', 'not in'])} {key}"
    if roll < 0.3:
        return f"{key} {pick.choice(['<', '<=', '>', '>=', '~='])} {quoted(value)}"
    return f"{key} {pick.choice(['==', '!='])} {quoted(value)}"


def nested(pick: random.Random, depth: int, versions: list[str], *, extras: bool) -> str:
    if depth == 0 or pick.random() < 0.15:
        return comparison(pick, versions, extras=extras)
    joiner = pick.choice([" and ", " or "])
    parts = [nested(pick, depth - 1, versions, extras=extras) for _ in range(pick.randint(2, 3))]
    return joiner.join(f"({part})" if " and " in part or " or " in part else part for part in parts)


def markers(seed: int, number: int, versions: list[str], *, extras: bool) -> list[str]:
    pick = random.Random(seed)
    return [nested(pick, pick.choice([1, 1, 2, 2, 3]), versions, extras=extras) for _ in range(number)]


def write_wheel(folder: Path, name: str) -> None:
    info = f"{name}-1.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")


def toml_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def lock(folder: Path, pyproject: str) -> dict[str, Any]:
    """Lock a project with uv; each group asks for a wheel of its own, so that nothing forks."""
    (folder / "links").mkdir(parents=True, exist_ok=True)
    for index in range(pyproject.count("\ng")):
        write_wheel(folder / "links", f"a{index}")
    (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    done = subprocess.run(
        [ORACLE, "lock", "--offline", "--no-index", "--find-links", "links", "--python", sys.executable],
        cwd=folder,
        env={"HOME": str(folder), "PATH": os.environ["PATH"], "UV_CACHE_DIR": str(folder / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return tomllib.loads((folder / "uv.lock").read_text(encoding="utf-8"))


def project(requires_python: str, constraints: list[str], groups: list[str], environments: list[str]) -> str:
    lines = ["[project]", 'name = "proj"', 'version = "1.0"', f"requires-python = {toml_string(requires_python)}"]
    lines.append("[tool.uv]")
    if environments:
        lines.append(f"environments = [{', '.join(map(toml_string, environments))}]")
    listed = ", ".join(toml_string(f"zz ; {marker}") for marker in constraints)
    lines.append(f"constraint-dependencies = [{listed}]")
    lines.append("[dependency-groups]")
    lines += [f"g{index} = [{toml_string(f'a{index} ; {marker}')}]" for index, marker in enumerate(groups)]
    return "\n".join(lines) + "\n"


def compare(wanted: list[Any], found: list[Any], labels: list[str]) -> None:
    different = [
        f"{label}\n  uv   {want}\n  ours {ours}"
        for label, want, ours in zip(labels, wanted, found, strict=True)
        if want != ours
    ]
    if different:
        pytest.fail("\n".join([f"{len(different)} of {len(labels)} differ", *different])[:20_000], pytrace=False)


class TestOneLock:
    @pytest.mark.parametrize("seed", range(SEED, SEED + 2))
    def test_constraints_are_normalised_and_sorted(self, tmp_path: Path, seed: int) -> None:
        texts = markers(seed, COUNT, PLAIN, extras=True)
        data = lock(tmp_path, project(">=3.9", texts, [], []))
        written = [row.get("marker") for row in data["manifest"]["constraints"]]
        parsed: list[Marker] = sorted(set(map(parse_marker, texts)), key=lambda marker: marker.sort_key)
        ours = [marker.to_string() for marker in parsed]
        assert len(ours) == len(written)
        compare(written, ours, [str(position) for position in range(len(ours))])

    @pytest.mark.parametrize(
        ("offset", "requires_python", "environments"),
        [
            (0, ">=3.9", []),
            (1, ">=3.8,<3.13", []),
            (2, "==3.11.*", []),
            (3, "<3.12", []),
            (4, ">3.9.1", []),
            (5, ">=3.9", ["sys_platform == 'win32'", "sys_platform == 'linux'"]),
            (6, ">=3.9", ["python_version < '3.12' and sys_platform == 'darwin'", "python_version >= '3.12'"]),
            (7, ">=3.9,<3.13", ["os_name == 'posix' or platform_machine == 'arm64'"]),
        ],
    )
    def test_edges(self, tmp_path: Path, offset: int, requires_python: str, environments: list[str]) -> None:
        texts = markers(1000 + SEED * 10 + offset, COUNT // 4, PLAIN, extras=False)
        value = RequiresPython.from_text(requires_python)
        normal, edges, ours = [], [], []
        for text in texts:
            data = lock(tmp_path, project(requires_python, [], [text], environments))
            (root,) = (package for package in data["package"] if package["name"] == "proj")
            normal.append(root["metadata"]["requires-dev"]["g0"][0].get("marker"))
            rows = root.get("dev-dependencies", {}).get("g0")
            edges.append("absent" if rows is None else rows[0].get("marker"))
            marker = parse_marker(text)
            forks = fork_markers(value, marker, environments, data.get("resolution-markers", []))
            ours.append(expected_edge(value, marker, forks))
            (tmp_path / "uv.lock").unlink()
        compare(normal, [parse_marker(text).to_string() for text in texts], texts)
        compare(edges, ours, texts)


def fork_markers(value: RequiresPython, marker: Marker, environments: list[str], written: list[str]) -> list[Marker]:
    """Recover the forks from their text: parsing it again would lose parts that no platform satisfies."""
    known: dict[str | None, Marker] = {}
    for text in environments or [""]:
        whole = parse_marker(text) if text else TRUE
        for fork in (whole, whole & marker, whole & ~marker):
            known.setdefault(value.simplify(fork).to_string(), fork)
    return [known[text] if text in known else value.complexify(parse_marker(text)) for text in written]


def expected_edge(value: RequiresPython, marker: Marker, forks: list[Marker]) -> str | None:
    """Return what the lockfile says of a dependency of the root, given the forks of the resolution."""
    union = value.to_marker()
    for index, fork in enumerate(forks):
        union = union | fork if index else fork
    environment = value.simplify(union)
    reaching = [fork for fork in forks or [value.to_marker()] if not fork.is_disjoint(marker)]
    if value.to_marker().is_disjoint(marker) or not reaching:
        return "absent"
    weight = marker
    for index, fork in enumerate(reaching if forks else []):
        weight = weight | marker & fork if index else marker & fork
    edge = edge_marker(value, environment, UNIVERSAL_TRUE, UniversalMarker.of(weight))
    return edge.restrict(environment).to_string()


def test_spelling_of_versions_in_a_process_of_its_own(tmp_path: Path) -> None:
    failures = []
    for index, text in enumerate(markers(5000 + SEED, COUNT // 2, SPELLED, extras=True)):
        data = lock(tmp_path, project(">=3.9", [text], [], []))
        written = data["manifest"]["constraints"][0].get("marker")
        (tmp_path / "uv.lock").unlink()
        for name in list(sys.modules):
            if name.startswith("ultraviolet.standards.markers"):
                del sys.modules[name]
        ours = importlib.import_module("ultraviolet.standards.markers").parse_marker(text).to_string()
        if ours != written:
            failures.append(f"{index} {text}\n  uv   {written}\n  ours {ours}")
    assert not failures, "\n".join(failures)


def test_requires_python_is_written_the_same(tmp_path: Path) -> None:
    pick = random.Random(9000 + SEED)
    this = parse_version(".".join(map(str, sys.version_info[:3])))
    wanted: list[str] = []
    found: list[str] = []
    labels: list[str] = []
    while len(labels) < COUNT // 2:
        text = ",".join(
            pick.choice(["==", "!=", "<", "<=", ">", ">=", "~=", "!=", "!="])
            + pick.choice(["3", "3.0", "3.8", "3.9.0", "3.10", "3.11", "3.11.4", "3.12", "3.12.0", "3.13rc1", "4"])
            + pick.choice(["", "", ".*"])
            for _ in range(pick.randint(1, 5))
        )
        try:
            value = RequiresPython.intersection([parse_specifiers(text)])
        except InvalidSpecifier:
            continue
        if value is None or not value.contains(this):
            continue
        data = lock(tmp_path, project(text, [], [], []))
        (tmp_path / "uv.lock").unlink()
        wanted.append(data["requires-python"])
        found.append(value.text())
        labels.append(text)
    compare(wanted, found, labels)
