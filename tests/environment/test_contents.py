from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment, running_interpreter

from ultraviolet.environment.diagnostics import diagnose
from ultraviolet.environment.errors import ExternallyManaged, InvalidEnvironment, UnreadableMetadata
from ultraviolet.environment.externally_managed import check_externally_managed, parse_externally_managed
from ultraviolet.environment.locking import environment_lock
from ultraviolet.environment.site_packages import read_directories, read_installed_metadata, read_site_packages
from ultraviolet.environment.value import environment_of, prefix_environment, read_environment, target_environment
from ultraviolet.python.probe import Prober


def dist_info(
    site_packages: Any,
    name: Any,
    version: Any,
    *lines: Any,
    tag: Any = "py3-none-any",
    record: Any = True,
    **files: Any,
) -> Any:
    directory = os.path.join(str(site_packages), f"{name.replace('-', '_')}-{version}.dist-info")
    os.makedirs(directory)
    texts = {
        "METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""]),
        "WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        **({"RECORD": ""} if record else {}),
        **{key.replace("__", "."): value for key, value in files.items()},
    }
    for file, text in texts.items():
        if text is not None:
            with open(os.path.join(directory, file), "w") as handle:
                handle.write(text)
    return directory


def test_kinds_of_installed_distributions(tmp_path: Path) -> None:
    site = tmp_path / "site"
    dist_info(site, "plain", "1.0")
    dist_info(site, "from-url", "2.0", direct_url__json='{"url":"https://x/y.whl","archive_info":{"hash":"sha256=1"}}')
    dist_info(site, "editable", "0.1", direct_url__json='{"url":"file:///p/q","dir_info":{"editable":true}}')
    commit = "0" * 40
    git = '{"url":"https://h/r","vcs_info":{"vcs":"git","commit_id":"%s","requested_revision":"v1"},"subdirectory":"d"}'
    dist_info(site, "git", "1", direct_url__json=git % commit)
    (site / "egg_dir-1.2-py3.12.egg-info").mkdir()
    (site / "egg_file-1.3.egg-info").write_text("Name: egg-file\nVersion: 1.3\n")
    (site / "bare.egg-info").mkdir()
    (site / "bare.egg-info" / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: bare\nVersion: 9\n")
    target = tmp_path / "legacy"
    (target / "old_style.egg-info").mkdir(parents=True)
    (target / "old_style.egg-info" / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: old-style\nVersion: 3\n")
    (site / "old-style.egg-link").write_text(f"{target}\n.\n")
    (site / "module.py").touch()
    (site / "package").mkdir()

    found = {str(d.name): d for d in read_directories([str(site)])}

    assert {
        "bare": ("egg-info-directory", "9", None, False),
        "editable": ("url", "0.1", "file:///p/q", True),
        "egg-dir": ("egg-info-directory", "1.2", None, False),
        "egg-file": ("egg-info-file", "1.3", None, False),
        "from-url": ("url", "2.0", "https://x/y.whl#sha256=1", False),
        "git": ("url", "1", f"git+https://h/r@{commit}#subdirectory=d", False),
        "old-style": ("egg-link", "3", f"file://{target}", True),
        "plain": ("registry", "1.0", None, False),
    } == {name: (d.kind, str(d.version), d.url, d.editable) for name, d in found.items()}
    assert found["editable"].project_root == "/p/q"
    metadata = read_installed_metadata(found["old-style"])
    assert metadata is not None
    assert metadata.name == "old-style"


def test_a_half_written_dist_info_is_incomplete(tmp_path: Path) -> None:
    dist_info(tmp_path, "a", "1", record=False)
    dist_info(tmp_path, "debian", "1", record=False, INSTALLER="debian")

    found = read_directories([str(tmp_path)])

    assert {d.name: d.complete for d in found} == {"a": False, "debian": True}


def test_journals_are_noticed_and_are_no_distributions(tmp_path: Path) -> None:
    journal = tmp_path / ".uv-install-1-a-1"
    journal.mkdir()

    found = read_directories([str(tmp_path)])

    assert len(found) == 0
    assert (str(journal),) == found.interrupted


def test_names_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "~ip-1.0.dist-info").mkdir()
    found = read_directories([str(tmp_path)])
    assert (f"Ignoring dangling temporary directory: `{tmp_path}/~ip-1.0.dist-info`",) == found.warnings

    (tmp_path / "name-version.dist-info").mkdir()
    with pytest.raises(UnreadableMetadata, match=r"Failed to read metadata from: `"):
        read_directories([str(tmp_path)])


def check(site_packages: Any) -> Any:
    interpreter = running_interpreter()
    found = diagnose(read_directories([str(site_packages)]), interpreter.marker_environment, interpreter.tags())
    return [diagnostic.message for diagnostic in found]


def test_everything_is_fine(tmp_path: Path) -> None:
    dist_info(
        tmp_path,
        "a",
        "1",
        "Requires-Dist: b>=2",
        "Requires-Dist: c ; sys_platform == 'nope'",
        "Requires-Dist: d ; extra == 'x'",
    )
    dist_info(tmp_path, "b", "2")

    assert check(tmp_path) == []


def test_dependencies(tmp_path: Path) -> None:
    dist_info(
        tmp_path,
        "flask",
        "1",
        "Requires-Dist: werkzeug>=3.0.0",
        "Requires-Dist: b>=2",
        "Requires-Dist: u @ https://x/u.whl",
    )
    dist_info(tmp_path, "b", "1.0")
    dist_info(tmp_path, "u", "7")

    assert check(tmp_path) == [
        "The package `flask` requires `werkzeug>=3.0.0`, but it's not installed",
        "The package `flask` requires `b>=2`, but `1.0` is installed",
    ]


def test_duplicates_are_told_alone(tmp_path: Path) -> None:
    first = dist_info(tmp_path, "a", "1", "Requires-Dist: missing")
    second = dist_info(tmp_path, "a", "2")

    assert [f"The package `a` has multiple installed distributions: \n  - {first}\n  - {second}"] == check(tmp_path)


def test_broken_packages(tmp_path: Path) -> None:
    first = dist_info(tmp_path, "a", "1", METADATA=None)
    second = dist_info(tmp_path, "b", "1", WHEEL=None)
    dist_info(tmp_path, "c", "1", "Requires-Python: >=3.99")
    dist_info(tmp_path, "d", "1", tag="cp27-none-any")

    version = running_interpreter().version
    advice = "Consider recreating the virtualenv, or removing the package directory at:"
    assert [
        f"The package `a` is broken or incomplete (unable to read `METADATA`). {advice} {first}.",
        f"The package `b` is broken or incomplete (unable to read `WHEEL` file). {advice} {second}.",
        f"The package `c` requires Python >=3.99, but `{version}` is installed",
        "The package `d` was built for a different platform",
    ] == check(tmp_path)


MARKERS = [
    ("[externally-managed]\nError=Do not.\n", "Do not."),
    ("[externally-managed]\nError=To install,\n try apt.\n \n Really.\nOther=x\n", "To install,\ntry apt.\n\nReally."),
    ("[externally-managed]\n", ""),
    ("[other]\nError=x\n", ""),
    ("nonsense", ""),
]


@pytest.mark.parametrize(("text", "message"), MARKERS)
def test_externally_managed_files(text: Any, message: Any) -> None:
    assert message == parse_externally_managed(text)


def test_externally_managed_environments_are_refused(tmp_path: Path) -> None:
    interpreter = running_interpreter()
    interpreter.prefix = interpreter.base_prefix = str(tmp_path)
    interpreter.stdlib = str(tmp_path)
    (tmp_path / "EXTERNALLY-MANAGED").write_text("[externally-managed]\nError=First.\n Second.\n")
    environment = environment_of(interpreter)

    with pytest.raises(ExternallyManaged) as caught:
        check_externally_managed(environment, cwd="/", system=False)
    assert (
        f"The interpreter at {tmp_path} is externally managed, and indicates the following:\n\n  First.\n  Second.\n"
    ) == str(caught.value)
    assert caught.value.hints == ("Consider creating a virtual environment, e.g., with `uv venv`",)
    with pytest.raises(ExternallyManaged) as caught:
        check_externally_managed(environment, cwd="/", system=True)
    assert caught.value.hints == ("Virtual environments were not considered due to the `--system` flag",)
    with pytest.raises(ExternallyManaged, match=r"Second.\n\nConsider creating a virtual environment with `uv venv`.$"):
        check_externally_managed(environment, cwd="/", system=False, action="uninstall")
    (tmp_path / "EXTERNALLY-MANAGED").write_text("")
    with pytest.raises(ExternallyManaged, match=r"is externally managed and cannot be modified.$"):
        check_externally_managed(environment, cwd="/", system=False)
    check_externally_managed(target_environment(interpreter, str(tmp_path / "t")), cwd="/", system=False)


def test_target_and_prefix_directories_are_environments(tmp_path: Path) -> None:
    interpreter = running_interpreter()

    target = target_environment(interpreter, str(tmp_path / "t"))
    prefix = prefix_environment(interpreter, str(tmp_path / "p"))

    assert [str(tmp_path / "t")] == target.site_packages()
    assert str(tmp_path / "t" / "bin") == target.scheme.scripts
    assert [prefix.scheme.purelib] == prefix.site_packages()
    assert os.path.isdir(prefix.scheme.purelib)
    assert prefix.scheme.purelib.startswith(str(tmp_path / "p"))


def test_the_lock_lies_in_the_environment_or_in_the_temporary_directory(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"))
    options: dict[str, Any] = {"cwd": str(tmp_path), "temporary_directory": str(tmp_path)}

    lock = environment_lock(environment, **options)

    assert str(tmp_path / "env" / ".lock") == lock.path
    assert lock.resource == "env"
    with lock:
        assert not environment_lock(environment, **options).try_acquire()
    interpreter = running_interpreter()
    interpreter.prefix = interpreter.base_prefix
    assert environment_lock(environment_of(interpreter), **options).path.startswith(str(tmp_path / "uv-"))
    assert (
        str(tmp_path / "t" / ".lock")
        == environment_lock(target_environment(interpreter, str(tmp_path / "t")), **options).path
    )


def test_places_that_are_no_environment(tmp_path: Path) -> None:
    prober = Prober(None, environ=os.environ, cwd=str(tmp_path))
    (tmp_path / "file").touch()
    (tmp_path / "empty").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").touch()

    assert read_environment(str(tmp_path / "none"), prober, cwd=str(tmp_path)) is None
    for name, message in (
        ("file", "Invalid environment at `file`: expected directory but found a file"),
        ("empty", "Invalid environment at `empty`: directory is empty"),
        ("other", "Invalid environment at `other`: missing Python executable at `other/bin/python3`"),
    ):
        with pytest.raises(InvalidEnvironment) as caught:
            read_environment(str(tmp_path / name), prober, cwd=str(tmp_path))
        assert message == str(caught.value)


def test_a_new_environment_is_read_back(tmp_path: Path) -> None:
    made = make_environment(str(tmp_path / "env"))
    prober = Prober(None, environ=os.environ, cwd=str(tmp_path))

    read = read_environment(made.root, prober, cwd=str(tmp_path))

    assert read is not None
    assert made.scheme.purelib == read.scheme.purelib
    assert f"Using Python {made.interpreter.version} environment at: env" == read.using_line(str(tmp_path))
    assert read.uses(made.interpreter)
    assert len(read_site_packages(read)) == 0
