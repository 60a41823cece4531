"""``pip compile``, ``pip install`` and ``pip sync``: whole outputs against an index in this process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import Filter, Outcome, assert_snapshot, clean_environment, run_cli
from tests.support.index_server import Fault, IndexServer
from tests.support.packages import make_sdist, make_wheel

from ultraviolet.environment.create import VenvOptions, create_venv
from ultraviolet.python.probe import Prober


class Shop:
    """An index with a few packages, and a directory to run commands in."""

    def __init__(self, index: IndexServer, directory: Path) -> None:
        self.index = index
        self.directory = directory
        self.work = directory / "yard"
        self.work.mkdir()
        self.environ = clean_environment(
            directory,
            UV_CACHE_DIR=str(directory / "cache"),
            UV_DEFAULT_INDEX=index.index_url,
            UV_TEST_NO_HTTP_RETRY_DELAY="1",
            UV_TEST_NO_CLI_PROGRESS="1",
            UV_HTTP_RETRIES="0",
            UV_NO_WRAP="1",
        )
        self.filters: tuple[Filter, ...] = (
            (r"http://127\.0\.0\.1:\d+", "[INDEX]"),
            (r"sha256:[0-9a-f]{64}", "sha256:[DIGEST]"),
            (str(directory), "[DIRECTORY]"),
            (r"\b3\.\d+\.\d+\b", "[PYTHON]"),
        )

    def make_environment(self) -> None:
        """Make ``.venv`` for this interpreter."""
        prober = Prober(None, environ=self.environ, cwd=str(self.work))
        create_venv(str(self.work / ".venv"), prober.query(sys.executable), VenvOptions(), cwd=str(self.work))

    def write(self, name: str, text: str) -> None:
        """Write a file of the working directory."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *words: str, **variables: str) -> Outcome:
        """Run a command."""
        return run_cli(*words, cwd=self.work, env={**self.environ, **variables})

    def compile(self, *words: str) -> Outcome:
        """Run ``pip compile`` with this interpreter."""
        return self.run("pip", "compile", *words, UV_PYTHON=sys.executable)

    def check(self, name: str, *outcomes: Outcome) -> None:
        """Compare with a snapshot."""
        assert_snapshot(name, *outcomes, filters=self.filters)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with IndexServer() as index:
        for version in ("1.0", "2.0"):
            index.add(make_wheel("lib", version))
        index.add(make_wheel("app", "1.0", requires=["lib<2", "extra-lib; extra == 'more'"], extras=["more"]))
        index.add(make_wheel("app", "2.0", requires=["lib", "extra-lib; extra == 'more'"], extras=["more"]))
        index.add(make_wheel("extra-lib", "0.1"))
        index.add(make_wheel("windows-only", "1.0", requires=["lib; sys_platform == 'win32'"]))
        index.add(make_sdist("source", "1.0"))
        yield Shop(index, tmp_path)


# pip compile


def test_compiled_requirements_are_annotated(shop: Shop) -> None:
    shop.write("requirements.in", "app\nlib<3\n")
    shop.write("limits.txt", "lib<3\n")
    shop.check(
        "pip_compile_annotations",
        shop.compile("requirements.in", "-c", "limits.txt"),
        shop.compile("requirements.in", "--no-header", "--annotation-style", "line"),
        shop.compile("requirements.in", "--no-header", "--no-annotate", "--emit-index-annotation"),
        shop.compile("requirements.in", "--no-header", "--no-emit-package", "lib"),
        shop.compile("requirements.in", "--no-header", "--generate-hashes", "-q"),
        shop.compile("requirements.in", "--no-header", "--emit-index-url", "--emit-build-options"),
    )


def test_extras_and_markers_are_kept_on_request(shop: Shop) -> None:
    shop.write("requirements.in", "app[more]\nwindows-only\n")
    shop.check(
        "pip_compile_extras",
        shop.compile("requirements.in", "--no-header", "--no-strip-extras"),
        shop.compile("requirements.in", "--no-header", "--universal", "--python-version", "3.9"),
        shop.compile("requirements.in", "--no-header", "--python-platform", "windows", "--python-version", "3.9"),
        shop.compile("requirements.in", "--no-header", "--no-deps"),
    )


def test_the_output_file_gives_preferences(shop: Shop) -> None:
    shop.write("requirements.in", "lib\n")
    shop.write("requirements.txt", "lib==1.0\n")
    shop.check(
        "pip_compile_preferences",
        shop.compile("requirements.in", "-o", "requirements.txt"),
        shop.compile("requirements.in", "-o", "requirements.txt", "--upgrade-package", "lib"),
        shop.compile("requirements.in", "-o", "new/pylock.toml", "--no-header"),
        shop.compile("requirements.in", "-o", "pyproject.toml"),
        shop.compile("requirements.in", "-o", "lock.toml"),
    )
    assert "lib==2.0" in (shop.work / "requirements.txt").read_text(encoding="utf-8")


def test_projects_extras_and_groups_are_sources(shop: Shop) -> None:
    shop.write(
        "pyproject.toml",
        '[project]\nname = "thing"\nversion = "0"\ndependencies = ["lib"]\n'
        '[project.optional-dependencies]\nmore = ["app"]\nall = ["thing[more]"]\n'
        '[dependency-groups]\ntest = ["extra-lib"]\n'
        '[tool.uv]\nconstraint-dependencies = ["lib<2"]\n',
    )
    shop.check(
        "pip_compile_projects",
        shop.compile("pyproject.toml", "--no-header"),
        shop.compile("pyproject.toml", "--no-header", "--extra", "all"),
        shop.compile("--no-header", "--group", "test"),
        shop.compile("pyproject.toml", "--extra", "none"),
        shop.compile("--group", "none"),
    )


def test_failures_of_compile(shop: Shop) -> None:
    shop.write("conflict.in", "app==1.0\nlib==2.0\n")
    shop.write("unknown.in", "nothing-of-that-name\n")
    shop.write("malformed.in", "lib=1\n")
    shop.write("strange.in", "!lib\n")
    shop.write("plain.in", "lib\n")
    shop.write("offline.in", "windows-only\n")
    shop.index.fail("/simple/extra-lib/", Fault("status", status=500))
    shop.write("broken.in", "extra-lib\n")
    shop.check(
        "pip_compile_failures",
        shop.compile("conflict.in"),
        shop.compile("unknown.in"),
        shop.compile("malformed.in"),
        shop.compile("strange.in"),
        shop.compile("missing.in"),
        shop.compile("broken.in"),
        shop.compile("plain.in", "--extra", "more"),
        shop.compile("offline.in", "--offline"),
        shop.compile("plain.in", "--resolver", "legacy"),
        shop.compile("plain.in", "--torch-backend", "cpu"),
    )


# pip install


def test_installing_upgrading_and_having_nothing_to_do(shop: Shop) -> None:
    shop.make_environment()
    shop.check(
        "pip_install",
        shop.run("pip", "install", "lib==1.0"),
        shop.run("pip", "install", "lib"),
        shop.run("pip", "install", "lib", "--dry-run", "--upgrade"),
        shop.run("pip", "install", "lib", "--upgrade"),
        shop.run("pip", "install", "app[more]"),
        shop.run("pip", "install", "app", "--exact"),
        shop.run("pip", "install", "lib", "--reinstall"),
        shop.run("pip", "install", "lib", "--dry-run"),
    )


def test_satisfied_requirements_ask_nobody(shop: Shop) -> None:
    shop.make_environment()
    shop.run("pip", "install", "app")
    asked = len(shop.index.requests)

    outcome = shop.run("pip", "install", "app")

    assert outcome.exit_code == 0
    assert outcome.stderr.startswith("Checked 1 package in ")
    assert len(shop.index.requests) == asked


def test_directories_in_place_of_environments(shop: Shop) -> None:
    shop.make_environment()
    assert shop.run("pip", "install", "lib", "--target", "there").exit_code == 0
    assert (shop.work / "there" / "lib-2.0.dist-info" / "RECORD").is_file()
    assert shop.run("pip", "install", "lib", "--prefix", "elsewhere").exit_code == 0
    assert list((shop.work / "elsewhere").glob("lib/python*/site-packages/lib-2.0.dist-info"))


def test_digests(shop: Shop) -> None:
    shop.make_environment()
    wheel = make_wheel("lib", "1.0")
    shop.write("right.txt", f"lib==1.0 --hash=sha256:{wheel.sha256}\n")
    shop.write("wrong.txt", f"lib==1.0 --hash=sha256:{'0' * 64}\n")
    shop.write("none.txt", "lib==1.0\n")
    shop.write("range.txt", f"lib<2 --hash=sha256:{wheel.sha256}\n")
    shop.check(
        "pip_install_digests",
        shop.run("pip", "install", "--require-hashes", "-r", "none.txt"),
        shop.run("pip", "install", "--require-hashes", "-r", "range.txt"),
        shop.run("pip", "install", "-r", "wrong.txt"),
        shop.run("pip", "install", "--require-hashes", "-r", "right.txt"),
    )


def test_failures_of_install(shop: Shop) -> None:
    no_environment = shop.run("pip", "install", "lib")
    shop.make_environment()
    shop.check(
        "pip_install_failures",
        no_environment,
        shop.run("pip", "install", "nothing-of-that-name"),
        shop.run("pip", "install", "lib==3"),
        shop.run("pip", "install", "./missing"),
        shop.run("pip", "install", "lib", "--extra", "more"),
        shop.run("pip", "install", "source", "--no-build"),
        shop.run("pip", "install", "lib", "--user"),
        shop.run("pip", "install", "=lib"),
    )


def test_files_that_are_gone(shop: Shop) -> None:
    shop.make_environment()
    shop.index.fail(shop.index.file_path("lib-2.0-py3-none-any.whl"), Fault("status", status=404))
    shop.check("pip_install_gone", shop.run("pip", "install", "lib"))


# pip sync


def test_syncing(shop: Shop) -> None:
    shop.make_environment()
    shop.write("one.txt", "lib==1.0\nextra-lib==0.1\n")
    shop.write("two.txt", "lib==2.0\n")
    shop.write("empty.txt", "")
    shop.check(
        "pip_sync",
        shop.run("pip", "sync", "one.txt"),
        shop.run("pip", "sync", "one.txt"),
        shop.run("pip", "sync", "two.txt", "--dry-run"),
        shop.run("pip", "sync", "two.txt"),
        shop.run("pip", "sync", "empty.txt"),
        shop.run("pip", "sync", "empty.txt", "--allow-empty-requirements"),
    )


def test_lockfiles_of_the_standard_are_installed(shop: Shop) -> None:
    shop.make_environment()
    shop.write("requirements.in", "app\n")
    shop.compile("requirements.in", "-o", "pylock.toml")
    shop.write("broken/pylock.toml", 'lock-version = "1.0"\n')
    shop.check(
        "pip_sync_pylock",
        shop.run("pip", "sync", "pylock.toml", "--preview-features", "pylock"),
        shop.run("pip", "install", "-r", "pylock.toml"),
        shop.run("pip", "sync", "broken/pylock.toml", "--preview-features", "pylock"),
    )
