"""Scenes: files, an index and commands, recorded as one text and compared with a snapshot.

``UV_UNDER_TEST=/path/to/uv UPDATE_SNAPSHOTS=1`` records what a uv 0.12.5 executable does; without the variables the commands run in this
process and must leave the same text.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

import pytest
from tests.support.cli import FILTERS, SNAPSHOTS, Filter, run_cli, run_process
from tests.support.environments import know_interpreters
from tests.support.index_server import IndexServer

UNDER_TEST = os.environ.get("UV_UNDER_TEST")


AnyScene = TypeVar("AnyScene", bound="Scene")


class Stories(dict[str, Callable[[AnyScene], None]]):
    """What scenes are about, by the names of their snapshots."""

    def tell(self, story: Callable[[AnyScene], None]) -> Callable[[AnyScene], None]:
        """Add a function under its own name."""
        self[story.__name__] = story
        return story


class Scene:
    """One project directory with its own home, cache and index."""

    def __init__(self, root: Path, server: IndexServer) -> None:
        self.root = root
        self.server = server
        self.project = root / "project"
        self.project.mkdir(parents=True)
        (root / "home").mkdir()
        self.said: list[str] = []
        self.environ = {
            "HOME": str(root / "home"),
            "PATH": f"{os.path.dirname(os.path.realpath(sys.executable))}:/usr/bin:/bin",
            "XDG_CONFIG_DIRS": str(root / "home" / "none"),
            "UV_CACHE_DIR": str(root / "cache"),
            "UV_DEFAULT_INDEX": server.index_url,
            "UV_PYTHON_DOWNLOADS": "never",
            "UV_TEST_NO_HTTP_RETRY_DELAY": "1",
            "UV_LINK_MODE": "copy",
            "UV_NO_WRAP": "1",
            "TMPDIR": str(root),
            "NO_COLOR": "1",
        }
        if UNDER_TEST is None:
            know_interpreters(str(root / "cache"))

    def write(self, path: str, content: str) -> Path:
        """Write a file below the project; a change is always seen in its time."""
        target = self.project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        return target

    def replace(self, path: str, old: str, new: str) -> None:
        """Change a file."""
        target = self.project / path
        text = target.read_text()
        assert old in text
        target.write_text(text.replace(old, new))

    def uv(self, *words: str, cwd: str = "", env: Mapping[str, str] | None = None) -> int:
        """Run a command and record what it says; return its exit code."""
        variables = {**self.environ, **(env or {})}
        where = self.project / cwd
        prefix = "".join(f"{key}={value} " for key, value in (env or {}).items())
        if UNDER_TEST is not None:
            done = subprocess.run(
                [UNDER_TEST, *words], cwd=where, env=variables, capture_output=True, text=True, check=False
            )
            code, stdout, stderr = done.returncode, done.stdout, done.stderr
        else:
            # `run` becomes another program.
            outcome = (run_process if words[0] == "run" else run_cli)(*words, cwd=where, env=variables)
            code, stdout, stderr = outcome.exit_code, outcome.stdout, outcome.stderr
        assert "Traceback" not in stderr or "[stderr]" in stderr, stderr
        shown = " ".join(word if word and " " not in word else repr(word) for word in words)
        text = f"{prefix}$ uv {shown}\nexit code: {code}\n"
        for name, content in (("stdout", stdout), ("stderr", stderr)):
            if content:
                text += f"----- {name} -----\n{content}"
        self.said.append(text)
        return code

    def show(self, path: str) -> None:
        """Record a file."""
        target = self.project / path
        content = target.read_text() if target.is_file() else "(missing)\n"
        self.said.append(f"# {path}\n{content}")

    def installed(self, environment: str = ".venv") -> None:
        """Record what an environment holds."""
        found = []
        for path in sorted((self.project / environment).glob("lib/python*/site-packages/*.dist-info")):
            record = (path / "direct_url.json").is_file()
            found.append(path.name.removesuffix(".dist-info") + (" (direct)" if record else ""))
        self.said.append(f"# {environment}\n" + "".join(f"{line}\n" for line in found))

    def check(self, name: str, filters: tuple[Filter, ...] = ()) -> None:
        """Compare all that was recorded with a snapshot."""
        text = "\n".join(self.said)
        python = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))
        for pattern, replacement in (
            *filters,
            (re.escape(str(self.root)), "[ROOT]"),
            (re.escape(self.server.address), "[SERVER]"),
            (re.escape(self.server.address.replace("127.0.0.1", "localhost")), "[SAME-SERVER]"),
            (rf"({re.escape(python)}|{re.escape(sys.prefix)})/bin/python\S*", "[PYTHON]"),
            (r"CPython 3\.\d+\.\d+\w*", "CPython [VERSION]"),
            (rf"\b{sys.version_info[0]}\.{sys.version_info[1]}\.{sys.version_info[2]}\b", "[PYTHON-VERSION]"),
            (r" +\n", "\n"),
            (r"\S*environments-v\d+/s-\w+", "[SCRIPT-ENVIRONMENT]"),
            *FILTERS,
        ):
            text = re.sub(pattern, replacement, text)
        # Builds run side by side, so their order is chance.
        text = re.sub(r"(?m)(^ +(Building|Built) .*\n)+", lambda found: _sorted_lines(found[0]), text)
        path = SNAPSHOTS / f"{name}.txt"
        if os.environ.get("UPDATE_SNAPSHOTS"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        expected = path.read_text(encoding="utf-8")
        if expected != text:
            difference = difflib.unified_diff(
                expected.splitlines(), text.splitlines(), "expected", "actual", lineterm="", n=4
            )
            pytest.fail("\n".join(difference), pytrace=False)


def _sorted_lines(text: str) -> str:
    return "".join(sorted(text.splitlines(keepends=True), reverse=True))
