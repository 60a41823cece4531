"""The scenarios of packse: fetched when they are needed, served by the test index, put to a uv executable.

A scenario names the versions of a few packages, what is asked of them, and whether that can be had. What else must come of
it (lockfiles, the wording of failures) is recorded in ``tests/live/data/packse.json``, as uv 0.12.5 answered:

    UV_ORACLE=path/to/uv python -m tests.support.packse --record    writes that file anew
    python -m tests.support.packse                                  prints a table of ours beside it

https://github.com/astral-sh/packse describes the files.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from tests.support.cli import SOURCE
from tests.support.index_server import IndexServer
from tests.support.packages import escaped, make_sdist, make_wheel, metadata_text

URL = "https://files.pythonhosted.org/packages/16/90/51404d8933506bd9554f607f5054f4715e0a5e1d34e4c6542580553e8b75/packse-0.3.59.tar.gz"
SHA256 = "718bcca5dd1e9321f5c2918d5975ffd772f0c3b150cf29b03979677a003d73d2"
RECORDED = Path(__file__).parent.parent / "live" / "data" / "packse.json"
OURS = (
    sys.executable,
    "-c",
    f"import sys; sys.path.insert(0, {str(SOURCE)!r}); from ultraviolet.__main__ import main; main()",
)

Scenario = dict[str, Any]

BACKEND = """
import base64, hashlib, os, zipfile

def build_wheel(directory, config_settings=None, metadata_directory=None):
    with open("PKG-INFO") as file:
        metadata = file.read()
    stem = {stem!r}
    wheel = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    contents = {{stem.split("-")[0] + "/__init__.py": "", stem + ".dist-info/METADATA": metadata, stem + ".dist-info/WHEEL": wheel}}
    record = stem + ".dist-info/RECORD"
    with zipfile.ZipFile(os.path.join(directory, stem + "-py3-none-any.whl"), "w") as archive:
        for path, text in contents.items():
            archive.writestr(path, text)
        archive.writestr(record, "".join(path + ",,\\n" for path in [*contents, record]))
    return stem + "-py3-none-any.whl"
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


# The files.


def fetch() -> bytes:
    """Return the archive with the scenarios; it is downloaded once and known by its hash."""
    kept = Path(tempfile.gettempdir()) / f"packse-{SHA256[:12]}.tar.gz"
    if kept.is_file():
        content = kept.read_bytes()
        if hashlib.sha256(content).hexdigest() == SHA256:
            return content
    with urllib.request.urlopen(URL, timeout=60) as answer:
        content = bytes(answer.read())
    assert hashlib.sha256(content).hexdigest() == SHA256, "the archive of packse has another hash"
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_bytes(content)
    partial.replace(kept)
    return content


def load(archive: bytes) -> dict[str, Scenario]:
    """Read all scenarios, by directory and file name: ``fork/basic``."""
    found: dict[str, Scenario] = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for member in members:
            path = member.name.partition("/scenarios/")[2]
            stem, dot, suffix = path.rpartition(".")
            file = members.extractfile(member) if dot else None
            if file is None:
                continue
            text = file.read().decode()
            read: Any
            if suffix == "toml":
                read = tomllib.loads(text)
            elif suffix == "json":
                read, stem = json.loads(text), f"{stem}-json"
            elif suffix == "yaml":
                read, stem = read_yaml(text), f"{stem}-yaml"
            else:
                continue
            for number, scenario in enumerate(read if isinstance(read, list) else [read]):
                found[f"{stem}-{number}" if number else stem] = scenario
    return dict(sorted(found.items()))


def read_yaml(text: str) -> Any:
    """Read the little of YAML that scenarios use: blocks of mappings and lists, plain scalars, also over several lines."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines() if line.strip()]

    def block(indent: int) -> Any:
        if lines[0][1].startswith("- "):
            items = []
            while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
                rest = lines[0][1][2:]
                if re.match(r"[\w.-]+:( |$)", rest):
                    lines[0] = (indent + 2, rest)
                    items.append(block(indent + 2))
                else:
                    lines.pop(0)
                    items.append(rest)
            return items
        mapping: dict[str, Any] = {}
        while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
            key, _, value = lines.pop(0)[1].partition(":")
            mapping[key] = scalar(value.strip()) if value else nested(indent)
        return mapping

    def nested(indent: int) -> Any:
        inner = lines[0][0]
        if lines[0][1].startswith("- ") or re.match(r"[\w.-]+:( |$)", lines[0][1]):
            return block(inner)
        words = []
        while lines and lines[0][0] > indent:
            words.append(lines.pop(0)[1])
        return " ".join(words)

    def scalar(value: str) -> Any:
        return {"true": True, "false": False, "{}": {}}.get(value, value)

    return block(0)


def packages(scenario: Scenario) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return name, version and metadata of all that is offered, defaults filled in."""
    default = {
        "requires_python": ">=3.12", "requires": [], "extras": {}, "sdist": True, "wheel": True, "yanked": False,
        "wheel_tags": [],
    }  # fmt: skip
    for name, package in scenario["packages"].items():
        for version, metadata in package["versions"].items():
            yield name, version, default | metadata


def offer(server: IndexServer, scenario: Scenario) -> None:
    """Build the archives of a scenario and let the index offer them."""
    for name, version, metadata in packages(scenario):
        python = metadata["requires_python"]
        requires = list(metadata["requires"])
        for extra, items in metadata["extras"].items():
            for item in items:
                text, _, marker = item.partition(";")
                condition = f"extra == '{extra}'" if not marker else f"({marker.strip()}) and extra == '{extra}'"
                requires.append(f"{text.strip()} ; {condition}")
        about: dict[str, Any] = {"requires": requires, "requires_python": python, "extras": list(metadata["extras"])}
        built = []
        if metadata["wheel"]:
            built += [
                make_wheel(name, version, tags=tags, **about) for tags in metadata["wheel_tags"] or ["py3-none-any"]
            ]
        if metadata["sdist"]:
            backend = BACKEND.format(stem=f"{escaped(name)}-{version}")
            text = metadata_text(name, version, **about)
            built.append(make_sdist(name, version, pyproject=PYPROJECT, pkg_info=text, files={"backend.py": backend}))
        for file in built:
            server.add(file, requires_python=python, yanked=metadata["yanked"])


# The commands.


def find_interpreter(version: str, *, exact: bool) -> str | None:
    """Find a Python of a version; unless ``exact``, the minor version is enough."""
    minor = ".".join(version.split(".")[:2])
    pattern = version if exact else minor
    below = sorted(Path("~/.pyenv/versions").expanduser().glob(f"{pattern}*/bin/python{minor}"))
    found = [str(path) for path in below if path.parts[-3] == pattern or path.parts[-3].startswith(f"{pattern}.")]
    on_path = shutil.which(f"python{minor}")
    if on_path and not (exact and version.count(".") > 1):
        found.append(on_path)
    return found[0] if found else None


class Site:
    """One scenario, its index, and a directory to run commands in."""

    def __init__(self, scenario: Scenario, directory: Path) -> None:
        self.scenario = scenario
        self.directory = directory
        self.options: dict[str, Any] = scenario.get("resolver_options", {})
        self.requires: list[str] = scenario["root"].get("requires", [])
        environment: dict[str, Any] = scenario.get("environment", {})
        wanted = environment.get("python", "3.12")
        exact = wanted.count(".") > 1 and "python" not in self.options
        self.interpreters = [
            find_interpreter(version, exact=exact) for version in (wanted, *environment.get("additional_python", []))
        ]
        self.server = IndexServer()

    def __enter__(self) -> Self:
        self.server.__enter__()
        offer(self.server, self.scenario)
        binaries = self.directory / "bin"
        binaries.mkdir()
        for path in self.interpreters:
            assert path is not None
            (binaries / Path(path).name).symlink_to(path)
        return self

    def __exit__(self, *details: object) -> None:
        del details
        self.server.__exit__(None, None, None)

    @property
    def commands(self) -> list[str]:
        """Which commands this scenario is put to."""
        target = "python" in self.options
        return [
            "pip compile",
            *([] if target else ["lock"]),
            *([] if target or self.options.get("universal") else ["pip install"]),
        ]

    @property
    def decided(self) -> str:
        """The command that the file's own expectation is about."""
        if self.options.get("universal"):
            return "lock"
        return "pip compile" if "python" in self.options else "pip install"

    def run(self, program: Sequence[str], command: str) -> dict[str, Any]:
        """Run a command; return exit code, what it printed, and what it made."""
        directory = self.directory / "work"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        if command == "lock":
            (directory / "pyproject.toml").write_text(self.manifest())
            return self._outcome(self._start(program, ["lock"], directory), directory / "uv.lock")
        self._start(program, ["venv", "-q", "--python", str(self.interpreters[0])], directory)
        (directory / "requirements.in").write_text("\n".join(self.requires) + "\n")
        if command == "pip compile":
            words = ["pip", "compile", "requirements.in", "--no-header", *self.arguments()]
            words += ["--universal"] if self.options.get("universal") else []
            words += ["--python-version", self.options["python"]] if "python" in self.options else []
            return self._outcome(self._start(program, words, directory), None)
        outcome = self._outcome(
            self._start(program, ["pip", "install", *self.requires, *self.arguments()], directory), None
        )
        site = directory / ".venv" / "lib"
        found = [path.name.removesuffix(".dist-info").split("-") for path in site.glob("*/site-packages/*.dist-info")]
        outcome["installed"] = {name.replace("_", "-"): version for name, version in sorted(found)}
        return outcome

    def arguments(self) -> list[str]:
        words = ["--prerelease", "allow"] if self.options.get("prereleases") else []
        for name in self.options.get("no_build", []):
            words += ["--only-binary", name]
        for name in self.options.get("no_binary", []):
            words += ["--no-binary", name]
        if "python_platform" in self.options:
            words += ["--python-platform", self.options["python_platform"]]
        return words

    def manifest(self) -> str:
        """Write the project that asks what the scenario asks."""
        python = self.scenario["root"].get("requires_python", ">=3.12")
        lines = ["[project]", 'name = "project"', 'version = "0.1.0"', f"dependencies = {json.dumps(self.requires)}"]
        lines += [f'requires-python = "{python}"'] if python else []
        lines.append("[tool.uv]")
        lines += ['prerelease = "allow"'] if self.options.get("prereleases") else []
        for option, key in (
            ("no_build", "no-build-package"),
            ("no_binary", "no-binary-package"),
            ("required_environments", "required-environments"),
        ):
            if self.options.get(option):
                lines.append(f"{key} = {json.dumps(self.options[option])}")
        return "\n".join(lines) + "\n"

    def _start(self, program: Sequence[str], words: Sequence[str], directory: Path) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.directory / 'bin'}:/usr/bin:/bin" if words[0] == "venv" else str(self.directory / "bin"),
            "HOME": str(self.directory),
            "UV_CACHE_DIR": str(self.directory / ("cache-" + hashlib.sha256(program[0].encode()).hexdigest()[:8])),
            "UV_DEFAULT_INDEX": self.server.index_url,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_WRAP": "1",
            "NO_COLOR": "1",
        }
        if words[0] == "lock":
            environment["UV_PYTHON"] = str(self.interpreters[0])
        return subprocess.run(
            [*program, *words], cwd=directory, env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def _outcome(self, done: subprocess.CompletedProcess[str], made: Path | None) -> dict[str, Any]:
        outcome: dict[str, Any] = {
            "exit": done.returncode,
            "stdout": self._plain(done.stdout),
            "stderr": self._plain(done.stderr),
        }
        if made is not None and made.is_file():
            outcome["lock"] = self._plain(made.read_text())
        return {key: value for key, value in outcome.items() if value or key == "exit"}

    def _plain(self, text: str) -> str:
        """Drop what depends on this machine."""
        text = text.replace(self.server.url, "http://index").replace(str(self.directory), "[DIRECTORY]")
        text = re.sub(r"\bin (\d+m )?\d+(\.\d+)?m?s\b", "in [TIME]", text)
        text = re.sub(r"^Using (CPython|Python) .*\n", "", text, flags=re.MULTILINE)
        for path in self.interpreters:
            version = Path(str(path)).resolve().parts[-3]
            if version.count(".") == 2:
                text = re.sub(rf"(?<![\d.]){re.escape(version)}(?![\d.])", "[PYTHON]", text)
        return text


def expected_of(scenario: Scenario) -> tuple[bool, dict[str, str]]:
    """Return whether a scenario can be satisfied, and with what."""
    expected: Mapping[str, Any] = scenario["expected"]
    return expected["satisfiable"], dict(expected.get("packages", {}))


def read_record() -> dict[str, dict[str, Any]]:
    """Read what uv answered to each scenario, for each command."""
    recorded: dict[str, dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return recorded


def main() -> None:
    """See the module."""
    recording = "--record" in sys.argv
    program = (os.environ["UV_ORACLE"],) if recording else tuple(os.environ.get("UV_UNDER_TEST", "").split()) or OURS
    recorded = {} if recording else read_record()
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    for name, scenario in load(fetch()).items():
        with tempfile.TemporaryDirectory() as scratch:
            site = Site(scenario, Path(scratch).resolve())
            if None in site.interpreters:
                print(f"no Python for {name}", file=sys.stderr)
                continue
            with site:
                for command in site.commands:
                    outcome = site.run(program, command)
                    if recording:
                        recorded.setdefault(name, {})[command] = outcome
                    group = (name.split("/", 1)[0], command)
                    total[group] += 1
                    if outcome == recorded.get(name, {}).get(command):
                        right[group] += 1
                    else:
                        print(f"{name}, {command}", file=sys.stderr)
                    satisfiable, wanted = expected_of(scenario)
                    if command == site.decided and (outcome["exit"] == 0) is not satisfiable:
                        print(f"{name}, {command}: satisfiable is {satisfiable}", file=sys.stderr)
                    if command == "pip install" and outcome["exit"] == 0 and wanted and outcome["installed"] != wanted:
                        print(f"{name}, {command}: {outcome['installed']} instead of {wanted}", file=sys.stderr)
    if recording:
        RECORDED.write_text(json.dumps(recorded, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for group in sorted(total):
        print(f"{group[0]:24}{group[1]:14}{right[group]:4} of {total[group]:4}")
    print(f"{'all':38}{right.total():4} of {total.total():4}")


if __name__ == "__main__":
    main()
