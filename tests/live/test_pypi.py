"""The main road on the real PyPI. Everything else in this suite runs without a network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.live, pytest.mark.slow]

CUTOFF = "2026-11-01T00:00:00Z"
LISTING = """
import importlib.metadata, json
print(json.dumps(sorted([found.name.lower().replace("_", "-"), found.version] for found in importlib.metadata.distributions())))
"""


def uv(*words: str, cwd: Path, cache: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run our command with a cache of its own and no configuration but the project's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "VIRTUAL_ENV", "PIP_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ultraviolet", *words],
        cwd=cwd,
        env={**kept, "UV_CACHE_DIR": str(cache), "UV_PYTHON": sys.executable, "NO_COLOR": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_a_new_project_gets_a_dependency_and_runs(tmp_path: Path, cache: Path) -> None:
    made = uv("init", "--no-workspace", "demo", cwd=tmp_path, cache=cache)
    assert made.returncode == 0, made.stderr
    demo = tmp_path / "demo"

    added = uv("add", "--exclude-newer", CUTOFF, "fastapi[standard]", cwd=demo, cache=cache)
    ran = uv(
        "run",
        "--exclude-newer",
        CUTOFF,
        "python",
        "-c",
        "import fastapi; print(fastapi.__version__)",
        cwd=demo,
        cache=cache,
    )

    assert (added.returncode, ran.returncode) == (0, 0), added.stderr + ran.stderr
    assert f'"fastapi[standard]>={ran.stdout.strip()}"' in (demo / "pyproject.toml").read_text()
    assert f'name = "fastapi"\nversion = "{ran.stdout.strip()}"' in (demo / "uv.lock").read_text()


def test_a_script_brings_its_requirements(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "https-client.py").write_text(
        '# /// script\n# requires-python = ">=3.11"\n# dependencies = ["requests<3", "rich"]\n'
        f'#\n# [tool.uv]\n# exclude-newer = "{CUTOFF}"\n# ///\n'
        "import requests, rich\nprint(requests.__version__.split('.')[0])\n"
    )

    ran = uv("run", "https-client.py", cwd=tmp_path, cache=cache)

    assert (ran.returncode, ran.stdout) == (0, "2\n"), ran.stderr


def test_everybody_agrees_about_an_environment_and_nothing_is_left_of_it(tmp_path: Path, cache: Path) -> None:
    created = uv("venv", "--seed", "env", cwd=tmp_path, cache=cache)
    assert created.returncode == 0, created.stderr
    python = str(tmp_path / "env" / "bin" / "python")
    before = files(tmp_path / "env")
    seeds = {
        row["name"]
        for row in json.loads(uv("pip", "list", "-p", python, "--format", "json", cwd=tmp_path, cache=cache).stdout)
    }

    installed = uv(
        "pip", "install", "--exclude-newer", CUTOFF, "-p", python, "flask", "httpx", cwd=tmp_path, cache=cache
    )
    checked = uv("pip", "check", "-p", python, cwd=tmp_path, cache=cache)
    pip_checked = subprocess.run([python, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    listed = uv("pip", "list", "-p", python, "--format", "json", cwd=tmp_path, cache=cache)
    known = subprocess.run(
        [
            python,
            "-c",
            LISTING,
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    program = subprocess.run(
        [str(tmp_path / "env" / "bin" / "flask"), "--version"], capture_output=True, text=True, check=False
    )
    ours = sorted([row["name"].lower(), row["version"]] for row in json.loads(listed.stdout))

    assert installed.returncode == 0, installed.stderr
    assert (checked.returncode, pip_checked.returncode, program.returncode) == (0, 0, 0)
    assert ours == json.loads(known.stdout)
    names = [name for name, _ in ours if name not in seeds]
    removed = uv("pip", "uninstall", "-p", python, *names, cwd=tmp_path, cache=cache)
    assert removed.returncode == 0, removed.stderr
    assert files(tmp_path / "env") == before


def files(root: Path) -> set[str]:
    """Every file of an environment, but for byte code and our own notes."""
    return {
        str(path.relative_to(root))
        for path in root.rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and ".ultraviolet" not in path.parts
        and path.name != ".lock"
    }


def test_sdists_are_built_with_their_backends(tmp_path: Path, cache: Path) -> None:
    assert uv("venv", "env", cwd=tmp_path, cache=cache).returncode == 0
    python = str(tmp_path / "env" / "bin" / "python")

    installed = uv(
        "pip", "install", "-p", python, "--exclude-newer", CUTOFF,
        "--no-binary", "idna", "--no-binary", "docopt", "--no-binary", "iniconfig",
        "idna", "docopt", "iniconfig",
        cwd=tmp_path, cache=cache,
    )  # fmt: skip

    assert installed.returncode == 0, installed.stderr
    done = subprocess.run([python, "-c", "import idna, docopt, iniconfig"], check=False)
    assert done.returncode == 0
