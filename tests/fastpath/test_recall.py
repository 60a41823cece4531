"""Kept answers: the same command gives the same again, and every input that it followed from makes it think anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.support.cli import SOURCE
from tests.support.index_server import IndexServer
from tests.support.packages import make_wheel

from ultraviolet import __version__, fastpath, recall, remember
from ultraviolet.cache.layout import Cache
from ultraviolet.environment.create import VenvOptions, create_venv
from ultraviolet.python.probe import Prober

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is kept there")

COMPILE = ("pip", "compile", "requirements.in", "--no-header")
INSTALL = ("pip", "install", "-r", "requirements.in")
PIP_SYNC = ("pip", "sync", "pins.txt")
SYNC = ("sync",)
VENV = ("venv", "new")


class Yard:
    """A directory with requirements, a project and an environment, an index, and commands that run as processes."""

    def __init__(self, root: Path, index: IndexServer) -> None:
        self.index = index
        self.root = root
        self.home = root / "home"
        self.work = root / "work"
        for directory in (self.home, self.work, root / "bin"):
            directory.mkdir()
        self.environ = {
            "HOME": str(self.home),
            "PATH": f"{root / 'bin'}:/usr/bin:/bin",
            "XDG_CONFIG_DIRS": str(root / "etc"),
            "UV_CACHE_DIR": str(root / "cache"),
            "UV_DEFAULT_INDEX": index.index_url,
            "UV_PYTHON": sys.executable,
            "UV_PYTHON_DOWNLOADS": "never",
            "SHELL": "/bin/bash",
        }
        self.write("requirements.in", "flask\n")
        self.write("pins.txt", "flask==1.0\nclick==1.0\n")
        self.write(
            "pyproject.toml",
            '[project]\nname = "p"\nversion = "1"\nrequires-python = ">=3.8"\ndependencies = ["flask"]\n',
        )
        self.settle()

    def write(self, name: str, text: str) -> None:
        (self.work / name).write_text(text)

    def settle(self) -> None:
        """Let the files be older than what comes."""
        time.sleep(0.05)

    @property
    def environment(self) -> Path:
        return self.work / ".venv"

    @property
    def site(self) -> Path:
        return self.environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"

    def empty(self) -> None:
        """Make a new environment in the place of the one there is."""
        shutil.rmtree(self.environment, ignore_errors=True)
        prober = Prober(None, environ=self.environ, cwd=str(self.work))
        create_venv(str(self.environment), prober.query(sys.executable), VenvOptions(), cwd=str(self.work))
        self.settle()

    def run(self, *words: str, **variables: str) -> tuple[bool, str, str]:
        """Run a command; return whether it was recalled, what it printed, and its report without times."""
        environ = {name: value for name, value in {**self.environ, **variables}.items() if value}
        if words[:2] in (("pip", "install"), ("pip", "sync")):
            environ.pop("UV_PYTHON")
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "ultraviolet", *words],
            cwd=self.work,
            env={**environ, "PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stderr.splitlines(keepends=True)
        modules = {line.rpartition("|")[2].strip() for line in lines if line.startswith("import time:")}
        said = "".join(line for line in lines if not line.startswith("import time:"))
        assert done.returncode == 0, said
        assert "ultraviolet.fastpath" in modules
        return "ultraviolet.cli.main" not in modules, done.stdout, without_times(said)

    def tree(self, environment: Path | None = None) -> dict[str, object]:
        """Every file, link and directory of an environment, stamps apart."""
        root = environment or self.environment
        return {
            str(path.relative_to(root)): str(path.readlink())
            if path.is_symlink()
            else (path.stat().st_mode, path.read_bytes() if path.is_file() else None)
            for path in sorted(root.rglob("*"))
            if ".ultraviolet" not in path.parts
        }


def without_times(text: str) -> str:
    return "".join(
        line.rpartition(" in ")[0] + "\n" if " in " in line else line for line in text.splitlines(keepends=True)
    )


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with IndexServer() as index:
        index.add(
            make_wheel("flask", "1.0", requires=["click"], entry_points={"console_scripts": {"flask": "flask:run"}})
        )
        index.add(make_wheel("click", "1.0", files={"click/__init__.py": "", "click/deep/data.txt": "x"}))
        yield Yard(tmp_path, index)


def install(yard: Yard, *words: str, **variables: str) -> tuple[bool, str, str]:
    yard.empty()
    return yard.run(*words, **variables)


# What is given again


def test_compiling_again_prints_the_same(yard: Yard) -> None:
    first = yard.run(*COMPILE)
    again = yard.run(*COMPILE)

    assert first[1].startswith("click==1.0\n    # via flask\n")
    assert (first[0], again[0]) == (False, True)
    assert again[1:] == first[1:]


def test_compiling_to_a_file_writes_it_again(yard: Yard) -> None:
    words = (*COMPILE, "-o", "out.txt")
    assert not yard.run(*words)[0]  # there was no file, whose pins would count
    yard.settle()
    assert not yard.run(*words)[0]
    written = (yard.work / "out.txt").read_text()
    yard.settle()

    assert yard.run(*words)[:2] == (True, written)
    assert (yard.work / "out.txt").read_text() == written
    (yard.work / "out.txt").unlink()
    assert yard.run(*words)[0] is False
    assert (yard.work / "out.txt").read_text() == written


def test_an_output_file_with_other_pins_is_read(yard: Yard) -> None:
    words = (*COMPILE, "-o", "out.txt")
    yard.run(*words)
    yard.settle()
    yard.run(*words)
    yard.index.add(make_wheel("click", "0.9"))
    shutil.rmtree(yard.root / "cache" / "listings-v1")
    yard.write("out.txt", "click==0.9\n")
    yard.settle()

    assert yard.run(*words)[:2] == (False, "click==0.9\n    # via flask\nflask==1.0\n    # via -r requirements.in\n")


def test_a_quiet_compilation_into_a_file_prints_nothing(yard: Yard) -> None:
    words = (*COMPILE, "-q", "-o", "out.txt")
    yard.run(*words)
    yard.settle()
    yard.run(*words)
    yard.settle()

    assert yard.run(*words) == (True, "", "")


@pytest.mark.parametrize("words", [INSTALL, PIP_SYNC, SYNC], ids=["install", "pip sync", "sync"])
def test_filling_another_environment_leaves_the_same(yard: Yard, words: tuple[str, ...]) -> None:
    if words == SYNC:
        yard.empty()
        yard.run("lock")
        yard.settle()
    first = install(yard, *words)
    before = yard.tree()
    again = install(yard, *words)

    assert (first[0], again[0]) == (False, True)
    assert [line for line in first[2].splitlines() if not line.startswith(("Prepared", "Downloading"))] == again[
        2
    ].splitlines()
    assert yard.tree() == before
    assert (yard.environment / "bin" / "flask").stat().st_mode & 0o111
    # The ordinary path finds nothing to do.
    assert yard.run(*words, UV_CONCURRENT_BUILDS="1")[2].splitlines()[-1].startswith("Checked")


def test_making_an_environment_again(yard: Yard) -> None:
    first = yard.run(*VENV)
    before = yard.tree(yard.work / "new")
    shutil.rmtree(yard.work / "new")
    again = yard.run(*VENV)

    assert (first[0], again[0]) == (False, True)
    assert again[1:] == first[1:]
    assert first[2].splitlines()[-2:] == [
        "Creating virtual environment at: new",
        "Activate with: source new/bin/activate",
    ]
    assert yard.tree(yard.work / "new") == before
    # The cache knows the new interpreter as if it had been asked.
    python = yard.work / "new" / "bin" / "python"
    prober = Prober(str(yard.root / "cache" / "interpreters-v1"), environ=yard.environ, cwd=str(yard.work))
    record = Path(prober._record_path(str(python)) or "")
    written = record.read_bytes()
    prober.query(str(python))
    assert record.read_bytes() == written
    asked = Prober(None, environ=yard.environ, cwd=str(yard.work)).query(str(python))
    assert prober.query(str(python)).facts() == asked.facts()
    # What is there now is not made again.
    done = subprocess.run(
        [sys.executable, "-m", "ultraviolet", *VENV, "--no-clear"],
        cwd=yard.work,
        env={**yard.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "already exists" in done.stderr


def test_syncing_from_nothing_again(yard: Yard) -> None:
    yard.run("lock")
    yard.settle()
    first = yard.run(*SYNC)
    before = yard.tree()
    shutil.rmtree(yard.environment)
    again = yard.run(*SYNC)

    assert (first[0], again[0]) == (False, True)
    assert again[2].splitlines() == [line for line in first[2].splitlines() if not line.startswith("Prepared")]
    assert again[2].splitlines()[1] == "Creating virtual environment at: .venv"
    assert yard.tree() == before
    assert yard.run(*SYNC)[2].splitlines()[-1].startswith("Checked")


def test_colours_are_those_of_the_stream(yard: Yard) -> None:
    install(yard, *INSTALL, FORCE_COLOR="1")
    again = install(yard, *INSTALL, FORCE_COLOR="1")

    assert again[0]
    assert "\x1b[32m+\x1b[39m \x1b[1mclick\x1b[0m" in again[2] or "\x1b[32m+" in again[2]


# What makes the command think anew


def touch(path: Path) -> None:
    """Change a file's content and nothing else that can be helped."""
    status = path.stat()
    text = path.read_text()
    path.write_text(text + "#")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def create(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def replace(path: Path) -> None:
    """Put an equal file in the place of one."""
    shutil.copy(path, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def recalled(yard: Yard, *words: str, **variables: str) -> bool:
    """Whether the fast path would give an answer again."""
    environ = {name: value for name, value in {**yard.environ, **variables}.items() if value}
    return fastpath.recalled(words, environ, str(yard.work), __version__) is not None


def listing(yard: Yard) -> Path:
    return next((yard.root / "cache" / "listings-v1").rglob("flask.rec"))


COMMON: dict[str, Callable[[Yard], object]] = {
    "requirements": lambda y: touch(y.work / "requirements.in"),
    "requirements removed": lambda y: (y.work / "requirements.in").unlink(),
    "listing removed": lambda y: listing(y).unlink(),
    "listing replaced": lambda y: replace(listing(y)),
    "configuration appears": lambda y: create(y.work / "uv.toml"),
    "configuration above": lambda y: create(y.root / "uv.toml"),
    "manifest": lambda y: touch(y.work / "pyproject.toml"),
    "user configuration": lambda y: create(y.home / ".config" / "uv" / "uv.toml"),
    "system configuration": lambda y: create(y.root / "etc" / "uv" / "uv.toml"),
    "pin": lambda y: create(y.work / ".python-version", "3.11"),
    "cache removed": lambda y: shutil.rmtree(y.root / "cache"),
}  # fmt: skip
COMPILE_CHANGES: dict[str, Callable[[Yard], object]] = {
    **COMMON,
    "environment appears": lambda y: y.empty(),
    "program appears on the PATH": lambda y: create(y.root / "bin" / "python3.12"),
    "managed Python appears": lambda y: (y.home / ".local" / "share" / "uv" / "python").mkdir(parents=True),
}
INSTALL_CHANGES: dict[str, Callable[[Yard], object]] = {
    **COMMON,
    "pyvenv.cfg": lambda y: touch(y.environment / "pyvenv.cfg"),
    "package installed": lambda y: (y.site / "attrs-1.dist-info").mkdir(),
    "interpreter": lambda y: replace(y.environment / "bin" / "python"),
    "wheel forgotten": lambda y: next((y.root / "cache" / "unpacked-v1").glob("*.manifest")).unlink(),
}


@pytest.mark.parametrize("change", COMPILE_CHANGES)
def test_compiling_depends_on(yard: Yard, change: str) -> None:
    yard.run(*COMPILE)
    assert recalled(yard, *COMPILE)

    COMPILE_CHANGES[change](yard)

    assert not recalled(yard, *COMPILE)


@pytest.mark.parametrize("change", INSTALL_CHANGES)
def test_installing_depends_on(yard: Yard, change: str) -> None:
    install(yard, *INSTALL)
    yard.empty()
    if change != "package installed":
        assert recalled(yard, *INSTALL, UV_PYTHON="")

    INSTALL_CHANGES[change](yard)

    if change == "package installed":  # found under the environment's lock
        assert yard.run(*INSTALL)[0] is False
    else:
        assert not recalled(yard, *INSTALL, UV_PYTHON="")


SYNC_CHANGES: dict[str, Callable[[Yard], object]] = {
    "lockfile": lambda y: touch(y.work / "uv.lock"),
    "manifest": lambda y: touch(y.work / "pyproject.toml"),
    "pyvenv.cfg": lambda y: touch(y.environment / "pyvenv.cfg"),
    "wheel forgotten": lambda y: next((y.root / "cache" / "unpacked-v1").glob("*.manifest")).unlink(),
}


@pytest.mark.parametrize("change", SYNC_CHANGES)
def test_syncing_depends_on(yard: Yard, change: str) -> None:
    yard.empty()
    yard.run("lock")
    yard.settle()
    yard.run(*SYNC)
    yard.empty()
    assert recalled(yard, *SYNC)

    SYNC_CHANGES[change](yard)

    assert not recalled(yard, *SYNC)


VENV_CHANGES: dict[str, Callable[[Yard], object]] = {
    "manifest": lambda y: touch(y.work / "pyproject.toml"),
    "pin": lambda y: create(y.work / ".python-version", "3.11"),
    "something in its place": lambda y: (y.work / "new").mkdir(),
    "program appears on the PATH": lambda y: create(y.root / "bin" / "python3.12"),
    "managed Python appears": lambda y: (y.home / ".local" / "share" / "uv" / "python").mkdir(parents=True),
    "configuration appears": lambda y: create(y.root / "uv.toml"),
}


@pytest.mark.parametrize("change", VENV_CHANGES)
def test_making_an_environment_depends_on(yard: Yard, change: str) -> None:
    yard.run(*VENV)
    shutil.rmtree(yard.work / "new")
    assert recalled(yard, *VENV)
    assert not recalled(yard, *VENV, SHELL="/bin/fish")
    assert not recalled(yard, *VENV, FISH_VERSION="3")

    VENV_CHANGES[change](yard)

    assert not recalled(yard, *VENV)


def test_making_an_environment_that_several_manifests_decide_is_not_kept(yard: Yard) -> None:
    (yard.work / "member").mkdir()
    create(yard.work / "member" / "pyproject.toml", '[project]\nname = "m"\nversion = "1"\nrequires-python = ">=3.8"\n')
    with (yard.work / "pyproject.toml").open("a") as manifest:
        manifest.write('[tool.uv.workspace]\nmembers = ["member"]\n')
    yard.settle()
    yard.run(*VENV)
    shutil.rmtree(yard.work / "new")

    assert not recalled(yard, *VENV)


VARIABLES = {
    "UV_PRERELEASE": "allow",
    "UV_CACHE_DIR": "/elsewhere",
    "PATH": "/bin",
    "PYENV_VERSION": "3.9",
    "VIRTUAL_ENV": "/elsewhere",
    "HOME": "/elsewhere",
}


@pytest.mark.parametrize("name", VARIABLES)
def test_compiling_depends_on_the_variable(yard: Yard, name: str) -> None:
    yard.run(*COMPILE)

    assert not recalled(yard, *COMPILE, **{name: VARIABLES[name]})
    assert recalled(yard, *COMPILE, UV="/bin/uv", COLUMNS="7")


def test_listings_are_asked_for_again_in_time(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.run(*COMPILE)
    now = time.time_ns()

    monkeypatch.setattr(time, "time_ns", lambda: now + 590 * 10**9)
    assert recalled(yard, *COMPILE)
    monkeypatch.setattr(time, "time_ns", lambda: now + 600 * 10**9)
    assert not recalled(yard, *COMPILE)
    monkeypatch.setattr(time, "time_ns", lambda: now - 600 * 10**9)
    assert not recalled(yard, *COMPILE)


@pytest.mark.parametrize("cache_control", [None, "no-cache", "max-age=0", "no-store"])
def test_listings_that_must_be_asked_for_are(yard: Yard, cache_control: str | None) -> None:
    yard.index.cache_control = cache_control
    yard.run(*COMPILE)
    before = len(yard.index.requests)

    assert yard.run(*COMPILE)[0] is False
    assert len(yard.index.requests) > before


UNSUITABLE = {
    "refresh": ("--refresh",),
    "verbose": ("-v",),
    "twice quiet": ("-qq",),
    "moving cut-off": ("--exclude-newer", "1 day"),
    "find-links": ("--find-links", "."),
    "other cache": ("--cache-dir", "other"),
    "no cache": ("--no-cache",),
}


@pytest.mark.parametrize("name", UNSUITABLE)
def test_nothing_is_kept_of_commands_with(yard: Yard, name: str) -> None:
    words = (*COMPILE, *UNSUITABLE[name])
    yard.run(*words)

    assert not recalled(yard, *words)


UNTOLD: dict[str, Callable[[Yard], object]] = {
    "another file": lambda y: y.write("requirements.in", "-r pins.txt\n"),
    "a variable": lambda y: y.write("requirements.in", "flask # ${X}\n"),
    "a source tree": lambda y: y.write("requirements.in", "flask\n./tree\n"),
    "a wheel by its URL": lambda y: y.write("requirements.in", f"flask @ {y.index.url}/files/flask-1.0-py3-none-any.whl\n"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNTOLD)
def test_nothing_is_kept_of_requirements_with(yard: Yard, name: str) -> None:
    UNTOLD[name](yard)
    tree = yard.work / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text('[project]\nname = "tree"\nversion = "1"\n')
    yard.settle()
    environ = {**yard.environ, "PYTHONPATH": str(SOURCE)}
    subprocess.run(
        [sys.executable, "-m", "ultraviolet", *COMPILE], cwd=yard.work, env=environ, capture_output=True, check=False
    )

    assert not recalled(yard, *COMPILE)


def test_nothing_is_kept_of_installing_a_source_tree(yard: Yard) -> None:
    tree = yard.work / "tree"
    tree.mkdir()
    (tree / "pyproject.toml").write_text(
        '[project]\nname = "tree"\nversion = "1"\n[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    )
    wheel = make_wheel("tree", "1")
    (tree / "backend.py").write_text(
        "def build_wheel(directory, config_settings=None, metadata_directory=None):\n"
        f"    with open(directory + '/{wheel.filename}', 'wb') as file:\n        file.write({wheel.content!r})\n"
        f"    return {wheel.filename!r}\n"
    )
    words = ("pip", "install", "./tree")
    assert install(yard, *words)[0] is False
    assert (yard.site / "tree-1.dist-info").is_dir()
    yard.empty()

    assert not recalled(yard, *words, UV_PYTHON="")
    assert install(yard, "pip", "install", "flask")[0] is False
    yard.empty()
    assert recalled(yard, "pip", "install", "flask", UV_PYTHON="")


def test_a_file_that_changes_meanwhile_keeps_nothing(yard: Yard) -> None:
    yard.write("requirements.in", "flask\n")

    kept = remember.remember(
        ("compile", ("", ""), None, ()),
        remember.Inputs(contents=[str(yard.work / "requirements.in")]),
        words=COMPILE,
        cwd=str(yard.work),
        environ=yard.environ,
        started=time.time_ns() - 10**9,
        cache=str(yard.root / "cache"),
    )

    assert not kept


def test_damaged_answers_are_passed_over(yard: Yard) -> None:
    yard.run(*COMPILE)
    (answer,) = (yard.root / "cache" / fastpath.ANSWERS).iterdir()
    for content in (b"", b"not marshal", answer.read_bytes()[:-20]):
        answer.write_bytes(content)
        recall_run = yard.run(*COMPILE)
        assert recall_run[0] is False
        assert recall_run[1].startswith("click==1.0")


def test_passwords_are_not_kept(yard: Yard) -> None:
    yard.index.login = ("user", "s3cret")
    url = yard.index.index_url.replace("://", "://user:s3cret@")
    yard.run(*COMPILE, UV_DEFAULT_INDEX=url)
    assert recalled(yard, *COMPILE, UV_DEFAULT_INDEX=url)
    yard.run(*COMPILE, "--default-index", url)
    yard.run(*COMPILE, "--emit-index-url", UV_DEFAULT_INDEX=url)

    kept = list((yard.root / "cache" / fastpath.ANSWERS).iterdir())

    assert len(kept) == 1
    assert b"s3cret" not in kept[0].read_bytes()


def test_answers_of_another_version_are_passed_over(yard: Yard) -> None:
    yard.run(*COMPILE)

    assert fastpath.recalled(COMPILE, yard.environ, str(yard.work), "0.0.1") is None


def test_the_number_of_answers_is_limited(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remember, "_KEPT", 4)
    for number in range(9):
        assert remember.remember(
            ("compile", ("", ""), None, ()),
            remember.Inputs(),
            words=(*COMPILE, str(number)),
            cwd=str(yard.work),
            environ=yard.environ,
            started=time.time_ns(),
            cache=str(yard.root / "cache"),
        )

    assert len(list((yard.root / "cache" / fastpath.ANSWERS).iterdir())) <= 4
    assert recalled(yard, *COMPILE, "8")


# When it fails half-way


def test_a_wheel_that_lost_files_is_fetched_again(yard: Yard) -> None:
    install(yard, *INSTALL)
    before = yard.tree()
    next((yard.root / "cache" / "unpacked-v1").rglob("data.txt")).unlink()

    again = install(yard, *INSTALL)

    assert again[0] is False
    assert yard.tree() == before
    assert not [name for name in os.listdir(yard.site) if name.startswith(".uv-")]


def test_an_environment_in_use_is_waited_for(yard: Yard) -> None:
    from ultraviolet.fs.locks import FileLock

    install(yard, *INSTALL)
    yard.empty()
    environ = {name: value for name, value in yard.environ.items() if name != "UV_PYTHON"}
    kept = fastpath.recalled(INSTALL, environ, str(yard.work), __version__)
    assert kept is not None

    def report(lines: object, since: int = 0, /) -> None:
        raise AssertionError

    with FileLock(str(yard.environment / ".lock")):
        done = recall.repeat(
            kept, silent=False, colored=lambda _: False, report=report, has_content=fastpath.has_content
        )

    assert not done
    assert not (yard.site / "click").exists()


def test_an_environment_that_another_command_is_making_is_waited_for(yard: Yard) -> None:
    from ultraviolet.environment.locking import named_lock_path
    from ultraviolet.fs.locks import FileLock

    yard.environ["TMPDIR"] = str(yard.root)
    yard.run("lock")
    yard.settle()
    yard.run(*SYNC)
    shutil.rmtree(yard.environment)
    kept = fastpath.recalled(SYNC, yard.environ, str(yard.work), __version__)
    assert kept is not None

    def report(lines: object, since: int = 0, /) -> None:
        raise AssertionError

    with FileLock(named_lock_path(str(yard.work), str(yard.root))):
        done = recall.repeat(
            kept, silent=False, colored=lambda _: False, report=report, has_content=fastpath.has_content
        )

    assert not done
    assert not yard.environment.exists()


def test_two_commands_at_once_leave_a_whole_environment(yard: Yard) -> None:
    yard.run("lock")
    yard.settle()
    yard.run(*SYNC)
    before = yard.tree()
    shutil.rmtree(yard.environment)

    environ = {**yard.environ, "PYTHONPATH": str(SOURCE)}
    command = [sys.executable, "-m", "ultraviolet", *SYNC]
    both = [subprocess.Popen(command, cwd=yard.work, env=environ, stderr=subprocess.DEVNULL) for _ in range(4)]

    assert [process.wait() for process in both] == [0] * 4
    assert yard.tree() == before


def test_answers_lie_in_the_bucket_of_states() -> None:
    assert Cache("/c").path("state", "answers") == f"/c/{fastpath.ANSWERS}"
