"""Cache entries of every kind, broken in every way: they are fetched or built again without a word."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.failures.site import UNDER_TEST, Site, tree_of
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel

pytestmark = pytest.mark.skipif(UNDER_TEST is not None, reason="looks into the cache")

BACKEND = """
import os, zipfile
NAME = {name!r}
def _files():
    info = f"{{NAME}}-1.0.dist-info"
    return {{
        f"{{NAME}}.py": "x = 1",
        f"{{info}}/METADATA": f"Metadata-Version: 2.1\\nName: {{NAME}}\\nVersion: 1.0\\n",
        f"{{info}}/WHEEL": "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        f"{{info}}/RECORD": "",
    }}
def build_wheel(directory, settings=None, metadata=None):
    name = f"{{NAME}}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for path, text in _files().items():
            archive.writestr(path, text)
    return name
"""
PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def cut_by_one(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def garbled(path: Path) -> None:
    path.write_bytes(bytes(byte ^ 0x5A for byte in path.read_bytes()))


def of_other_shape(path: Path) -> None:
    """A record whose envelope is right and whose payload is not."""
    content = path.read_bytes()
    head = int.from_bytes(content[4:8], "little")
    if content[:4] == b"UVR1":
        path.write_bytes(content[: 12 + head] + b"\xc1" * (len(content) - 12 - head))
    else:
        path.write_bytes(content[:4] + b"\x93\x01\x02\x03")


def a_directory(path: Path) -> None:
    path.unlink()
    path.mkdir()


def gone(path: Path) -> None:
    path.unlink()


DAMAGES: tuple[Callable[[Path], None], ...] = (emptied, halved, cut_by_one, garbled, of_other_shape, a_directory, gone)
KINDS = (
    "interpreters-v*/**/*",
    "listings-v*/**/*.rec",
    "pages-v*/**/*.rec",
    "wheel-records-v*/**/*.meta",
    "wheel-records-v*/**/*.ptr",
    "unpacked-v*/*.manifest",
    "sources-v*/**/revision.rec",
    "sources-v*/**/metadata.rec",
    "sources-v*/**/*.ptr",
)


Warm = tuple[Site, dict[str, bytes | str]]


@pytest.fixture(scope="module")
def warmed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warm, Path]]:
    """A synced project that uses everything the cache keeps, and a copy of all its files."""
    with IndexServer() as server:
        site = Site(tmp_path_factory.mktemp("warmed").resolve() / "s", server)
        expected = fill(site)
        kept = site.root.with_name("kept")
        shutil.copytree(site.cache, kept / "cache", symlinks=True)
        shutil.copytree(site.environment, kept / "environment", symlinks=True)
        shutil.copy2(site.project / "uv.lock", kept)
        yield (site, expected), kept


@pytest.fixture
def warm(warmed: tuple[Warm, Path]) -> Warm:
    """The same as it was at first, with an interpreter that the cache knows; local wheels were never touched."""
    (site, expected), kept = warmed
    for place, name in ((site.cache, "cache"), (site.environment, "environment")):
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(kept / name, place, symlinks=True)
    shutil.copy2(kept / "uv.lock", site.project)
    assert "Checked 7 packages" in site.run("sync").stderr
    return site, expected


def fill(site: Site) -> dict[str, bytes | str]:
    """Sync a project that uses everything the cache keeps; return what its environment holds."""
    site.offer(
        make_wheel("app", "1.0", requires=["lib", "built", "static"]),
        make_wheel("lib", "1.1", files={"lib/__init__.py": "", "lib/data.txt": "data" * 100}),
        make_sdist(
            "built", "1.0", pyproject=PYPROJECT, pkg_info=False, files={"backend.py": BACKEND.format(name="built")}
        ),
        make_sdist(
            "static",
            "1.0",
            pyproject=PYPROJECT + '[project]\nname = "static"\nversion = "1.0"\n',
            files={"backend.py": BACKEND.format(name="static")},
        ),
    )
    direct = make_wheel("direct", "1.0")
    site.server.files[direct.filename] = site.server.add(direct, project="elsewhere")
    local = site.write("wheels/local-1.0-py3-none-any.whl", make_wheel("local", "1.0").content)
    flat = make_wheel("flat", "1.0")
    site.server.add(flat, project="nowhere")
    site.server.add_page("/flat", f'<a href="/files/{flat.filename}">{flat.filename}</a>')
    site.pyproject(
        "app",
        "flat",
        f"direct @ {site.server.url}/files/{direct.filename}",
        f"local @ {local.as_uri()}",
        extra=f'[tool.uv]\nfind-links = ["{site.server.url}/flat"]\n',
    )
    assert site.run("lock").exit_code == 0
    outcome = site.run("sync")
    assert outcome.exit_code == 0, outcome.stderr
    return tree_of(site.environment)


def files_of(cache: Path, pattern: str) -> list[Path]:
    return [path for path in cache.glob(pattern) if path.is_file() and "/src/" not in str(path) and path.name[0] != "."]


def check(site: Site, expected: dict[str, bytes | str]) -> None:
    """Lock, sync and install from what is left."""
    lock = site.project / "uv.lock"
    before = lock.read_bytes()
    lock.unlink()
    shutil.rmtree(site.environment)
    outcome = site.run("sync")
    assert outcome.exit_code == 0, outcome.stderr
    assert "warning" not in outcome.stderr
    assert lock.read_bytes() == before
    assert tree_of(site.environment) == expected
    outcome = site.run("pip", "install", "--reinstall", "app", "flat", "--find-links", f"{site.server.url}/flat")
    assert outcome.exit_code == 0, outcome.stderr
    assert "warning" not in outcome.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_records(warm: Warm, kind: str) -> None:
    site, expected = warm
    for number in range(3):
        found = files_of(site.cache, kind)
        assert found, kind
        for position, path in enumerate(sorted(found)):
            DAMAGES[(3 * number + position) % len(DAMAGES)](path)
        check(site, expected)
    for damage in DAMAGES if len(found) == 1 else ():
        for path in files_of(site.cache, kind):
            damage(path)
        check(site, expected)


def test_records_of_other_packages(warm: Warm) -> None:
    site, expected = warm
    for kind in ("listings-v*/**/*.rec", "wheel-records-v*/**/*.meta", "sources-v*/**/metadata.rec"):
        found = files_of(site.cache, kind)
        contents = [path.read_bytes() for path in found]
        for path, content in zip(found, contents[1:] + contents[:1], strict=True):
            path.write_bytes(content)
        check(site, expected)


def test_unpacked_wheels_gone(warm: Warm) -> None:
    site, expected = warm
    for path in site.cache.glob("unpacked-v*/*"):
        if path.is_dir():
            shutil.rmtree(path)
    check(site, expected)


def test_files_of_unpacked_wheels_gone(warm: Warm) -> None:
    site, expected = warm
    for path in list(site.cache.glob("unpacked-v*/*/*")):
        if path.is_dir() and not path.name.endswith(".dist-info"):
            shutil.rmtree(path)
    check(site, expected)


def test_metadata_of_unpacked_wheels_gone(warm: Warm) -> None:
    site, expected = warm
    for path in list(site.cache.glob("unpacked-v*/*/*.dist-info/WHEEL")):
        path.unlink()
    check(site, expected)


def test_unpacked_sources_gone(warm: Warm) -> None:
    site, expected = warm
    for path in list(site.cache.glob("sources-v*/**/src")):
        shutil.rmtree(path)
    for path in list(site.cache.glob("sources-v*/**/*.ptr")):
        path.unlink()
    check(site, expected)


def test_unpacked_sources_emptied(warm: Warm) -> None:
    site, expected = warm
    for path in list(site.cache.glob("sources-v*/**/src")):
        shutil.rmtree(path)
        path.mkdir()
    for path in list(site.cache.glob("sources-v*/**/*.ptr")):
        path.unlink()
    check(site, expected)


@pytest.mark.parametrize(
    "bucket", ["interpreters", "listings", "pages", "wheel-records", "unpacked", "sources", "builds"]
)
def test_buckets_that_are_files(warm: Warm, bucket: str) -> None:
    site, _ = warm
    for path in list(site.cache.glob(f"{bucket}-v*")):
        shutil.rmtree(path)
        path.write_text("in the way")
    shutil.rmtree(site.environment)
    (site.project / "uv.lock").unlink()
    outcome = site.run("sync")
    assert outcome.exit_code in {0, 1, 2}
    if outcome.exit_code:
        assert outcome.stderr.count("error: ") + outcome.stderr.count("  × ") == 1, outcome.stderr
        assert f"{bucket}-v" in re.sub(r"\n *[│ ] *", "", outcome.stderr), outcome.stderr


def test_stamps(warm: Warm) -> None:
    site, _ = warm
    for damage in DAMAGES:
        assert site.run_process("sync").exit_code == 0
        stamps = [path for path in (site.environment / ".ultraviolet").iterdir() if path.is_file()]
        assert stamps
        for path in stamps:
            damage(path)
        outcome = site.run_process("sync")
        assert outcome.exit_code == 0, outcome.stderr
        assert "Checked 7 packages" in outcome.stderr, outcome.stderr
        shutil.rmtree(site.environment / ".ultraviolet", ignore_errors=True)
