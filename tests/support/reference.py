"""Random worlds resolved twice: by uv itself and by this resolver, to be compared byte for byte.

The world is served as a Simple API with metadata files (PEP 658), so that no wheel needs to exist. Set the environment
variable ``UV_ORACLE`` to a uv 0.12.5 executable to run the tests that use this.
"""

from __future__ import annotations

import hashlib
import http.server
import json
import os
import random
import subprocess
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.universe import LINUX, Universe, files_of, metadata_of, project, requirement

from ultraviolet.distributions.artifact import Artifact
from ultraviolet.distributions.indexes import IndexLocation, IndexLocations
from ultraviolet.distributions.listing import Listings, ProjectListing
from ultraviolet.lock.from_resolution import LockRequest, ScopedRequirements, lock_from_resolution, make_manifest
from ultraviolet.lock.model import Cutoff, Options, ScopedExclude, ScopeRow
from ultraviolet.lock.writer import write_lock
from ultraviolet.resolver import (
    BuildPolicy,
    Manifest,
    NoSolution,
    PythonRequirement,
    ResolverEnvironment,
    ResolverOptions,
    ScopedExclusion,
    ScopedOverride,
    resolve,
)
from ultraviolet.standards.conflicts import ConflictItem, Conflicts, ConflictSet
from ultraviolet.standards.markers import parse_marker
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.specifiers import parse_specifiers
from ultraviolet.standards.versions import Version, parse_version

World = dict[str, Any]
"""``packages``, and the tables of the project: see `random_world`."""

VERSIONS = ["0.9", "1.0", "1.1", "1.2", "2.0", "2.1", "3.0"]
PRERELEASES = ["1.3b1", "2.2rc1", "3.1.dev1"]
MARKERS = [
    "sys_platform == 'linux'",
    "sys_platform == 'darwin'",
    "sys_platform == 'win32'",
    "sys_platform != 'win32'",
    "python_version < '3.13'",
    "python_version >= '3.13'",
    "python_version >= '3.14'",
    "platform_machine == 'x86_64'",
    "sys_platform == 'linux' and python_version >= '3.13'",
    "sys_platform == 'linux' or python_version < '3.13'",
    "implementation_name == 'cpython'",
    "os_name == 'nt'",
    "python_version < '3.9'",
]
FIRST_DAY = 1704067200000
"""The first of January 2024."""
DAY = 86400000
PYTHONS = [None, None, None, ">=3.8", ">=3.12", ">=3.13", ">=3.14", ">=3.8,<3.13"]
WHEELS = [
    ["py3-none-any"],
    ["cp312-cp312-manylinux_2_17_x86_64", "cp313-cp313-manylinux_2_17_x86_64"],
    ["cp312-cp312-macosx_11_0_arm64", "cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64"],
    ["cp311-cp311-manylinux_2_17_x86_64"],
    ["cp39-abi3-manylinux_2_17_x86_64", "cp39-abi3-macosx_11_0_arm64"],
]


class Chance:
    """Draws for one world; `features` switches what may occur."""

    def __init__(self, seed: int) -> None:
        self.source = random.Random(seed)

    def happens(self, probability: float) -> bool:
        return self.source.random() < probability

    def specifier(self, versions: list[str]) -> str:
        version = self.source.choice(versions)
        form = self.source.choice(
            ["", "", "", ">={0}", ">={0}", "<{0}", "=={0}", "!={0}", "<={0}", ">{0}", "~={0}", "=={0}.*"]
        )
        if "*" in form:
            version = version.split(".", 1)[0]
        return form.format(version)


def random_world(seed: int) -> World:
    """Make a world and a project in it."""
    chance = Chance(seed)
    source = chance.source
    size = source.randint(3, 7)
    names = [f"p{letter}" for letter in "abcdefgh"[:size]]
    has_markers = chance.happens(0.6)
    has_pythons = chance.happens(0.4)
    has_extras = chance.happens(0.3)
    has_wheels = chance.happens(0.25)
    has_prereleases = chance.happens(0.2)
    packages: dict[str, dict[str, dict[str, Any]]] = {}
    extras_of = {name: ["x", "y"] if has_extras and chance.happens(0.5) else [] for name in names}

    def dependency(among: list[str], marker_chance: float) -> str:
        name = source.choice(among)
        pool = VERSIONS + (PRERELEASES if has_prereleases and chance.happens(0.2) else [])
        extra = f"[{source.choice(extras_of[name])}]" if extras_of[name] and chance.happens(0.4) else ""
        text = f"{name}{extra}{chance.specifier(pool)}"
        if has_markers and chance.happens(marker_chance):
            text += f" ; {source.choice(MARKERS)}"
        return text

    for name in names:
        pool = VERSIONS + (PRERELEASES if has_prereleases else [])
        texts = source.sample(pool, source.randint(1, 5))
        others = [other for other in names if other != name]
        packages[name] = {}
        for text in texts:
            entry: dict[str, Any] = {
                "requires": [dependency(others, 0.35) for _ in range(source.choice([0, 0, 1, 1, 2, 3]))]
            }
            if has_pythons:
                python = source.choice(PYTHONS)
                if python is not None:
                    entry["python"] = python
            if extras_of[name]:
                entry["extras"] = {
                    extra: [dependency(others, 0.3) for _ in range(source.choice([0, 1, 2]))]
                    for extra in extras_of[name]
                }
            if has_wheels:
                entry["wheels"] = source.choice(WHEELS)
                entry["sdist"] = chance.happens(0.3)
            if chance.happens(0.05):
                entry["yanked"] = True
            packages[name][text] = entry
    world: World = {
        "packages": packages,
        "requires": [dependency(names, 0.6) for _ in range(source.randint(1, 4))],
        "extras": {},
        "groups": {},
        "python": source.choice([">=3.12", ">=3.12", ">=3.12", ">=3.11", ">=3.12,<3.14", ">=3.9"]),
        "settings": {},
    }
    if chance.happens(0.3):
        world["extras"] = {extra: [dependency(names, 0.3) for _ in range(source.randint(1, 2))] for extra in ("m", "n")}
    if chance.happens(0.2):
        world["groups"] = {"dev": [dependency(names, 0.3) for _ in range(source.randint(1, 2))]}
    settings = world["settings"]
    if chance.happens(0.15):
        settings["constraint-dependencies"] = [dependency_without_extra(dependency(names, 0.5))]
    if chance.happens(0.1):
        settings["override-dependencies"] = [dependency_without_extra(dependency(names, 0.3))]
    if chance.happens(0.1):
        settings["resolution"] = source.choice(["lowest", "lowest-direct"])
    if chance.happens(0.1):
        settings["fork-strategy"] = "fewest"
    if chance.happens(0.1):
        settings["prerelease"] = source.choice(["allow", "disallow", "explicit"])
    if chance.happens(0.1):
        settings["environments"] = ["sys_platform == 'linux'", "sys_platform == 'darwin'"]
    if has_wheels and chance.happens(0.3):
        settings["required-environments"] = ["sys_platform == 'darwin' and platform_machine == 'arm64'"]
    if world["extras"] and chance.happens(0.5):
        settings["conflicts"] = [[{"extra": "m"}, {"extra": "n"}]]
    return world


def loosened(text: str, chance: Chance) -> str:
    """Drop the specifiers of a requirement, most of the time."""
    if chance.happens(0.15):
        return text
    head, separator, marker = text.partition(" ; ")
    for position, character in enumerate(head):
        if character in "<>=!~":
            head = head[:position]
            break
    return head + separator + marker


def dependency_without_extra(text: str) -> str:
    """Drop the extras of a requirement."""
    head, _, tail = text.partition("[")
    return head + tail.partition("]")[2] if tail else text


def rich_world(seed: int) -> World:
    """Make a world that uses the rarer settings: dates, conflicts of all kinds, exclusions, scopes, build policies."""
    world = random_world(seed)
    chance = Chance(seed + 1_000_003)
    source = chance.source
    settings, packages = world["settings"], world["packages"]
    names = sorted(packages)
    for versions in packages.values():
        for entry in versions.values():
            entry["requires"] = [loosened(text, chance) for text in entry["requires"] if chance.happens(0.7)]
            entry["extras"] = {
                extra: [loosened(text, chance) for text in texts] for extra, texts in entry.get("extras", {}).items()
            }
    world["requires"] = [loosened(text, chance) for text in world["requires"][:3]]
    if chance.happens(0.25):
        for versions in packages.values():
            for entry in versions.values():
                entry["upload-time"] = source.choice([0, 0, 0, 1, 2, 3])
        settings["exclude-newer"] = source.choice(["2024-01-03T00:00:00Z", "2024-01-02T00:00:00Z"])
        if chance.happens(0.4):
            settings["exclude-newer-package"] = {source.choice(names): source.choice(["2024-01-04T00:00:00Z", False])}
    if chance.happens(0.5):
        world["extras"] = {
            extra: [
                loosened(f"{source.choice(names)}{chance.specifier(VERSIONS)}", chance)
                + (f" ; {source.choice(MARKERS)}" if chance.happens(0.3) else "")
                for _ in range(source.randint(1, 2))
            ]
            for extra in ("m", "n", "o")
        }
        world["groups"] = {
            group: [
                loosened(f"{source.choice(names)}{chance.specifier(VERSIONS)}", chance)
                for _ in range(source.randint(1, 2))
            ]
            for group in ("dev", "docs")
        }
        items = [{"extra": "m"}, {"extra": "n"}, {"extra": "o"}, {"group": "dev"}, {"group": "docs"}]
        if chance.happens(0.2):
            items.append({"package": "project"})
        settings["conflicts"] = [
            source.sample(items, source.choice([2, 2, 3])) for _ in range(source.choice([1, 1, 2]))
        ]
    if chance.happens(0.15):
        settings["exclude-dependencies"] = [source.choice(names)]
    if chance.happens(0.15):
        package = source.choice(names)
        target: dict[str, Any] = {"name": package}
        if chance.happens(0.5):
            target["version"] = source.choice(sorted(packages[package]))
        settings.setdefault("override-dependencies", []).append(
            {"package": target, "dependencies": [f"{source.choice(names)}{chance.specifier(VERSIONS)}"]}
        )
    if chance.happens(0.15):
        package = source.choice(names)
        settings.setdefault("exclude-dependencies", []).append(
            {"package": {"name": package}, "dependencies": [source.choice(names)]}
        )
    if chance.happens(0.1):
        settings["no-build"] = True
    elif chance.happens(0.05):
        settings["no-binary-package"] = [source.choice(names)]
    if chance.happens(0.15):
        settings["required-environments"] = [source.choice(["sys_platform == 'win32'", "sys_platform == 'darwin'"])]
    return world


class WorldServer:
    """Serves worlds below their number, and keeps the caches of the reference apart from everything else."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.worlds: dict[str, World] = {}
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                status, content, kind = server.answer(self.path)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> tuple[int, bytes, str]:
        parts = path.strip("/").split("/")
        world = self.worlds.get(parts[0])
        if world is None or len(parts) < 3:
            return 404, b"", "text/plain"
        packages = world["packages"]
        if parts[1] == "simple":
            versions = packages.get(parts[2])
            if versions is None:
                return 404, b"", "text/plain"
            return (
                200,
                json.dumps(self.page(parts[0], parts[2], versions)).encode(),
                "application/vnd.pypi.simple.v1+json",
            )
        filename = parts[2].removesuffix(".metadata")
        name, version = filename.split("-")[:2]
        name = name.replace("_", "-")
        return 200, metadata_bytes(name, version, packages[name][version]), "application/octet-stream"

    def page(self, number: str, name: str, versions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        files = []
        for version, entry in versions.items():
            for artifact in self.artifacts(number, name, version, entry):
                file: dict[str, Any] = {
                    "filename": artifact.filename,
                    "url": artifact.url,
                    "hashes": {"sha256": artifact.hashes[0].partition(":")[2]},
                    "size": artifact.size,
                    "upload-time": f"2024-01-0{1 + entry.get('upload-time', 0)}T00:00:00Z",
                    "yanked": artifact.yanked,
                }
                if artifact.requires_python is not None:
                    file["requires-python"] = artifact.requires_python
                if artifact.filename.endswith(".whl"):
                    file["core-metadata"] = True
                files.append(file)
        return {
            "meta": {"api-version": "1.1"},
            "name": name,
            "versions": list(versions),
            "files": files,
        }

    def artifacts(self, number: str, name: str, version: str, entry: Mapping[str, Any]) -> list[Artifact]:
        return [
            Artifact(
                filename=artifact.filename,
                url=f"{self.url}/{number}/files/{artifact.filename}",
                hashes=("sha256:" + hashlib.sha256(artifact.filename.encode()).hexdigest(),),
                size=len(artifact.filename) * 100,
                requires_python=artifact.requires_python,
                yanked=artifact.yanked,
                upload_time=FIRST_DAY + DAY * entry.get("upload-time", 0),
            )
            for artifact in files_of(name, version, entry)
        ]

    # The two answers

    def reference(self, number: str, world: World) -> str:
        """Return the lockfile uv writes, or its explanation."""
        directory = self.directory / number
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "pyproject.toml").write_text(self.pyproject(number, world))
        (directory / "uv.lock").unlink(missing_ok=True)
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.directory),
            "UV_CACHE_DIR": str(self.directory / "cache"),
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_NO_WRAP": "1",
            "NO_COLOR": "1",
            "UV_PYTHON": os.environ.get("UV_ORACLE_PYTHON", "3.12"),
            "UV_PYTHON_INSTALL_DIR": os.environ.get("UV_PYTHON_INSTALL_DIR", ""),
        }
        done = subprocess.run(
            [os.environ["UV_ORACLE"], "lock", *os.environ.get("UV_ORACLE_ARGS", "").split()],
            cwd=directory,
            env={key: value for key, value in environment.items() if value},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return (directory / "uv.lock").read_text()
        return done.stderr

    def pyproject(self, number: str, world: World) -> str:
        lines = [
            "[project]",
            'name = "project"',
            'version = "0.1.0"',
            f"requires-python = {json.dumps(world['python'])}",
            f"dependencies = {json.dumps(world['requires'])}",
        ]
        if world["extras"]:
            lines.append("[project.optional-dependencies]")
            lines += [f"{extra} = {json.dumps(texts)}" for extra, texts in world["extras"].items()]
        if world["groups"]:
            lines.append("[dependency-groups]")
            lines += [f"{group} = {json.dumps(texts)}" for group, texts in world["groups"].items()]
        lines.append("[tool.uv]")
        for key, value in world["settings"].items():
            lines.append(f"{key} = {toml(value)}")
        lines += ["[[tool.uv.index]]", f'url = "{self.url}/{number}/simple"', "default = true"]
        return "\n".join(lines) + "\n"

    def ours(self, number: str, world: World) -> str:
        """Return the lockfile we write, or our explanation."""
        provider, manifest, options, environment, request = self.question(number, world)
        try:
            resolution = resolve(manifest, provider, options, environment)
        except NoSolution as error:
            hints = "".join(f"\nhint: {hint}" for hint in error.hints)
            return f"{error.message}\n{error.report}{hints}"
        return write_lock(lock_from_resolution(resolution, request))

    def question(
        self, number: str, world: World
    ) -> tuple[Universe, Manifest, ResolverOptions, ResolverEnvironment, LockRequest]:
        """Put the question to our resolver."""
        root = str(self.directory / number)
        index = IndexLocation(url=f"{self.url}/{number}/simple", default=True)
        settings = world["settings"]
        source, metadata, requirements = project(
            world["requires"], extras=world["extras"], groups=world["groups"], python=world["python"]
        )
        source = type(source)(path=root, virtual=True)
        requirements = [type(item)(**{**_fields(item), "source": source}) for item in requirements]
        provider = ServedUniverse(self, number, world, index)
        provider.direct[source] = metadata
        constraints = tuple(requirement(text) for text in settings.get("constraint-dependencies", ()))
        stated = settings.get("override-dependencies", ())
        overrides = tuple(requirement(text) for text in stated if isinstance(text, str))
        scoped_overrides = tuple(
            ScopedOverride(
                package=PackageName(item["package"]["name"]),
                version=_version(item["package"]),
                dependencies=tuple(map(requirement, item["dependencies"])),
            )
            for item in stated
            if not isinstance(item, str)
        )
        left_out = settings.get("exclude-dependencies", ())
        excludes = frozenset(PackageName(item) for item in left_out if isinstance(item, str))
        scoped_excludes = tuple(
            ScopedExclusion(
                package=PackageName(item["package"]["name"]),
                version=_version(item["package"]),
                dependencies=frozenset(map(PackageName, item["dependencies"])),
            )
            for item in left_out
            if not isinstance(item, str)
        )
        requires_python = RequiresPython.intersection([parse_specifiers(world["python"])])
        assert requires_python is not None
        environments = tuple(parse_marker(text) for text in settings.get("environments", ()))
        required = tuple(parse_marker(text) for text in settings.get("required-environments", ()))
        conflicts = Conflicts(
            tuple(
                ConflictSet.of(
                    ConflictItem(
                        PackageName("project"),
                        "extra" if "extra" in item else "group" if "group" in item else "project",
                        item.get("extra") or item.get("group"),
                    )
                    for item in items
                )
                for items in settings.get("conflicts", ())
            )
        )
        manifest = Manifest(
            requirements=tuple(requirements),
            constraints=constraints,
            overrides=overrides,
            scoped_overrides=scoped_overrides,
            excludes=excludes,
            scoped_excludes=scoped_excludes,
            workspace_members=frozenset({metadata.name}),
            conflicts=conflicts,
        )
        options = ResolverOptions(
            resolution=settings.get("resolution", "highest"),
            prerelease=settings.get("prerelease", "if-necessary"),
            fork_strategy=settings.get("fork-strategy", "requires-python"),
            environments=environments,
            required_environments=required,
            exclude_newer=milliseconds(settings["exclude-newer"]) if "exclude-newer" in settings else None,
            exclude_newer_packages={
                PackageName(name): False if date is False else milliseconds(date)
                for name, date in settings.get("exclude-newer-package", {}).items()
            },
            build_policy=BuildPolicy(
                no_build=settings.get("no-build", False),
                no_binary_packages=frozenset(map(PackageName, settings.get("no-binary-package", ()))),
            ),
            locations=IndexLocations(indexes=(index,)),
        )
        environment = ResolverEnvironment.universal(
            PythonRequirement.from_requires_python(parse_version(LINUX.python_full_version), requires_python),
            LINUX,
            environments,
        )
        request = LockRequest(
            root=root,
            manifest=make_manifest(
                root,
                constraints=constraints,
                overrides=(
                    *overrides,
                    *(
                        ScopedRequirements(
                            item.package, None if item.version is None else str(item.version), item.dependencies
                        )
                        for item in scoped_overrides
                    ),
                ),
                excludes=[
                    item
                    if isinstance(item, str)
                    else ScopedExclude(
                        ScopeRow(item["package"]["name"], item["package"].get("version")), tuple(item["dependencies"])
                    )
                    for item in left_out
                ],
            ),
            options=Options(
                exclude_newer=Cutoff(settings["exclude-newer"]) if "exclude-newer" in settings else None,
                exclude_newer_package={
                    name: False if date is False else Cutoff(date)
                    for name, date in settings.get("exclude-newer-package", {}).items()
                },
                **{
                    field: settings[key]
                    for key, field in (
                        ("resolution", "resolution_mode"),
                        ("prerelease", "prerelease_mode"),
                        ("fork-strategy", "fork_strategy"),
                    )
                    if key in settings
                },
            ),
            supported_environments=environments,
            required_environments=required,
            conflicts=conflicts,
        )
        return provider, manifest, options, environment, request


def _version(scope: Mapping[str, str]) -> Version | None:
    return parse_version(scope["version"]) if "version" in scope else None


def toml(value: Any) -> str:
    """Write a value as TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def milliseconds(text: str) -> int:
    """Read one of the dates of a world."""
    return FIRST_DAY + DAY * (int(text[8:10]) - 1)


def _fields(item: Any) -> dict[str, Any]:
    return {name: getattr(item, name) for name in item.__struct_fields__}


class ServedUniverse(Universe):
    """The world as it is served."""

    def __init__(self, server: WorldServer, number: str, world: World, index: IndexLocation) -> None:
        super().__init__(world["packages"])
        self._server = server
        self._number = number
        self._index = index

    def _list(self, name: PackageName, index: IndexLocation | None) -> Listings:
        versions = self.packages.get(name)
        if versions is None:
            return Listings((), "not-found")
        files = {text: self._server.artifacts(self._number, name, text, entry) for text, entry in versions.items()}
        return Listings((ProjectListing.from_files(name, self._index, files),))


def metadata_bytes(name: str, version: str, entry: Mapping[str, Any]) -> bytes:
    """Write core metadata."""
    metadata = metadata_of(name, version, entry)
    lines = ["Metadata-Version: 2.3", f"Name: {name}", f"Version: {version}"]
    if metadata.requires_python is not None:
        lines.append(f"Requires-Python: {metadata.requires_python}")
    lines += [f"Requires-Dist: {text}" for text in metadata.requires]
    lines += [f"Provides-Extra: {extra}" for extra in metadata.provides_extra]
    return ("\n".join(lines) + "\n").encode()


def normal_explanation(text: str) -> list[str]:
    """Reduce an explanation to its words: frames, indents and notices are dropped."""
    lines = []
    for raw in text.splitlines():
        line = raw.strip().lstrip("×╰─▶│").strip()
        if not line or line.startswith(("Using CPython", "warning:")):
            continue
        lines.append(line)
    return lines


def is_lock(text: str) -> bool:
    """Whether a text is a lockfile, not an explanation."""
    try:
        return "version" in tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
