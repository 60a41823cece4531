"""``pip list``, ``freeze``, ``show``, ``check``, ``tree`` and ``uninstall`` on environments filled by hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.cli import imported_modules
from tests.support.index_server import IndexServer
from tests.support.packages import make_sdist, make_wheel
from tests.support.yard import Yard


@pytest.fixture
def place(tmp_path: Path) -> Yard:
    place = Yard(tmp_path)
    site = place.environment()
    install = place.install
    install(
        site, "app", "2.0", requires=["lib>=1,<3", "lib!=1.5", "tools; extra == 'more'", "win; sys_platform == 'x'"]
    )
    install(site, "lib", "1.0", modules=["lib/__init__.py", "lib/inner/deep.py"])
    install(site, "other-app", "0.1", requires=["lib", "missing>=2"])
    project = f"file://{place.directory}/project"
    install(
        site, "project", "0.3", requires=["app"], direct_url=f'{{"url":"{project}","dir_info":{{"editable":true}}}}'
    )
    install(
        site,
        "from-url",
        "1",
        direct_url='{"url":"https://example.com/a.zip","archive_info":{"hash":"sha256=00"},"subdirectory":"d"}',
    )
    return place


def test_list_in_every_format(place: Yard) -> None:
    place.check(
        "pip_list",
        place.run("pip", "list"),
        place.run("pip", "list", "--format", "json"),
        place.run("pip", "list", "--format", "freeze"),
        place.run("pip", "list", "--editable"),
        place.run("pip", "list", "--exclude-editable", "--exclude", "lib"),
        place.run("pip", "list", "--outdated", "--format", "freeze"),
        place.run("pip", "list", "--strict", "--exclude-editable"),
        place.run("pip", "list", "-q", "--disable-pip-version-check"),
        place.run("pip", "list", "-qq"),
    )


def test_empty_environments_have_nothing_to_list(place: Yard) -> None:
    place.environment("empty")
    python = "empty/bin/python"
    place.check(
        "pip_list_empty",
        place.run("pip", "list", "-p", python),
        place.run("pip", "list", "-p", python, "--format", "json"),
        place.run("pip", "freeze", "-p", python),
        place.run("pip", "tree", "-p", python),
        place.run("pip", "check", "-p", python),
    )


def test_freeze(place: Yard) -> None:
    other = place.environment("second")
    place.install(other, "more", "3")
    place.check(
        "pip_freeze",
        place.run("pip", "freeze"),
        place.run("pip", "freeze", "--exclude-editable", "--exclude", "app"),
        place.run("pip", "freeze", "--path", str(other), "--path", "made-now"),
        place.run("pip", "freeze", "--strict", "-p", "second/bin/python"),
    )


def test_show(place: Yard) -> None:
    place.check(
        "pip_show",
        place.run("pip", "show", "lib"),
        place.run("pip", "show", "project", "app", "App", "-f"),
        place.run("pip", "show", "nothing", "lib"),
        place.run("pip", "show", "nothing", "at-all"),
        place.run("pip", "show"),
        place.run("pip", "show", "lib", "-q", "--strict"),
    )


def test_check(place: Yard) -> None:
    site = next((place.work / ".venv" / "lib").glob("python*/site-packages"))
    before = place.run("pip", "check")
    for name in ("other_app-0.1.dist-info",):
        (site / name).rename(site / (name + ".gone"))
    sound = place.run("pip", "check")
    place.install(site, "broken", "1")
    (site / "broken-1.dist-info" / "METADATA").unlink()
    place.install(site, "future", "1", requires_python=">=4")
    place.install(site, "elsewhere", "1", tag="cp27-cp27m-win32")
    place.install(site, "app", "2.1", requires=["lib>=9"])
    place.check("pip_check", before, sound, place.run("pip", "check"))


def test_check_for_another_python_and_platform(place: Yard) -> None:
    site = place.environment("other")
    python = "other/bin/python"
    place.install(site, "new", "1", requires_python=">=3.9")
    place.install(site, "linux-only", "1", tag="py3-none-manylinux_2_17_x86_64")
    place.check(
        "pip_check_other",
        place.run("pip", "check", "-p", python, "--python-platform", "x86_64-manylinux2014"),
        place.run("pip", "check", "-p", python, "--python-platform", "windows"),
        place.run("pip", "check", "-p", python, "--python-version", "3.8", "--python-platform", "x86_64-manylinux2014"),
    )


def test_stated_metadata_counts_in_checks(place: Yard) -> None:
    place.write("uv.toml", '[[dependency-metadata]]\nname = "other-app"\nrequires-dist = ["lib<1"]\n')
    place.check("pip_check_stated", place.run("pip", "check"))


def test_tree(place: Yard) -> None:
    place.check(
        "pip_tree",
        place.run("pip", "tree"),
        place.run("pip", "tree", "--depth", "1", "--show-version-specifiers"),
        place.run("pip", "tree", "--invert", "--package", "lib", "--show-version-specifiers"),
        place.run("pip", "tree", "--package", "app"),
        place.run("pip", "tree", "--prune", "lib"),
        place.run("pip", "tree", "--no-dedupe"),
        place.run("pip", "tree", "-q"),
        place.run("pip", "tree", "--strict", "--package", "lib"),
    )


def test_trees_need_metadata(place: Yard) -> None:
    site = next((place.work / ".venv" / "lib").glob("python*/site-packages"))
    metadata = site / "lib-1.0.dist-info" / "METADATA"
    metadata.write_text("no header\n")
    broken = place.run("pip", "tree")
    metadata.unlink()
    place.check("pip_tree_broken", broken, place.run("pip", "tree"))


@pytest.fixture
def index() -> Iterator[IndexServer]:
    with IndexServer() as server:
        server.add(make_wheel("lib", "1.0"))
        server.add(make_wheel("lib", "2.0"))
        server.add(make_wheel("lib", "3.0rc1"))
        server.add(make_wheel("lib", "2.5"), requires_python=">=4")
        server.add(make_wheel("lib", "2.6"), yanked="broken")
        server.add(make_wheel("lib", "2.7", tags="cp27-cp27m-win32"))
        server.add(make_wheel("lib", "2.8"), upload_time="2025-06-01T00:00:00Z")
        server.add(make_sdist("app", "2.1"))
        server.add(make_wheel("from-url", "1"))
        yield server


def test_outdated(place: Yard, index: IndexServer) -> None:
    place.check(
        "pip_list_outdated",
        place.run("pip", "list", "--outdated", UV_DEFAULT_INDEX=index.index_url),
        place.run("pip", "list", "--outdated", "--format", "json", UV_DEFAULT_INDEX=index.index_url),
        place.run(
            "pip", "list", "--outdated", "--exclude-newer", "2025-01-01T00:00:00Z", UV_DEFAULT_INDEX=index.index_url
        ),
        place.run("pip", "list", "--outdated", "--no-index", UV_DEFAULT_INDEX=index.index_url),
        place.run("pip", "tree", "--outdated", UV_DEFAULT_INDEX=index.index_url),
    )


def test_uninstall(place: Yard) -> None:
    place.write("requirements.txt", "lib>=99\nnothing\n")
    place.write("empty.txt", "")
    outcomes = [
        place.run("pip", "uninstall", "nothing"),
        place.run("pip", "uninstall", "nothing", "--dry-run"),
        place.run("pip", "uninstall", "app", "-r", "requirements.txt", "--dry-run"),
        place.run("pip", "uninstall", "-r", "empty.txt"),
        place.run("pip", "uninstall", "-r", "absent.txt"),
        place.run("pip", "uninstall", "!"),
        place.run("pip", "uninstall", "lib>9", "project", "nothing", "-y", "--disable-pip-version-check"),
        place.run("pip", "list", "--format", "freeze"),
    ]
    site = next((place.work / ".venv" / "lib").glob("python*/site-packages"))
    assert not (site / "lib").exists()
    (site / "app-2.0.dist-info" / "RECORD").unlink()
    outcomes.append(place.run("pip", "uninstall", "app"))
    (site / "Old-1.0.egg-info").write_text("")
    outcomes.append(place.run("pip", "uninstall", "old"))
    place.check("pip_uninstall", *outcomes)


def test_uninstall_by_url(place: Yard) -> None:
    project = place.directory / "project"
    project.mkdir()
    place.check("pip_uninstall_url", place.run("pip", "uninstall", str(project), f"file://{place.work}/other"))


def test_changing_an_externally_managed_environment_is_refused(place: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    # The running interpreter's own environment is made to look managed: nothing of it is touched, as nothing is named.
    from ultraviolet.environment import externally_managed

    monkeypatch.setattr(externally_managed, "externally_managed_message", lambda _: "Use apt.\n\nReally.")
    place.check(
        "pip_uninstall_managed",
        place.run("pip", "uninstall", "nothing"),
        place.run("pip", "uninstall", "nothing", "--break-system-packages"),
    )


def test_environments_are_found_and_told(place: Yard) -> None:
    second = place.environment("second")
    place.install(second, "more", "3")
    place.check(
        "pip_environments",
        place.run("pip", "list", "-p", "second/bin/python"),
        place.run("pip", "list", "-p", "./second"),
        place.run("pip", "list", VIRTUAL_ENV="second"),
        place.run("pip", "list", "--target", "into"),
        place.run("pip", "list", "--prefix", "below"),
        place.run("pip", "list", "-p", "3.99"),
        place.run("pip", "list", "-p", "./nowhere"),
        place.run("pip", "uninstall", "more", "-p", "3.99"),
        place.run("pip", "uninstall", "more", "-p", "./nowhere"),
        place.run("pip", "list", "--directory", "second"),
    )
    assert (place.work / "into").is_dir()


def test_settings_of_pip_choose_the_environment(place: Yard) -> None:
    second = place.environment("second")
    place.install(second, "more", "3", requires=["absent"])
    place.write("uv.toml", '[pip]\npython = "second/bin/python"\nstrict = true\n')
    place.check(
        "pip_environment_settings", place.run("pip", "list"), place.run("pip", "list", "-p", ".venv/bin/python")
    )


def test_listing_imports_no_more_than_it_needs(tmp_path: Path) -> None:
    place = Yard(tmp_path)
    site = place.environment()
    place.install(site, "lib", "1.0", direct_url='{"url":"file:///p","dir_info":{"editable":true}}')
    heavy = {"msgspec", "typing", "re", "json", "subprocess", "urllib", "ultraviolet.index", "ultraviolet.workspace"}
    cache = str(place.directory / ".cache" / "ultraviolet")
    for command in ("list", "freeze"):
        words = ("pip", command, "-p", str(place.work / ".venv"))
        place.run(*words, UV_CACHE_DIR=cache)  # the interpreter is known from here on
        assert not heavy & imported_modules(*words, cwd=place.directory)


def test_json_is_json(place: Yard) -> None:
    listed = json.loads(place.run("pip", "list", "--format", "json").stdout)
    assert listed[0] == {"name": "app", "version": "2.0"}
