"""Repositories on disk, with fixed commits."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

GIT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_AUTHOR_DATE": "2024-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2024-01-01T00:00:00Z",
}
BUILD = '[build-system]\nrequires = ["uv_build>=0.12,<0.13"]\nbuild-backend = "uv_build"\n'


class Repository:
    """A repository that is written to and fetched from."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch", "main")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"file://{self.path}"

    def git(self, *words: str) -> str:
        """Run git in it."""
        environ = {**GIT, "HOME": str(self.path)}
        done = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words],
            cwd=self.path,
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, files: dict[str, str], message: str = "change") -> str:
        """Write files and commit them; return the commit."""
        for name, content in files.items():
            target = self.path / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")


def project(name: str, version: str, *, dependencies: str = "", more: str = "", below: str = "") -> dict[str, str]:
    """Return the files of a package."""
    manifest = f'[project]\nname = "{name}"\nversion = "{version}"\nrequires-python = ">=3.8"\n'
    manifest += f"dependencies = [{dependencies}]\n\n{BUILD}{more}"
    return {f"{below}pyproject.toml": manifest, f"{below}src/{name}/__init__.py": ""}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A workspace: ``gitpkg`` needs its member ``member``; tag ``v1``, branches ``main`` and ``dev``."""
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    found = Repository(tmp_path / "repo")
    workspace = '[tool.uv.workspace]\nmembers = ["packages/*"]\n\n[tool.uv.sources]\nmember = { workspace = true }\n'
    files = project("gitpkg", "0.1.0", dependencies='"member"', more=workspace)
    found.commit({**files, **project("member", "0.2.0", below="packages/member/")})
    found.git("tag", "v1")
    found.commit(project("gitpkg", "0.2.0", dependencies='"member"', more=workspace))
    found.git("branch", "dev")
    return found
