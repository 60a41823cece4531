"""A directory to run commands in: one interpreter on the path, a cache of its own, and environments filled by hand."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support.cli import Filter, Outcome, assert_snapshot, clean_environment, run_cli
from tests.support.environments import make_environment, running_interpreter
from tests.support.packages import metadata_text

from ultraviolet.environment.create import base_python


class Yard:
    """Runs commands in ``yard``, below a directory that snapshots call ``[DIR]``."""

    def __init__(self, directory: Path, *, git: bool = False) -> None:
        self.directory = Path(os.path.realpath(directory))
        self.work = self.directory / "yard"
        self.work.mkdir()
        programs = self.directory / "bin"
        programs.mkdir()
        self.python = programs / "python3"
        """The only interpreter there is."""
        self.python.symlink_to(base_python(running_interpreter()))
        if git:
            found = shutil.which("git")
            assert found is not None
            (programs / "git").symlink_to(found)
        self.environ = clean_environment(
            self.directory,
            PATH=str(programs),
            SHELL="/bin/bash",
            UV_CACHE_DIR=str(self.directory / "cache"),
            UV_PYTHON_DOWNLOADS="never",
            UV_HTTP_RETRIES="0",
            GIT_CONFIG_NOSYSTEM="1",
            GIT_CEILING_DIRECTORIES=str(self.directory),
        )
        version = ".".join(map(str, sys.version_info[:3]))
        minor = ".".join(map(str, sys.version_info[:2]))
        after = f"{sys.version_info[0]}.{sys.version_info[1] + 1}"
        interpreter = running_interpreter()
        self.filters: list[Filter] = [
            (r"http://127\.0\.0\.1:\d+", "[INDEX]"),
            (str(self.directory), "[DIR]"),
            (os.path.dirname(base_python(interpreter)), "[HOME]"),
            (r"interpreter at: \S+/python[\d.]*", "interpreter at: [PYTHON]"),
            (r"lib/python3\.\d+", "lib/python[MINOR]"),
            (r"-{26,}", "[DASHES]"),
            (rf"\b{version.replace('.', '[.]')}\b", "[VERSION]"),
            (rf"\b{minor.replace('.', '[.]')}\b", "[MINOR]"),
            (rf"\b{after.replace('.', '[.]')}\b", "[NEXT]"),
            (r"\d+(\.\d+)?([KMG]i)?B\b", "[SIZE]"),
        ]

    def run(self, *words: str, **variables: str) -> Outcome:
        """Run a command in this process."""
        return run_cli(*words, cwd=self.work, env={**self.environ, **variables})

    def check(self, name: str, *outcomes: Outcome) -> None:
        """Compare with a snapshot."""
        assert_snapshot(name, *outcomes, filters=self.filters)

    def write(self, name: str, text: str) -> Path:
        """Write a file below the working directory."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def read(self, name: str) -> str:
        """Return a file below the working directory."""
        return (self.work / name).read_text(encoding="utf-8")

    def files(self, name: str = ".") -> list[str]:
        """Return the paths of the files below a directory, hidden trees aside."""
        root = self.work / name
        found = []
        for directory, names, files in os.walk(root):
            names[:] = sorted(name for name in names if name not in {".git", ".venv"})
            found += [os.path.relpath(os.path.join(directory, file), root) for file in files]
        return sorted(found)

    def environment(self, name: str = ".venv") -> Path:
        """Make an environment, and return its site-packages."""
        made = make_environment(str(self.work / name))
        return Path(made.scheme.purelib)

    @staticmethod
    def install(
        site: Path,
        name: str,
        version: str,
        *,
        requires: Iterable[str] = (),
        requires_python: str | None = None,
        direct_url: str | None = None,
        modules: Iterable[str] = (),
        tag: str = "py3-none-any",
    ) -> Path:
        """Install a distribution by hand, and return its ``.dist-info``."""
        stem = name.replace("-", "_")
        info = site / f"{stem}-{version}.dist-info"
        info.mkdir(parents=True)
        files = {
            "METADATA": metadata_text(name, version, requires=requires, requires_python=requires_python),
            "WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
            "INSTALLER": "uv",
        }
        if direct_url is not None:
            files["direct_url.json"] = direct_url
        rows = []
        for file, text in files.items():
            (info / file).write_text(text)
            rows.append(f"{info.name}/{file},,")
        for module in modules:
            (site / module).parent.mkdir(parents=True, exist_ok=True)
            (site / module).write_text("")
            rows.append(f"{module},,")
        (info / "RECORD").write_text("\n".join([*rows, f"{info.name}/RECORD,,"]) + "\n")
        return info
