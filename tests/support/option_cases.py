"""Cases of ``tests/cli/data/pip_options.toml``: places that are made alike, and what a command does in them."""

from __future__ import annotations

import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.support.cli import FILTERS, Filter, run_cli
from tests.support.environments import linked_interpreter, make_environment, running_interpreter
from tests.support.index_server import IndexServer
from tests.support.packages import BuiltFile, make_sdist, make_wheel

from ultraviolet.cache.layout import Cache
from ultraviolet.environment.create import base_python, remember_environment
from ultraviolet.environment.value import Environment
from ultraviolet.python.probe import Prober

DATA = Path(__file__).parent.parent / "cli" / "data" / "pip_options.toml"

_OLD_SEEDS = ("setuptools", "wheel")
"""Seeds of environments before Python 3.12; they are left out of what is recorded."""

BACKEND = """
import base64, hashlib, json, os, zipfile
def _seen(settings):
    try:
        import helper
        version = helper.__version__
    except ImportError:
        version = "none"
    return {"settings": settings or {}, "helper": version}
def _metadata(settings):
    seen = _seen(settings)
    lines = ["Metadata-Version: 2.1", f"Name: {NAME}", f"Version: {VERSION}"]
    if "lib" in seen["settings"]:
        lines.append("Requires-Dist: lib==" + seen["settings"]["lib"])
    if seen["helper"] != "none" and NAME == "source":
        lines.append("Requires-Dist: lib<=" + seen["helper"])
    return "\\n".join(lines) + "\\n"
def _wheel(directory, settings, files):
    info = f"{NAME}-{VERSION}.dist-info"
    files[f"{info}/METADATA"] = _metadata(settings)
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: x\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}\\n")
    files[f"{info}/RECORD"] = "".join(rows) + f"{info}/RECORD,,\\n"
    name = f"{NAME}-{VERSION}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return name
def prepare_metadata_for_build_wheel(directory, config_settings=None):
    info = f"{NAME}-{VERSION}.dist-info"
    os.makedirs(os.path.join(directory, info))
    with open(os.path.join(directory, info, "METADATA"), "w") as file:
        file.write(_metadata(config_settings))
    return info
def build_wheel(directory, config_settings=None, metadata_directory=None):
    return _wheel(directory, config_settings, {
        f"{NAME}/__init__.py": "", f"{NAME}/seen.json": json.dumps(_seen(config_settings), sort_keys=True) + "\\n"})
def build_editable(directory, config_settings=None, metadata_directory=None):
    return _wheel(directory, config_settings, {f"{NAME}.pth": os.getcwd() + "\\n"})
"""


def _project(name: str, version: str, requires: str) -> dict[str, str]:
    """Return the files of a source tree with a backend of its own."""
    return {
        "pyproject.toml": f'[build-system]\nrequires = [{requires}]\nbuild-backend = "backend"\nbackend-path = ["."]\n',
        "backend.py": f"NAME = {name!r}\nVERSION = {version!r}\n" + BACKEND,
    }


def _sdist(name: str, version: str, requires: str) -> BuiltFile:
    files = _project(name, version, requires)
    return make_sdist(name, version, pyproject="", files=files, pkg_info=False)


class Case:
    """One row of the data, for one command."""

    def __init__(self, row: Mapping[str, Any], command: str, commands: Mapping[str, str]) -> None:
        own = row.get("per", {}).get(command, {})
        merged = {**row, **own}
        self.options: list[str] = row["options"]
        self.command = command
        self.line: str = row.get(command, commands[command])
        self.base: str = merged.get("base", "")
        self.words: str = merged.get("words", " ".join(self.options))
        self.files: dict[str, str] = merged.get("files", {})
        self.setup: list[str] = merged.get("setup", [])
        self.publish: list[str] = merged.get("publish", [])
        self.shows: list[str] = merged.get("shows", [])
        self.hides: list[str] = merged.get("hides", [])
        self.environ: dict[str, str] = merged.get("env", {})
        self.details: bool = merged.get("details", False)
        self.system: bool = merged.get("system", False)
        self.reason: str | None = own.get("reason")

    @property
    def name(self) -> str:
        """The case as tests and snapshots call it."""
        return f"{self.options[0].lstrip('-')}-{self.command}"

    @property
    def ground(self) -> str:
        """All that matters when the command runs without the options; several cases of a command stand on one ground."""
        facts = (self.line, self.base, self.files, self.setup, self.publish, self.shows, self.hides, self.environ)
        return repr((*facts, self.details, self.system))


@functools.cache
def _data() -> dict[str, Any]:
    return tomllib.loads(DATA.read_text(encoding="utf-8"))


def read_cases() -> list[Case]:
    """Return every case for every command it names."""
    data = _data()
    return [Case(row, command, data["commands"]) for row in data["case"] for command in row["commands"].split()]


class Market:
    """The four indexes of every place. They are started once, and hold the same again at the beginning of each case."""

    def __init__(self) -> None:
        self.main = IndexServer(cache_control="max-age=600")
        self.other = IndexServer()
        self.older = IndexServer()
        self.locked = IndexServer(login=("user", "secret"))
        self._fill()
        self._offered = [dict(server.files) for server in self._servers]
        self.local_wheels = [make_wheel(name, "5.0") for name in ("lib", "pip", *_OLD_SEEDS)]
        """Of a directory for ``--find-links``."""

    def __enter__(self) -> Self:
        for server in self._servers:
            server.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        for server in self._servers:
            server.__exit__(None, None, None)

    @property
    def _servers(self) -> tuple[IndexServer, ...]:
        return self.main, self.other, self.older, self.locked

    def tidy(self) -> None:
        """Offer what is offered at first."""
        for server, offered in zip(self._servers, self._offered, strict=True):
            server.files = dict(offered)

    def _fill(self) -> None:
        add = self.main.add
        add(make_wheel("lib", "1.0"))
        add(make_wheel("lib", "1.1"), upload_time="2024-02-01T00:00:00Z")
        add(make_wheel("lib", "2.0"), upload_time="2024-06-01T00:00:00Z")
        add(make_wheel("lib", "3.0rc1"), upload_time="2024-07-01T00:00:00Z")
        add(make_wheel("app", "1.0", requires=["lib<2"]))
        scripts = {"console_scripts": {"app": "app:main"}}
        more = ["lib>=1", "extra-lib; extra == 'more'"]
        add(make_wheel("app", "2.0", requires=more, extras=["more"], entry_points=scripts))
        add(make_wheel("extra-lib", "0.1"))
        add(make_wheel("diamond", "1.0", requires=["app", "middle"]))
        add(make_wheel("middle", "1.0", requires=["app"]))
        add(make_wheel("helper", "1.0"))
        add(make_wheel("helper", "2.0"))
        add(make_wheel("modern", "1.0"), requires_python=">=3.8")
        add(make_wheel("modern", "2.0", requires_python=">=3.10"), requires_python=">=3.10")
        add(make_wheel("windows-only", "1.0", requires=["lib; sys_platform == 'win32'"]))
        add(make_wheel("native", "1.0", tags="py3-none-manylinux_2_17_x86_64.manylinux_2_17_aarch64"))
        for name in ("pip", *_OLD_SEEDS):
            add(make_wheel(name, "1.0"))
            add(make_wheel(name, "2.0"), upload_time="2024-06-01T00:00:00Z")
        add(make_wheel("torch", "1.0"))
        add(make_wheel("both", "1.0"))
        add(_sdist("both", "0.9", ""))
        add(_sdist("source", "1.0", '"helper"'))
        for name in ("lib", "pip", *_OLD_SEEDS):
            self.other.add(make_wheel(name, "9.0"))
            self.older.add(make_wheel(name, "1.5"))
            self.locked.add(make_wheel(name, "7.0"))


class Place:
    """A directory with an environment and a few wheels, and what the market has."""

    def __init__(self, root: Path, case: Case, market: Market, program: str | None) -> None:
        self.root = Path(os.path.realpath(root))
        self.case = case
        self.program = program
        self.work = self.root / "desk"
        self.work.mkdir(parents=True)
        self.market = market
        market.tidy()
        wheels = self.work / "wheels"
        wheels.mkdir()
        for wheel in market.local_wheels:
            (wheels / wheel.filename).write_bytes(wheel.content)
        for name, text in _project("tree", "1.0", "").items():
            self.write(f"tree/{name}", text)
        for name, text in {**_data()["files"], **case.files}.items():
            self.write(name, text)
        environment = make_environment(str(self.work / ".venv"))
        self.site = Path(environment.scheme.purelib)
        self._programs(environment)

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def _programs(self, environment: Environment) -> None:
        """Put a Python and a keyring on the path; our own cache knows both interpreters already, which is quicker."""
        programs = self.root / "bin"
        programs.mkdir()
        base = Path(base_python(running_interpreter()))
        records = Cache(str(self.root / "cache")).bucket("interpreter") if self.program is None else None
        prober = Prober(records, environ={}, cwd=str(self.work))
        remember_environment(prober, environment)
        if self.case.system:
            self._system_python(base)
        else:
            (programs / "python3").symlink_to(base)
            prober.remember(linked_interpreter(str(programs / "python3")), str(programs / "python3"))
        keyring = programs / "keyring"
        keyring.write_text("#!/bin/sh\necho secret\n")
        keyring.chmod(0o755)

    def _system_python(self, base: Path) -> None:
        """Make an interpreter that looks like one of the operating system: its own prefix, managed externally."""
        minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        real = Path(os.path.realpath(base))
        shutil.copy2(real, self.root / "bin" / "python3")
        library = self.root / "lib"
        (library / minor / "site-packages").mkdir(parents=True)
        for entry in (real.parent.parent / "lib" / minor).iterdir():
            if entry.name not in {"site-packages", "__pycache__", "EXTERNALLY-MANAGED"}:
                (library / minor / entry.name).symlink_to(entry)
        for entry in (real.parent.parent / "lib").glob("libpython*"):
            (library / entry.name).symlink_to(entry)
        (library / minor / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=Use the package manager.\n")

    def filled(self, text: str) -> str:
        """Name the indexes in a text."""
        names = {
            "[OTHER]": self.market.other.index_url,
            "[OLDER]": self.market.older.index_url,
            "[LOCKED]": self.market.locked.index_url.replace("http://", "http://user@"),
            "[LOCKED-FILE]": f"lib@{self.market.locked.address}/files/lib-7.0-py3-none-any.whl",
        }
        for name, url in names.items():
            text = text.replace(name, url)
        return text

    def words_of(self, line: str) -> list[str]:
        """Split a command line, and name the indexes."""
        return shlex.split(self.filled(line))

    def run(self, line: str, *, environ: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Run a command line."""
        words = self.words_of(line)
        variables = {
            "HOME": str(self.root / "home"),
            "SHELL": "/bin/bash",
            "PATH": f"{self.root / 'bin'}:/usr/bin:/bin",
            "XDG_CONFIG_DIRS": str(self.root / "none"),
            "UV_CACHE_DIR": str(self.root / "cache"),
            "UV_INDEX_URL": self.market.main.index_url,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_PYTHON_SEARCH_PATH": str(self.root / "bin"),
            "UV_HTTP_RETRIES": "0",
            "UV_NO_WRAP": "1",
            "TMPDIR": str(self.root),
            "NO_COLOR": "1",
            "RUST_LOG": "uv=debug",
            **(environ or {}),
        }
        if "-v" not in words:
            del variables["RUST_LOG"]
        if self.program is None:
            outcome = run_cli(*words, cwd=self.work, env=variables)
            return outcome.exit_code, outcome.stdout, outcome.stderr
        done = subprocess.run(
            [self.program, *words], cwd=self.work, env=variables, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout, done.stderr

    # What is recorded

    def record(self, *, chosen: bool, variables: Mapping[str, str] | None = None) -> str:
        """Set the place up, run the command with or without the options, and tell what happened.

        :param variables: what stands in for the options.
        """
        case = self.case
        for line in case.setup:
            code, _, stderr = self.run(line)
            assert code == 0, f"{line}\n{stderr}"
        for text in case.publish:
            name, _, version = text.partition(" ")
            self.market.main.add(make_wheel(name, version), upload_time="2024-08-01T00:00:00Z")
        before = self._tree()
        line = " ".join(part for part in (case.line, case.base, case.words if chosen else "") if part)
        environ = {name: value.replace("[CLOSED]", "http://127.0.0.1:9") for name, value in case.environ.items()}
        environ.update({name: self.words_of(value)[0] for name, value in (variables or {}).items()})
        code, stdout, stderr = self.run(line, environ=environ)
        text = f"$ uv {line}\nexit code: {code}\n"
        for name, content in (("stdout", stdout), ("stderr", stderr)):
            kept = "".join(row for row in content.splitlines(keepends=True) if not self._is_hidden(row))
            if kept:
                text += f"----- {name} -----\n{kept}"
        after = self._tree()
        text += "".join(f"- {path}\n" for path in sorted(before.keys() - after.keys()))
        text += "".join(f"+ {path}{after[path]}\n" for path in sorted(after.keys() - before.keys()))
        for path in case.shows:
            file = Path(path.replace("[SITE]", str(self.site)))
            file = file if file.is_absolute() else self.work / file
            content = file.read_text(encoding="utf-8") if file.is_file() else "(missing)"
            text += f"# {path}\n{content.rstrip()}\n"
        return self._filtered(text)

    def _is_hidden(self, row: str) -> bool:
        return any(re.fullmatch(pattern, row.rstrip("\n")) for pattern in self.case.hides)

    def _tree(self) -> dict[str, str]:
        """Return {path: how it is linked}: of environments the distributions and scripts, unless details are wanted."""
        found: dict[str, str] = {}
        for top in (self.work, self.root / "lib", self.root / "bin"):
            for directory, names, files in os.walk(top):
                names[:] = sorted(
                    name for name in names if name not in {"wheels", ".ultraviolet"} and not os.path.islink(name)
                )
                for name in [*names, *files]:
                    path = os.path.join(directory, name)
                    if self._counts(os.path.relpath(path, self.root), is_directory=name in names):
                        facts = os.lstat(path)
                        is_shared = self.case.details and name in files and facts.st_nlink > 1
                        found[os.path.relpath(path, self.work)] = " (shared)" if is_shared else ""
        return found

    def _counts(self, path: str, *, is_directory: bool) -> bool:
        inside = path.partition("site-packages/")[2]
        if inside == "__pycache__":
            return False  # of _virtualenv.py, written when an interpreter starts
        if inside:
            if self.case.details:
                return not inside.endswith(".pyc") and (not is_directory or inside.endswith("__pycache__"))
            return inside.endswith((".dist-info", ".pth", ".egg-link")) and "/" not in inside
        return not is_directory and not path.endswith((".pyc", ".lock"))

    def _filtered(self, text: str) -> str:
        python = ".".join(map(str, sys.version_info[:3]))
        minor = ".".join(map(str, sys.version_info[:2]))
        base = os.path.dirname(os.path.realpath(base_python(running_interpreter())))
        filters: tuple[Filter, ...] = (
            (re.escape(self.market.main.address), "[MAIN]"),
            (re.escape(self.market.other.address), "[OTHER]"),
            (re.escape(self.market.older.address), "[OLDER]"),
            (re.escape(self.market.locked.address), "[LOCKED]"),
            (self.market.locked.address.replace("http://", r"http://\S+@"), "[LOCKED]"),
            (re.escape(str(self.root)), "[ROOT]"),
            (re.escape(base), "[BASE]"),
            (r"lib(64)?/python3\.\d+", "lib/python[MINOR]"),
            (r"python3(\.\d+)?\b", "python"),
            (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
            (r"sha256=[0-9a-f]{64}", "sha256=[DIGEST]"),
            (rf"\b{re.escape(python)}\b", "[VERSION]"),
            (rf"\b{re.escape(minor)}\b", "[MINOR]"),
            (r"-{26,}", "[DASHES]"),
            (r"uv = .*", "uv = [UV]"),
            (r"uv(-\w+)? 0\.12\.\d+", "uv [UV]"),
            (r"\d+(\.\d+)?([KMG]i)?B\b", "[SIZE]"),
            *FILTERS,
        )
        for pattern, replacement in filters:
            text = re.sub(pattern, replacement, text)
        for seed in _OLD_SEEDS:
            text = re.sub(
                rf"(?m)^(\+ \S+site-packages/{seed}\b.*| \+ {seed}==.*)\n", "", text.replace(f", `{seed}`", "")
            )
        return re.sub(
            r"(?m)(^ +(Building|Built) .*\n)+", lambda found: "".join(sorted(found[0].splitlines(True))), text
        )


def record(
    root: Path,
    case: Case,
    market: Market,
    *,
    chosen: bool,
    program: str | None = None,
    variables: Mapping[str, str] | None = None,
    setting: str | None = None,
) -> str:
    """Return what a command does without or with the options of a case.

    :param program: an executable; by default the commands run in this process.
    :param variables: environment variables that stand in for the options.
    :param setting: a line of ``[pip]`` that does.
    """
    place = Place(root / str(chosen).lower(), case, market, program)
    if setting is not None:
        place.write("uv.toml", f"[pip]\n{place.filled(setting)}\n")
    return place.record(chosen=chosen, variables=variables)
