"""``uv add`` gives the manifest and the lockfile their bytes back when somebody presses Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.support.cli import SOURCE
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import make_wheel

MANIFEST = b'[project]\r\nname = "app"\nversion = "0.1.0"\nrequires-python = ">=3.11"\ndependencies = []\n'


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize("lockfile", [None, b"version = 1\nrevision = 3\nrequires-python = '>=3.11' # kept\n"])
def test_an_interrupted_addition_leaves_everything_as_it_was(tmp_path: Path, lockfile: bytes | None) -> None:
    manifest, lock = tmp_path / "pyproject.toml", tmp_path / "uv.lock"
    manifest.write_bytes(MANIFEST)
    if lockfile is not None:
        lock.write_bytes(lockfile)
    with IndexServer() as server:
        server.add(make_wheel("alpha", "1.0"))
        server.fail("/simple/alpha/", Fault("slow", times=9, seconds=30))
        environ = {
            "HOME": str(tmp_path),
            "PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin",
            "PYTHONPATH": str(SOURCE),
            "UV_CACHE_DIR": str(tmp_path / "cache"),
            "UV_DEFAULT_INDEX": server.index_url,
            "UV_PYTHON_DOWNLOADS": "never",
        }
        command = [sys.executable, "-m", "ultraviolet", "add", "alpha"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while manifest.read_bytes() == MANIFEST and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        assert b"alpha" in manifest.read_bytes()

        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 130
    assert b"Traceback" not in said
    assert manifest.read_bytes() == MANIFEST
    assert (lock.read_bytes() if lock.exists() else None) == lockfile
