"""A project with an environment built by hand, and every change that a stamp of it has to notice."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ultraviolet import __version__, fastpath, stamp

REPORT: fastpath.Report = (("resolved", 3), ("checked", 1))


class World:
    """A project with an environment, and the variables of a user."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = root / "work" / "project"
        self.environment = self.project / ".venv"
        self.site = self.environment / "lib" / "python3.11" / "site-packages"
        self.home = root / "home"
        self.interpreter = root / "base" / "python3.11"
        for directory in (self.project, self.environment / "bin", self.site, self.home, self.interpreter.parent):
            directory.mkdir(parents=True, exist_ok=True)
        self.interpreter.write_text("#!/bin/sh\nexec cat\n")
        self.interpreter.chmod(0o755)
        (self.environment / "bin" / "python").symlink_to(self.interpreter)
        (self.environment / "pyvenv.cfg").write_text("home = base\n")
        self.install("attrs")
        (self.site / "attrs-1.dist-info" / "direct_url.json").write_text("{}")
        for name in ("pyproject.toml", "uv.lock"):
            (self.project / name).write_text(f"# {name}\n")
        self.member = root / "work" / "member"
        self.member.mkdir()
        (self.member / "pyproject.toml").write_text("# member\n")
        self.environ = {"HOME": str(self.home), "UV_OFFLINE": "1", "XDG_CONFIG_DIRS": str(root / "etc")}

    def install(self, name: str) -> None:
        directory = self.site / f"{name}-1.dist-info"
        directory.mkdir()
        (directory / "METADATA").write_text(f"Name: {name}\n")

    def record(
        self,
        *words: str,
        files: tuple[Path, ...] = (),
        directories: tuple[Path, ...] = (),
        written: dict[str, bytes] | None = None,
        started: int | None = None,
        run: stamp.Run | None = None,
        variables: tuple[str, ...] = (),
        expires: int | None = None,
        clean: bool = True,
    ) -> bool:
        inputs = (*(self.project / name for name in ("pyproject.toml", "uv.lock")), self.member / "pyproject.toml")
        return stamp.record(
            str(self.environment),
            words=words or ("sync",),
            cwd=str(self.project),
            environ=self.environ,
            started=time.time_ns() + 1_000_000_000 if started is None else started,
            report=REPORT,
            files=[str(path) for path in (*inputs, *files)],
            directories=[str(path) for path in directories],
            written=written,
            run=run,
            variables=variables,
            expires=expires,
            clean=clean,
        )

    def check(self, *words: str, cwd: Path | None = None, version: str = __version__, **variables: Any) -> object:
        environ = {**self.environ, **variables}
        environ = {name: value for name, value in environ.items() if value != "-"}
        return fastpath.check(words or ("sync",), environ, str(cwd or self.project), version)


def touch_content(path: Path) -> None:
    """Change a file's content and nothing else that can be helped."""
    status = path.stat()
    text = path.read_text()
    path.write_text(text[:-1] + ("!" if text[-1:] != "!" else "?"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("")


def replace_interpreter(world: World) -> None:
    (world.environment / "bin" / "python").unlink()
    (world.environment / "bin" / "python").write_text("")


CHANGES: dict[str, Callable[[World], object]] = {
    "pyproject.toml": lambda w: touch_content(w.project / "pyproject.toml"),
    "uv.lock": lambda w: touch_content(w.project / "uv.lock"),
    "manifest of a member": lambda w: touch_content(w.member / "pyproject.toml"),
    "uv.lock removed": lambda w: (w.project / "uv.lock").unlink(),
    "mode of uv.lock": lambda w: (w.project / "uv.lock").chmod(0o600),
    "uv.toml appears": lambda w: create(w.project / "uv.toml"),
    "uv.toml appears above": lambda w: create(w.root / "work" / "uv.toml"),
    "manifest appears above": lambda w: create(w.root / "pyproject.toml"),
    "pin appears": lambda w: create(w.project / ".python-version"),
    "pins appear above": lambda w: create(w.root / ".python-versions"),
    "user configuration appears": lambda w: create(w.home / ".config" / "uv" / "uv.toml"),
    "global pin appears": lambda w: create(w.home / ".config" / "uv" / ".python-version"),
    "system configuration appears": lambda w: create(w.root / "etc" / "uv" / "uv.toml"),
    "pyvenv.cfg": lambda w: touch_content(w.environment / "pyvenv.cfg"),
    "interpreter": lambda w: touch_content(w.interpreter),
    "interpreter removed": lambda w: w.interpreter.unlink(),
    "interpreter replaced": replace_interpreter,
    "package installed": lambda w: w.install("idna"),
    "package removed": lambda w: shutil.rmtree(w.site / "attrs-1.dist-info"),
    "package renamed": lambda w: (w.site / "attrs-1.dist-info").rename(w.site / "attrs-2.dist-info"),
    "file of a package added": lambda w: create(w.site / "attrs-1.dist-info" / "uv_cache.json"),
    "direct_url.json": lambda w: touch_content(w.site / "attrs-1.dist-info" / "direct_url.json"),
    "module removed": lambda w: create(w.site / "six.py"),
    "environment removed": lambda w: shutil.rmtree(w.environment),
    "stamp damaged": lambda w: [path.write_bytes(b"x") for path in (w.environment / ".ultraviolet").iterdir()],
}
