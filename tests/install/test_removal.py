from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment
from tests.support.unpacked import tree, unpack_wheel

from ultraviolet.environment.site_packages import read_site_packages
from ultraviolet.install.errors import CannotUninstall, MissingRecord
from ultraviolet.install.execute import install_wheels, remove_distributions
from ultraviolet.install.journal import repair
from ultraviolet.install.options import InstallOptions
from ultraviolet.install.uninstall import uninstall


@pytest.fixture
def environment(tmp_path: Path) -> Any:
    return make_environment(str(tmp_path / "env"), distutils_hook=False)


def install(environment: Any, *wheels: Any) -> None:
    install_wheels(wheels, environment, InstallOptions(), print)


def installed(environment: Any, name: Any) -> Any:
    return read_site_packages(environment).get(name)[0]


def test_everything_that_was_installed_goes(environment: Any, tmp_path: Path) -> None:
    before = tree(environment.root)
    data = "hello-1.0.data"
    files = {
        "hello/__init__.py": "",
        "hello/deep/er/x.py": "",
        f"{data}/data/share/x": "",
        f"{data}/scripts/s": "#!python\n",
    }
    install(
        environment,
        unpack_wheel(tmp_path, "hello", files=files, info={"entry_points.txt": "[console_scripts]\nhi = hello:x\n"}),
    )
    os.makedirs(f"{environment.scheme.purelib}/hello/__pycache__")
    open(f"{environment.scheme.purelib}/hello/__pycache__/x.pyc", "w").close()

    done = uninstall(installed(environment, "hello"), environment, print)

    assert before == tree(environment.root)
    assert os.listdir(environment.scheme.purelib) == []
    assert os.path.isdir(environment.root + "/share")  # directories outside of site-packages stay
    assert done.files == 11


def test_bytecode_of_lone_modules_goes_with_them(environment: Any, tmp_path: Path) -> None:
    install(
        environment,
        unpack_wheel(tmp_path, "one", files={"one.py": "", "two.py": ""}),
        unpack_wheel(tmp_path, "other", files={"other.py": ""}),
    )
    cache = Path(environment.scheme.purelib, "__pycache__")
    cache.mkdir()
    for name in (
        "one.cpython-312.pyc",
        "one.cpython-312.opt-1.pyc",
        "two.pypy39.pyc",
        "one_more.cpython-312.pyc",
        "other.cpython-312.pyc",
    ):
        (cache / name).touch()

    done = uninstall(installed(environment, "one"), environment, print)

    assert sorted(os.listdir(cache)) == ["one_more.cpython-312.pyc", "other.cpython-312.pyc"]
    assert done.files == 2 + 5  # as RECORD names them
    (cache / "one_more.cpython-312.pyc").unlink()
    uninstall(installed(environment, "other"), environment, print)
    assert os.listdir(environment.scheme.purelib) == []


def test_files_of_others_and_their_directories_stay(environment: Any, tmp_path: Path) -> None:
    install(
        environment,
        unpack_wheel(tmp_path, "a", files={"space/a.py": ""}),
        unpack_wheel(tmp_path, "b", files={"space/b.py": ""}),
    )
    open(f"{environment.scheme.purelib}/space/mine.txt", "w").close()

    uninstall(installed(environment, "a"), environment, print)

    assert sorted(os.listdir(f"{environment.scheme.purelib}/space")) == ["b.py", "mine.txt"]


def test_a_file_that_somebody_put_into_the_dist_info_stays(environment: Any, tmp_path: Path) -> None:
    install(environment, unpack_wheel(tmp_path, "a"))
    extra = f"{environment.scheme.purelib}/a-1.0.dist-info/notes.txt"
    open(extra, "w").close()

    uninstall(installed(environment, "a"), environment, print)

    assert tree(environment.scheme.purelib) == ["a-1.0.dist-info/notes.txt"]


def test_entries_that_lead_out_are_refused_with_one_warning(environment: Any, tmp_path: Path) -> None:
    install(environment, unpack_wheel(tmp_path, "a"))
    (tmp_path / "precious").touch()
    with open(f"{environment.scheme.purelib}/a-1.0.dist-info/RECORD", "a") as file:
        file.write("../../../../precious,,\n../../../../other,,\n")
    warnings: list[str] = []

    uninstall(installed(environment, "a"), environment, warnings.append)

    assert (tmp_path / "precious").exists()
    assert warnings == [
        "Invalid RECORD entry in a==1.0 that escapes the Python environment, skipping: ../../../../precious"
    ]


def test_without_record(environment: Any, tmp_path: Path) -> None:
    install(environment, unpack_wheel(tmp_path, "a"))
    path = f"{environment.scheme.purelib}/a-1.0.dist-info"
    os.unlink(path + "/RECORD")
    warnings: list[str] = []

    with pytest.raises(MissingRecord) as caught:
        uninstall(installed(environment, "a"), environment, print)
    remove_distributions(read_site_packages(environment), environment, warnings.append)

    assert f"Cannot uninstall package; `RECORD` file not found at: {path}/RECORD" == str(caught.value)
    assert [
        (
            f"Failed to uninstall package at {path} due to missing `RECORD` file. "
            "Installation may result in an incomplete environment."
        )
    ] == warnings
    install(environment, unpack_wheel(tmp_path, "a"))
    assert os.path.exists(path + "/RECORD")


def egg(environment: Any, **files: Any) -> None:
    path = f"{environment.scheme.purelib}/egg-1.0-py3.12.egg-info"
    os.makedirs(path)
    for name, text in {"PKG-INFO": "Name: egg\nVersion: 1.0\n", **{f"{k}.txt": v for k, v in files.items()}}.items():
        with open(f"{path}/{name}", "w") as file:
            file.write(text)


def test_an_egg(environment: Any) -> None:
    site = environment.scheme.purelib
    egg(environment, top_level="package\nmodule\nspace\n\n..\n", namespace_packages="space\n")
    for directory in ("package", "space"):
        os.makedirs(f"{site}/{directory}")
    open(f"{site}/module.py", "w").close()
    warnings: list[str] = []

    uninstall(installed(environment, "egg"), environment, warnings.append)

    assert os.listdir(site) == ["space"]
    assert warnings == [
        "Invalid `top_level.txt` entry in egg==1.0 that is not a top-level module or package, skipping: .."
    ]


def test_an_egg_without_its_list(environment: Any) -> None:
    egg(environment)

    with pytest.raises(MissingRecord, match=r"`top_level.txt` file not found at"):
        uninstall(installed(environment, "egg"), environment, print)


def test_a_distutils_installation_cannot_be_removed(environment: Any) -> None:
    with open(f"{environment.scheme.purelib}/old-1.egg-info", "w") as file:
        file.write("Name: old\nVersion: 1\n")

    with pytest.raises(
        CannotUninstall, match=r"^Unable to uninstall `old==1`. distutils-installed distributions do not"
    ):
        uninstall(installed(environment, "old"), environment, print)


def test_a_legacy_editable(environment: Any, tmp_path: Path) -> None:
    site = environment.scheme.purelib
    os.makedirs(tmp_path / "src" / "proj.egg-info")
    (tmp_path / "src" / "proj.egg-info" / "PKG-INFO").write_text("Name: proj\nVersion: 1\n")
    with open(f"{site}/proj.egg-link", "w") as file:
        file.write(f"{tmp_path}/src\n.")
    with open(f"{site}/easy-install.pth", "w") as file:
        file.write(f"/other\n{tmp_path}/src\n/more\n")

    uninstall(installed(environment, "proj"), environment, print)

    with open(f"{site}/easy-install.pth") as file:
        assert file.read() == "/other\n/more\n"
    assert os.listdir(site) == ["easy-install.pth"]


KILLED = """
    import os, pickle, signal, sys
    sys.path[:0] = {path!r}
    from ultraviolet.install.execute import install_wheels, remove_distributions
    from ultraviolet.install.options import InstallOptions
    from ultraviolet.environment.site_packages import read_site_packages
    from tests.support.environments import make_environment
    from tests.support.unpacked import unpack_wheel
    from pathlib import Path

    root = Path({root!r})
    environment = make_environment(str(root / "env"), on_existing="allow", distutils_hook=False)
    count = {after}
    calls = ("link", "open", "mkdir", "rename", "unlink", "rmdir")

    def counted(function):
        def call(*arguments, **options):
            global count
            if count == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            count -= 1
            return function(*arguments, **options)
        return call

    wheel = unpack_wheel(root, "victim", "2.0", files={{"victim/__init__.py": "", "victim/b.py": "", "space/victim.py": ""}},
        info={{"entry_points.txt": "[console_scripts]\\nvictim = victim:x\\n"}})
    distributions = read_site_packages(environment).get("victim")
    for name in calls:
        setattr(os, name, counted(getattr(os, name)))
    remove_distributions(distributions, environment, print)
    install_wheels([wheel], environment, InstallOptions(link_mode="hardlink"), print)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("after", range(0, 45, 3))
def test_a_kill_at_any_moment_leaves_nothing_half_done(environment: Any, tmp_path: Path, after: Any) -> None:
    survivor = unpack_wheel(tmp_path, "survivor", files={"space/survivor.py": "", "survivor.py": ""})
    install(
        environment,
        survivor,
        unpack_wheel(tmp_path, "victim", "1.0", files={"victim/__init__.py": "", "victim/old.py": ""}),
    )
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    script = textwrap.dedent(KILLED).format(path=[root, os.path.join(root, "src")], root=str(tmp_path), after=after)

    process = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert process.returncode in (0, -signal.SIGKILL), process.stderr
    found = read_site_packages(environment)
    repair(environment, found)
    found = read_site_packages(environment)
    assert found.interrupted == ()
    assert os.path.exists(f"{environment.scheme.purelib}/space/survivor.py")
    versions = [str(distribution.version) for distribution in found.get("victim")]
    files = [path for path in tree(environment.scheme.purelib) if "victim" in path and ".dist-info" not in path]
    assert versions == [] or versions in (["1.0"], ["2.0"])
    assert {
        (): [],
        ("1.0",): ["victim/__init__.py", "victim/old.py"],
        ("2.0",): ["space/victim.py", "victim/__init__.py", "victim/b.py"],
    }[tuple(versions)] == files
    assert (versions == ["2.0"]) is os.path.exists(f"{environment.scheme.scripts}/victim")
    assert (process.returncode == 0) <= (versions == ["2.0"])


def test_repair_spares_what_another_distribution_owns(environment: Any, tmp_path: Path) -> None:
    install(environment, unpack_wheel(tmp_path, "owner", files={"shared.py": "", "owner.py": ""}))
    journal = f"{environment.scheme.purelib}/.uv-install-1-other-1.0"
    os.makedirs(journal)
    with open(f"{journal}/RECORD", "w") as file:
        file.write("shared.py,,\nonly.py,,\n")
    open(f"{environment.scheme.purelib}/only.py", "w").close()

    repaired = repair(environment, read_site_packages(environment))

    assert repaired == ["other-1.0"]
    assert sorted(os.listdir(environment.scheme.purelib)) == ["owner-1.0.dist-info", "owner.py", "shared.py"]
