from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment
from tests.support.unpacked import unpack_wheel

from ultraviolet.install.bytecode import compile_sources, recorded_sources, sources_below
from ultraviolet.install.errors import BytecodeError, BytecodeTimeout
from ultraviolet.install.execute import install_wheels
from ultraviolet.install.options import InstallOptions


@pytest.fixture
def environment(tmp_path: Path) -> Any:
    return make_environment(str(tmp_path / "env"), distutils_hook=False)


def test_what_was_installed_is_compiled(environment: Any, tmp_path: Path) -> None:
    files = {"hello/__init__.py": "x = 1\n", "hello/broken.py": "def (", "hello/data.txt": ""}
    placed = install_wheels([unpack_wheel(tmp_path, "hello", files=files)], environment, InstallOptions(), print)

    sources = recorded_sources(placement.dist_info_path for placement in placed)
    count = compile_sources(sources, environment, environ=os.environ, workers=2)

    assert count == 2
    assert sorted(map(os.path.basename, sources)) == ["__init__.py", "broken.py"]
    compiled = os.listdir(f"{environment.scheme.purelib}/hello/__pycache__")
    assert len(compiled) == 1
    assert sorted(sources) == sorted(sources_below([environment.scheme.purelib]))


def test_nothing_to_compile(environment: Any) -> None:
    assert compile_sources([], environment, environ=os.environ) == 0


def test_the_invalidation_mode_comes_from_the_environment(environment: Any, tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("x = 1\n")

    compile_sources([str(source)], environment, environ={**os.environ, "PYC_INVALIDATION_MODE": "CHECKED_HASH"})

    (compiled,) = (tmp_path / "__pycache__").iterdir()
    assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 3


def test_an_unknown_invalidation_mode(environment: Any, tmp_path: Path) -> None:
    source = tmp_path / "m.py"
    source.write_text("")

    with pytest.raises(BytecodeError, match=r'Invalid value for PYC_INVALIDATION_MODE "odd"'):
        compile_sources([str(source)], environment, environ={**os.environ, "PYC_INVALIDATION_MODE": "odd"})


@pytest.mark.skipif(os.name == "nt", reason="needs a pipe that can be waited for")
def test_a_file_that_takes_too_long(environment: Any, tmp_path: Path) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\necho Ready\nread line\nexec sleep 60\n")
    interpreter.chmod(0o755)
    environment.interpreter.executable = str(interpreter)

    with pytest.raises(BytecodeTimeout, match=r"Bytecode timed out \(0.2s\) compiling file: `slow.py`"):
        compile_sources(["slow.py"], environment, environ=os.environ, timeout=0.2)
