"""A place where things go wrong: home, cache, project and index of one test, and commands run there.

``UV_UNDER_TEST`` names another program to run the same tests against; with ``UPDATE_SNAPSHOTS=1`` its outcomes become the
expectations.
"""

from __future__ import annotations

import difflib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
from tests.support.cli import SOURCE, Filter, Outcome, run_cli
from tests.support.environments import know_interpreters
from tests.support.index_server import IndexServer
from tests.support.packages import BuiltFile, make_wheel

UNDER_TEST = os.environ.get("UV_UNDER_TEST")
SNAPSHOTS = Path(__file__).parent / "snapshots"


_GUARD = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'


def can_guard() -> bool:
    """Whether commands can run where a directory is read-only."""
    words = ["unshare", "-m", "sh", "-c", _GUARD, sys.base_prefix, "sh", "-c", f"! touch {sys.base_prefix}/.written"]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


class Site:
    """Directories and variables of commands that know nothing outside them."""

    def __init__(self, root: Path, server: IndexServer) -> None:
        self.root = root
        self.is_guarded = False
        """Whether commands see the interpreter that environments are made from as read-only: whoever damages an environment
        may make a command take that interpreter for it."""
        self.server = server
        self.home = root / "home"
        self.cache = root / "cache"
        self.project = root / "project"
        self.home.mkdir(parents=True)
        self.project.mkdir()
        self.environ = {
            "HOME": str(self.home),
            "PATH": f"{os.path.dirname(os.path.realpath(sys.executable))}:/usr/bin:/bin",
            "XDG_CONFIG_DIRS": str(self.home / "none"),
            "UV_CACHE_DIR": str(self.cache),
            "UV_INDEX_URL": server.index_url,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_TEST_NO_HTTP_RETRY_DELAY": "1",
            "UV_HTTP_RETRIES": "2",
            "UV_LINK_MODE": "copy",
            "TMPDIR": str(root),
            "NO_COLOR": "1",
        }
        if UNDER_TEST is None:
            know_interpreters(str(self.cache))

    # Content.

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file below the project."""
        target = self.project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def pyproject(self, *dependencies: str, extra: str = "", requires_python: str = ">=3.11") -> Path:
        """Write a project that is not a package."""
        listed = ", ".join(f'"{one}"' for one in dependencies)
        return self.write(
            "pyproject.toml",
            '[project]\nname = "root"\nversion = "0.1.0"\n'
            f'requires-python = "{requires_python}"\ndependencies = [{listed}]\n{extra}',
        )

    def offer(self, *files: BuiltFile) -> None:
        """Let the index have files."""
        for file in files:
            self.server.add(file)

    def offer_app(self) -> None:
        """Let the index have `app`, which needs `lib`."""
        self.offer(make_wheel("app", "1.0", requires=["lib>=1"]), make_wheel("lib", "1.1"))

    @property
    def environment(self) -> Path:
        return self.project / ".venv"

    @property
    def site_packages(self) -> Path:
        return next((self.environment / "lib").glob("python*")) / "site-packages"

    def installed(self) -> set[str]:
        """Names and versions in the project's environment."""
        if not (self.environment / "lib").is_dir():
            return set()
        return {path.name.removesuffix(".dist-info") for path in self.site_packages.glob("*.dist-info")}

    # Commands.

    def variables(self, env: Mapping[str, str] | None = None) -> dict[str, str]:
        return {**self.environ, **(env or {})}

    def run(self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Outcome:
        """Run a command in this process (or the program under test); it must not show a traceback."""
        where = cwd or self.project
        if UNDER_TEST is not None or self.is_guarded or words[0] == "run":  # which becomes another program
            return self.run_process(*words, env=env, cwd=where)
        outcome = run_cli(*words, cwd=where, env=self.variables(env))
        assert "\nTraceback" not in f"\n{outcome.stderr}", outcome.stderr
        return outcome

    def run_process(
        self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, timeout: float = 60
    ) -> Outcome:
        """Run a command as a process of its own."""
        process = self.start(*words, env=env, cwd=cwd)
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            process.wait()
            raise
        assert "\nTraceback" not in f"\n{stderr}", stderr
        return Outcome(words, process.returncode, stdout, stderr)

    def start(
        self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> subprocess.Popen[str]:
        """Start a command as a process group of its own."""
        program = [UNDER_TEST] if UNDER_TEST is not None else [sys.executable, "-m", "ultraviolet"]
        variables = self.variables(env)
        if self.is_guarded:
            program = ["unshare", "-m", "sh", "-c", _GUARD, sys.base_prefix, *program]
        if UNDER_TEST is None:
            variables["PYTHONPATH"] = str(SOURCE)
        return subprocess.Popen(
            [*program, *words],
            cwd=cwd or self.project,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def filters(self) -> tuple[Filter, ...]:
        """What differs from run to run."""
        return (
            (str(self.root), "[ROOT]"),
            (self.server.address, "[SERVER]"),
            (r"CPython 3\.\d+\.\d+\w*", "CPython [VERSION]"),
            (r"Python 3\.\d+\.\d+\w*", "Python [VERSION]"),
            (rf"{os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))}\S*", "[PYTHON]"),
            (rf"{sys.prefix}\S*", "[PYTHON]"),
        )


def assert_outcomes(site: Site, name: str, *outcomes: Outcome, filters: Iterable[Filter] = ()) -> None:
    """Compare outcomes with the stored ones."""
    actual = "\n".join(outcome.text() for outcome in outcomes)
    for pattern, replacement in (*filters, *site.filters):
        actual = re.sub(pattern, replacement, actual)
    path = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(actual, encoding="utf-8")
        return
    assert path.is_file(), f"no snapshot {path}; run with UPDATE_SNAPSHOTS=1"
    expected = path.read_text(encoding="utf-8")
    if expected != actual:
        difference = difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "actual", lineterm="")
        pytest.fail("\n".join(difference), pytrace=False)


def tree_of(directory: Path) -> dict[str, bytes | str]:
    """Return the files of an environment with their content.

    Left out are byte code, stamps, and whether scripts name their interpreter ``python`` (in a new environment) or ``python3``.
    """
    found: dict[str, bytes | str] = {}
    for parent, directories, files in os.walk(directory):
        if ".ultraviolet" in directories:
            directories.remove(".ultraviolet")
        for file in files:
            path = Path(parent, file)
            relative = str(path.relative_to(directory))
            if file.endswith(".pyc") or file in {".lock", "pyvenv.cfg"}:
                continue
            if path.is_symlink():
                found[relative] = os.readlink(path)
                continue
            content = path.read_bytes().replace(b"/bin/python3\n", b"/bin/python\n")
            if file == "RECORD":
                content = re.sub(rb"(bin/\w+),.*", rb"\1", content)
            found[relative] = content
    return found


def end(process: subprocess.Popen[str]) -> None:
    """Kill a command and everything it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.communicate()
