"""``uv run``: projects, scripts, overlays, environment files, exit codes; against an index in this process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import SOURCE, Outcome, clean_environment, run_process
from tests.support.environments import know_interpreters
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel

from ultraviolet.cache.layout import Bucket, Cache

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="paths and shells are POSIX")

PROJECT = """
[project]
name = "demo"
version = "1"
requires-python = ">=3.8"
dependencies = ["lib"]
[dependency-groups]
dev = ["extra"]
"""
SCRIPT = "# /// script\n# dependencies = ['lib']\n# ///\nimport lib, sys; print(lib.__version__, sys.argv[1:])\n"


class Shop:
    """An index, a cache, and a directory to run commands in."""

    def __init__(self, index: IndexServer, directory: Path) -> None:
        self.index = index
        self.cache = directory / "cache"
        self.work = directory / "yard"
        self.work.mkdir()
        python = Path(sys.base_prefix) / "bin"
        self.environ = clean_environment(
            directory,
            PATH=f"{python}:/usr/bin:/bin",
            UV_CACHE_DIR=str(self.cache),
            UV_DEFAULT_INDEX=index.index_url,
            UV_PYTHON=f"{sys.version_info[0]}.{sys.version_info[1]}",
            UV_HTTP_RETRIES="0",
            UV_NO_WRAP="1",
        )
        know_interpreters(str(self.cache))

    def bucket(self, name: Bucket) -> str:
        return Cache(str(self.cache)).bucket(name)

    def write(self, name: str, text: str) -> Path:
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, *words: str, stdin: str | None = None, **variables: str) -> Outcome:
        return run_process("run", *words, cwd=self.work, env={**self.environ, **variables}, stdin=stdin)

    def quick(self, *words: str) -> Outcome:
        """Run with a Python that can import nothing but the fast path."""
        code = (
            "import sys; from ultraviolet.fastpath import answer, decoded_environment\n"
            "from ultraviolet import __version__\n"
            "import os; answer(sys.argv[1:], decoded_environment(), os.getcwd(), __version__, '/opt/uv'); print('slow')"
        )
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, "run", *words],
            cwd=self.work,
            env={**self.environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
            check=False,
        )
        return Outcome(words, done.returncode, done.stdout, done.stderr)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with IndexServer() as index:
        for version in ("1.0", "2.0"):
            index.add(make_wheel("lib", version, entry_points={"console_scripts": {"libtool": "lib:main"}}))
        index.add(make_wheel("extra", "1.0", requires=["lib"]))
        yield Shop(index, tmp_path)


def code(text: str) -> tuple[str, str, str]:
    return "python", "-c", text


def test_project_is_synced_before_the_command(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)

    first = shop.run(*code("import lib, extra; print(lib.__version__)"))
    second = shop.run(*code("import sys; print(sys.prefix); sys.exit(3)"))

    assert (first.exit_code, first.stdout) == (0, "2.0\n")
    assert "Creating virtual environment at: .venv\n" in first.stderr
    assert "Installed 2 packages" in first.stderr
    assert "Resolved" not in first.stderr
    assert " + lib" not in first.stderr
    assert (second.exit_code, second.stdout, second.stderr) == (3, f"{shop.work}/.venv\n", "")
    assert (shop.work / "uv.lock").is_file()


def test_extraneous_packages_stay_unless_exact(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)
    shop.run(*code("import extra"))

    assert shop.run("--no-dev", *code("import extra")).exit_code == 0
    assert shop.run("--no-dev", "--exact", *code("import extra")).exit_code == 1


def test_locks(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)
    missing = shop.run("--locked", *code("1"))
    shop.run(*code("1"))
    shop.write("pyproject.toml", PROJECT.replace('"lib"', '"lib<2"'))
    outdated = shop.run("--locked", *code("1"))
    frozen = shop.run("--frozen", *code("import lib; print(lib.__version__)"))
    isolated = shop.run("--isolated", *code("import lib; print(lib.__version__)"))

    assert missing.exit_code == outdated.exit_code == 2
    assert "Unable to find lockfile at `uv.lock`, but `--locked` was provided." in missing.stderr
    assert "The lockfile at `uv.lock` needs to be updated, but `--locked` was provided." in outdated.stderr
    assert frozen.stdout == "2.0\n"
    assert isolated.stdout == "1.0\n"
    assert "2.0" in (shop.work / "uv.lock").read_text()
    assert not [name for name in os.listdir(shop.bucket("builds")) if name.startswith(".tmp")]


def test_command_that_is_not_there(shop: Shop) -> None:
    outcome = shop.run("--no-project", "no-such-command")

    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr == (
        "error: Failed to spawn: `no-such-command`\n  Caused by: No such file or directory (os error 2)\n"
    )


def test_commands_are_listed(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)

    outcome = shop.run()

    assert outcome.exit_code == 2
    lines = outcome.stdout.splitlines()
    assert lines[0] == "Provide a command or script to invoke with `uv run <command>` or `uv run <script>.py`."
    assert "- libtool" in lines
    assert "- python" in lines
    assert not [line for line in lines if "activate" in line]
    assert lines[-1] == "See `uv run --help` for more information."


def test_standard_input_is_a_program(shop: Shop) -> None:
    plain = shop.run("--no-project", "-", "a", stdin="import sys; print(sys.argv)")
    script = shop.run("-", "a", stdin=SCRIPT)

    assert plain.stdout == "['-c', 'a']\n"
    assert (script.stdout, script.exit_code) == ("2.0 ['a']\n", 0)


def test_script_has_an_environment_of_its_own(shop: Shop) -> None:
    shop.write("s.py", SCRIPT)

    first, second = shop.run("s.py", "a"), shop.run("s.py")

    assert (first.stdout, second.stdout) == ("2.0 ['a']\n", "2.0 []\n")
    assert "Installed 1 package" in first.stderr
    assert second.stderr == ""
    assert not (shop.work / ".venv").exists()
    kept = os.listdir(shop.bucket("environments"))
    assert [name.rpartition("-")[0] for name in kept if not name.startswith(".")] == ["s"]


def test_script_with_settings_and_lock(shop: Shop) -> None:
    settings = "# [tool.uv]\n# constraint-dependencies = ['lib<2']\n# ///\n"
    shop.write("s.py", "# /// script\n# dependencies = ['lib']\n" + settings + "import lib; print(lib.__version__)\n")
    refused = shop.run("--locked", "s.py")
    ignored = shop.run("s.py", UV_FROZEN="1")
    locked = run_process("lock", "--script", "s.py", cwd=shop.work, env=shop.environ)
    run = shop.run("--locked", "s.py")

    assert refused.exit_code == 2
    assert "Unable to find lockfile for Python script, but `--locked` was provided." in refused.stderr
    assert "warning: No lockfile found for Python script (ignoring `--frozen`)" in ignored.stderr
    assert ignored.stdout == "1.0\n"
    assert locked.exit_code == 0
    assert (shop.work / "s.py.lock").is_file()
    assert (run.exit_code, run.stdout) == (0, "1.0\n")


def test_flags_of_projects_mean_nothing_to_scripts(shop: Shop) -> None:
    shop.write("s.py", SCRIPT)

    outcome = shop.run("--group", "g", "--extra", "x", "--isolated", "s.py")

    assert outcome.exit_code == 0
    assert "warning: Extras are not supported for Python scripts with inline metadata\n" in outcome.stderr
    assert "warning: `--group g` is not supported for Python scripts with inline metadata\n" in outcome.stderr
    assert "warning: `--isolated` is a no-op for Python scripts with inline metadata" in outcome.stderr


def test_overlay_of_more_packages(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT.replace('[dependency-groups]\ndev = ["extra"]\n', ""))
    probe = "import lib, extra, sys, shutil; print(lib.__version__, sys.prefix, shutil.which('libtool'))"

    first = shop.run("--with", "extra", *code(probe))
    second = shop.run("--with", "extra,lib<3", *code("import extra; print('again')"))
    alone = shop.run(*code("import extra"))

    version, prefix, tool = first.stdout.split()
    assert version == "2.0"
    assert not Path(prefix).exists()
    assert prefix.startswith(str(shop.cache))
    assert tool == f"{prefix}/bin/libtool"
    assert (second.stdout, second.exit_code) == ("again\n", 0)
    assert "Installed" not in second.stderr
    assert alone.exit_code == 1


def test_overlay_prefers_locked_versions(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT.replace('"lib"', '"lib<2"').replace('dev = ["extra"]', "dev = []"))
    shop.run(*code("1"))
    shop.write("pyproject.toml", PROJECT.replace('dev = ["extra"]', "dev = []"))

    assert shop.run("--with", "extra", *code("import lib; print(lib.__version__)")).stdout == "1.0\n"


def test_satisfied_overlay_is_none(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)
    shop.run(*code("1"))

    outcome = shop.run("--with", "lib>1", *code("import sys; print(sys.prefix)"))

    assert (outcome.stdout, outcome.stderr) == (f"{shop.work}/.venv\n", "")


def test_overlay_without_solution(shop: Shop) -> None:
    outcome = shop.run("--no-project", "--with", "lib>9", *code("1"))

    assert outcome.exit_code == 1
    assert "× No solution found when resolving `--with` dependencies:" in outcome.stderr


def test_environment_files(shop: Shop) -> None:
    shop.write(".env", "A=1\nPATH=x\n")
    words = ("--no-project", *code("import os; print(os.environ.get('A'), os.environ['PATH'] == 'x')"))

    assert shop.run("--env-file", ".env", *words).stdout == "1 False\n"
    assert shop.run(*words, UV_ENV_FILE=".env").stdout == "1 False\n"
    assert shop.run("--no-env-file", *words, UV_ENV_FILE=".env").stdout == "None False\n"
    assert shop.run("--env-file", "none", *words).exit_code == 2


def test_flags_without_a_project(shop: Shop) -> None:
    outcome = shop.run("--locked", "--extra", "x", *code("1"))

    assert outcome.exit_code == 0
    assert outcome.stderr == (
        "warning: `--extra x` has no effect when used outside of a project\n"
        "warning: `--locked` has no effect when used outside of a project\n"
    )


def test_endless_recursion_is_noticed(shop: Shop) -> None:
    outcome = shop.run("--no-project", *code("1"), UV_RUN_RECURSION_DEPTH="101")

    assert outcome.exit_code == 2
    assert "`uv run` was recursively invoked 101 times which exceeds the limit of 100" in outcome.stderr
    assert "hint: If you are running a script with `uv run` in the shebang" in outcome.stderr


def test_projects_of_scripts_elsewhere(shop: Shop) -> None:
    shop.write("other/pyproject.toml", PROJECT)
    shop.write("other/tools/s.py", "import sys; print(sys.prefix)")

    assert shop.run("other/tools/s.py").stdout == f"{shop.work}/other/.venv\n"


# the fast path answers as the ordinary one


def warm(shop: Shop, *words: str) -> Outcome:
    """Run until nothing is left to do and the inputs are old enough to be believed."""
    shop.run(*words)
    time.sleep(0.05)
    outcome = shop.run(*words)
    assert outcome.exit_code == 0
    return outcome


def test_quick_project(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)
    shop.write("s.py", "import lib, sys; print(lib.__version__, sys.argv, sys.prefix)")
    slow = warm(shop, "s.py", "a")

    assert shop.quick("s.py", "a").stdout == slow.stdout
    assert shop.quick("python", "-c", "print(1)").stdout == "1\n"

    shop.write("pyproject.toml", PROJECT.replace('"lib"', '"lib<2"'))
    assert shop.quick("s.py", "a").stdout == "slow\n"


def test_quick_script(shop: Shop) -> None:
    shop.write("s.py", SCRIPT)
    slow = warm(shop, "s.py", "a")

    assert shop.quick("s.py", "a").stdout == slow.stdout == "2.0 ['a']\n"

    shop.write("s.py", SCRIPT.replace("'lib'", "'lib<2'"))
    assert shop.quick("s.py", "a").stdout == "slow\n"
    assert warm(shop, "s.py").stdout == "1.0 []\n"


def test_quick_overlay_that_is_there(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT)
    warm(shop, "--with", "lib", *code("print(1)"))

    assert shop.quick("--with", "lib", *code("print(2)")).stdout == "2\n"
    assert shop.quick("--with", "lib<2", *code("print(2)")).stdout == "slow\n"

    metadata = next((shop.work / ".venv").glob("lib/*/site-packages/lib-2.0.dist-info/METADATA"))
    text = metadata.read_text()
    metadata.unlink()
    metadata.write_text(text + "Requires-Dist: missing\n")
    assert shop.quick("--with", "lib", *code("print(2)")).stdout == "slow\n"


def test_overlay_that_is_made_is_never_quick(shop: Shop) -> None:
    shop.write("pyproject.toml", PROJECT.replace('["extra"]', "[]"))
    warm(shop, "--with", "extra", *code("print(1)"))

    assert shop.quick("--with", "extra", *code("print(2)")).stdout == "slow\n"
