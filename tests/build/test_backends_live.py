"""Projects of the widespread backends, built with what PyPI offers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.support.cli import clean_environment, run_cli

pytestmark = pytest.mark.live

PROJECT = '[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.11"\ndescription = "x"\nauthors = [{ name = "A" }]\n'
BACKENDS = {
    "hatchling": ("hatchling", "hatchling.build"),
    "hatchling-dynamic": ("hatchling", "hatchling.build"),
    "flit": ("flit_core", "flit_core.buildapi"),
    "poetry": ("poetry-core>=2", "poetry.core.masonry.api"),
    "pdm": ("pdm-backend", "pdm.backend"),
    "setuptools": ("setuptools", "setuptools.build_meta"),
    "setuptools-legacy": ("setuptools", None),
    "setup.py": (None, None),
}


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("editable", [True, False], ids=["editable", "wheel"])
def test_project_is_installed(tmp_path: Path, name: str, editable: bool) -> None:
    requires, backend = BACKENDS[name]
    root = tmp_path / "app"
    (root / "src/app").mkdir(parents=True)
    (root / "src/app/__init__.py").write_text("answer = 42\n")
    if requires is None:
        (root / "setup.py").write_text(
            "from setuptools import setup\nsetup(name='app', version='1.0', package_dir={'': 'src'}, packages=['app'])\n"
        )
    else:
        system = f'[build-system]\nrequires = ["{requires}"]\n' + (f'build-backend = "{backend}"\n' if backend else "")
        extra = ""
        if name == "hatchling-dynamic":
            extra = 'dynamic = ["dependencies"]\n'
            system += '[tool.hatch.metadata.hooks.custom]\npath = "hook.py"\n'
            (root / "hook.py").write_text(
                "from hatchling.metadata.plugin.interface import MetadataHookInterface\n"
                "class Hook(MetadataHookInterface):\n    def update(self, metadata):\n        metadata['dependencies'] = []\n"
            )
        (root / "pyproject.toml").write_text(PROJECT + extra + system)
    environ = clean_environment(tmp_path, UV_CACHE_DIR=str(tmp_path / "cache"), UV_PYTHON_DOWNLOADS="never")
    environ["PATH"] = os.environ["PATH"]
    made = run_cli("venv", "-q", cwd=tmp_path, env=environ)
    assert made.exit_code == 0, made.stderr
    words = ("pip", "install", "--no-deps", *(("-e",) if editable else ()), "./app")
    done = run_cli(*words, cwd=tmp_path, env=environ)
    assert done.exit_code == 0, done.stderr
    assert " + app==1.0 (from file://" in done.stderr
    site = next((tmp_path / ".venv/lib").glob("python*")) / "site-packages"
    assert (site / "app").is_dir() != editable
