from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from ultraviolet.python.discovery import SearchContext
from ultraviolet.python.probe import Prober

ANSWER = {
    "result": "success",
    "markers": {
        "implementation_name": "cpython",
        "implementation_version": "3.12.1",
        "os_name": "posix",
        "platform_machine": "x86_64",
        "platform_python_implementation": "CPython",
        "platform_release": "6.5.0",
        "platform_system": "Linux",
        "platform_version": "test",
        "python_full_version": "3.12.1",
        "python_version": "3.12",
        "sys_platform": "linux",
    },
    "sys_prefix": "/python",
    "sys_base_prefix": "/python",
    "sys_executable": "",
    "sys_base_executable": None,
    "site_packages": [],
    "stdlib": "/python/lib/python3.12",
    "extension_suffixes": [".so"],
    "standalone": False,
    "scheme": {
        "purelib": "/python/lib",
        "platlib": "/python/lib",
        "scripts": "/python/bin",
        "data": "/python",
        "include": "/python/include",
    },
    "virtualenv": {
        "purelib": "lib/python3.12/site-packages",
        "platlib": "lib/python3.12/site-packages",
        "scripts": "bin",
        "data": "",
        "include": "include/site/python3.12",
    },
    "platform": {"os": {"name": "manylinux", "major": 2, "minor": 36}, "arch": "x86_64"},
    "manylinux_compatible": True,
    "gil_disabled": False,
    "debug_enabled": False,
    "pointer_size": 64,
}


class World:
    """A search path of fake interpreters: shell scripts that print what a probe would."""

    def __init__(self, root: Any) -> None:
        self.root = str(root)
        self.cwd = os.path.join(self.root, "work")
        os.makedirs(self.cwd)
        self.environ = {"PATH": "", "UV_PYTHON_INSTALL_DIR": os.path.join(self.root, "managed")}
        self.log = os.path.join(self.root, "log")

    def python(
        self,
        path: Any,
        version: Any = "3.12.1",
        *,
        implementation: Any = "cpython",
        on_path: Any = True,
        body: Any = None,
        **facts: Any,
    ) -> Any:
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        answer = json.loads(json.dumps(ANSWER))
        answer["markers"].update(
            python_full_version=version,
            python_version=".".join(version.split(".")[:2]),
            implementation_name=implementation,
        )
        answer["sys_executable"] = full
        answer.update(facts)
        script = body or f"echo {full} >> {self.log}\ncat <<'END'\n{json.dumps(answer)}\nEND\n"
        with open(full, "w") as file:
            file.write("#!/bin/sh\n" + script)
        os.chmod(full, 0o755)
        directory = os.path.dirname(full)
        if on_path and directory not in self.environ["PATH"].split(os.pathsep):
            self.environ["PATH"] = os.pathsep.join(filter(None, [self.environ["PATH"], directory]))
        return full

    def environment(self, path: Any, version: Any = "3.12.1") -> Any:
        root = os.path.join(self.root, path)
        executable = self.python(f"{path}/bin/python3", version, on_path=False, sys_prefix=root)
        with open(os.path.join(root, "pyvenv.cfg"), "w") as file:
            file.write("home = /python/bin\n")
        return executable

    def context(self, cache: Any = True) -> Any:
        environ = dict(self.environ, PATH=self.environ["PATH"])
        # the fakes need `cat`; the search path for Pythons must not have the real ones
        probe_environ = dict(environ, PATH=os.defpath)
        directory = os.path.join(self.root, "cache") if cache else None
        prober = Prober(directory, environ=probe_environ, cwd=self.cwd)
        return SearchContext(prober, environ=environ, cwd=self.cwd)

    def probes(self) -> Any:
        try:
            with open(self.log) as file:
                return [os.path.relpath(line.strip(), self.root) for line in file]
        except FileNotFoundError:
            return []


@pytest.fixture
def world(tmp_path: Path) -> Any:
    if sys.platform == "win32":
        pytest.skip("the fake interpreters are shell scripts")
    return World(tmp_path)
