from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.environments import make_environment, running_interpreter

from ultraviolet import COMPATIBILITY_VERSION
from ultraviolet.environment.activators import activator_texts
from ultraviolet.environment.create import VenvOptions, base_python, create_venv, pyvenv_text, remember_environment
from ultraviolet.environment.errors import ClearRefused, CreationError, EnvironmentExists
from ultraviolet.environment.pyvenv import parse_pyvenv, read_pyvenv, set_pyvenv_value, write_pyvenv_value
from ultraviolet.environment.windows import executable_names, launcher_name, launcher_sources, place_executables
from ultraviolet.python.probe import Prober

posix = pytest.mark.skipif(os.name == "nt", reason="the layout of POSIX")


def listing(root: Any) -> Any:
    return sorted(
        os.path.relpath(os.path.join(directory, name), root)
        for directory, names, files in os.walk(root)
        for name in [*files, *(name for name in names if os.path.islink(os.path.join(directory, name)))]
    )


@posix
def test_the_files_of_an_environment(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"))

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert [
        ".gitignore",
        "CACHEDIR.TAG",
        "bin/activate",
        "bin/activate.bat",
        "bin/activate.csh",
        "bin/activate.fish",
        "bin/activate.nu",
        "bin/activate.ps1",
        "bin/activate.xsh",
        "bin/activate_this.py",
        "bin/deactivate.bat",
        "bin/pydoc.bat",
        "bin/python",
        "bin/python3",
        f"bin/python{version}",
        f"lib/python{version}/site-packages/_virtualenv.pth",
        f"lib/python{version}/site-packages/_virtualenv.py",
        *(["lib64"] if sys.platform == "linux" else []),
        "pyvenv.cfg",
    ] == listing(environment.root)
    assert os.readlink(environment.root + "/bin/python3") == "python"
    assert base_python(running_interpreter()) == os.readlink(environment.root + "/bin/python")
    with open(environment.root + "/CACHEDIR.TAG") as file:
        assert file.read() == "Signature: 8a477f597d28d172789f06886806bc55"
    with open(environment.root + "/.gitignore") as file:
        assert file.read() == "*"


def test_pyvenv_cfg_has_its_keys_in_order() -> None:
    interpreter = running_interpreter()
    options = VenvOptions(relocatable=True, seeded=True, system_site_packages=True)

    text = pyvenv_text(interpreter, "/home", options, "hello", followed=False)

    assert (
        "home = /home\n"
        f"implementation = {interpreter.markers['platform_python_implementation']}\n"
        f"uv = {COMPATIBILITY_VERSION}\n"
        f"version_info = {interpreter.version}\n"
        "include-system-site-packages = true\n"
        "relocatable = true\n"
        "seed = true\n"
        "prompt = hello\n"
    ) == text


@posix
def test_what_is_known_about_a_new_environment_is_what_its_interpreter_says(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"))
    asked = Prober(None, environ=os.environ, cwd=str(tmp_path)).query(environment.executable)

    known = environment.interpreter

    assert asked.prefix == known.prefix
    assert asked.base_prefix == known.base_prefix
    assert asked.scheme == known.scheme
    assert asked.site_packages == known.site_packages
    assert asked.executable == known.executable


@posix
def test_the_prober_need_not_ask_a_new_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = make_environment(str(tmp_path / "env"))
    prober = Prober(str(tmp_path / "cache"), environ=os.environ, cwd=str(tmp_path))
    remember_environment(prober, environment)
    monkeypatch.setattr("ultraviolet.python.probe.run_probe", None)

    fresh = Prober(str(tmp_path / "cache"), environ=os.environ, cwd=str(tmp_path))

    assert environment.executable + "3" == fresh.query(environment.executable + "3").executable
    assert environment.root == fresh.query(environment.executable).prefix


def test_an_existing_environment_stays_unless_told(tmp_path: Path) -> None:
    root = str(tmp_path / "env")
    make_environment(root)

    with pytest.raises(EnvironmentExists, match=r"A virtual environment already exists at: ") as caught:
        make_environment(root)
    assert caught.value.hints == (
        "Use the `--clear` flag or set `UV_VENV_CLEAR=1` to replace the existing virtual environment",
    )
    with pytest.raises(EnvironmentExists):
        make_environment(root, on_existing="fail")


@pytest.mark.parametrize(("answer", "cleared"), [(True, True), (False, False), (None, False)])
def test_on_a_terminal_the_user_is_asked(tmp_path: Path, answer: Any, cleared: Any) -> Any:
    root = str(tmp_path / "env")
    make_environment(root)
    (tmp_path / "env" / "extra").touch()
    asked = []

    def confirm(question: Any, hint: Any) -> Any:
        asked.append(question)
        return answer

    try:
        create_venv("env", running_interpreter(), VenvOptions(), cwd=str(tmp_path), confirm=confirm)
    except EnvironmentExists:
        assert not cleared
    assert asked == ["A virtual environment already exists at `env`. Do you want to replace it?"]
    assert cleared is not os.path.exists(root + "/extra")


def test_clear_removes_environments_only(tmp_path: Path) -> None:
    root = tmp_path / "env"
    make_environment(str(root))
    (root / "extra").touch()

    make_environment(str(root), on_existing="clear")

    assert not (root / "extra").exists()
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").touch()
    with pytest.raises(ClearRefused, match=r"uv will not clear a directory that is not a virtual environment"):
        make_environment(str(other), on_existing="clear")
    with pytest.raises(EnvironmentExists, match=r"A directory already exists at"):
        make_environment(str(other))
    make_environment(str(other), on_existing="force-clear")
    assert not (other / "precious").exists()


def test_allow_existing_keeps_other_files(tmp_path: Path) -> None:
    root = tmp_path / "env"
    root.mkdir()
    (root / "precious").touch()

    make_environment(str(root), on_existing="allow")
    make_environment(str(root), on_existing="allow")

    assert (root / "precious").exists()
    assert (root / "pyvenv.cfg").exists()


def test_an_empty_directory_is_used(tmp_path: Path) -> None:
    (tmp_path / "env").mkdir()

    assert make_environment(str(tmp_path / "env")).root == str(tmp_path / "env")


def test_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "ff").touch()

    with pytest.raises(CreationError, match=r"File exists at `ff`"):
        create_venv("ff", running_interpreter(), VenvOptions(), cwd=str(tmp_path))


@posix
def test_a_linked_environment_is_cleared_in_place(tmp_path: Path) -> None:
    make_environment(str(tmp_path / "real"))
    (tmp_path / "link").symlink_to(tmp_path / "real")

    make_environment(str(tmp_path / "link"), on_existing="clear")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "pyvenv.cfg").exists()


@posix
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh", "ksh"])
@pytest.mark.parametrize("relocatable", [False, True])
def test_posix_shells(tmp_path: Path, shell: Any, relocatable: Any) -> None:
    program = shutil.which(shell)
    if program is None or (shell == "dash" and relocatable):
        pytest.skip(f"no {shell}, or it cannot tell where a sourced script lies")
    root = tmp_path / "it's a place"
    make_environment(str(root), relocatable=relocatable, prompt="p$x`y")
    script = (
        'PS1="> "; PYTHONHOME=/h; export PYTHONHOME; before="$PATH"; . "$1"\n'
        'echo "$VIRTUAL_ENV"; echo "$VIRTUAL_ENV_PROMPT"; echo "$PS1"; echo "${PYTHONHOME-unset}"; echo "${PATH%%:*}"\n'
        '. "$1"; deactivate; [ "$PATH" = "$before" ] && echo same\n'
        'echo "$PS1"; echo "${VIRTUAL_ENV-unset}"; echo "$PYTHONHOME"\n'
    )

    run = subprocess.run(
        [program, "-c", script, shell, str(root / "bin" / "activate")],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert [
        str(root),
        "p$x`y",
        "(p$x`y) > ",
        "unset",
        str(root / "bin"),
        "same",
        "> ",
        "unset",
        "/h",
    ] == run.stdout.splitlines()


@posix
def test_bash_refuses_to_run_the_activator() -> None:
    texts = activator_texts("/e", "", "bin", (), relocatable=False, path_separator=":")
    run = subprocess.run(["bash", "/dev/stdin"], input=texts["activate"], capture_output=True, text=True, check=False)

    assert run.returncode in (0, 33)


@posix
@pytest.mark.parametrize(
    ("shell", "script", "flags"), [("fish", "activate.fish", ["--no-config"]), ("tcsh", "activate.csh", ["-f"])]
)
def test_other_shells(tmp_path: Path, shell: Any, script: Any, flags: Any) -> None:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"no {shell}")
    root = tmp_path / "env"
    make_environment(str(root))
    activator = root / "bin" / script
    # activated twice: the second time leaves the first
    lines = [f"source {activator}", f"source {activator}", "echo $VIRTUAL_ENV $VIRTUAL_ENV_PROMPT", "which python"]
    lines += ["deactivate", "echo $PATH", ""]

    run = subprocess.run([program, *flags], input="\n".join(lines), capture_output=True, text=True, check=True)

    output = run.stdout.splitlines()
    assert [f"{root} env", str(root / "bin" / "python")] == output[:2]
    assert str(root) not in output[2]


def test_a_relocatable_environment_names_no_path() -> None:
    texts = activator_texts("/some/where", "", "bin", ("../lib",), relocatable=True, path_separator=":")

    assert "activate.csh" not in texts
    assert not [name for name, text in texts.items() if "/some/where" in text]
    assert not [name for name, text in texts.items() if "@" + "ROOT@" in text or "@" + "PROMPT@" in text]


def test_activate_this(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"), prompt='say "hi"')
    with open(os.path.join(environment.scheme.purelib, "marker_module.py"), "w") as file:
        file.write("here = True\n")
    script = os.path.join(environment.scheme.scripts, "activate_this.py")
    code = (
        f"import runpy, os, sys; runpy.run_path({script!r}); import marker_module; "
        "print(sys.prefix); print(os.environ['VIRTUAL_ENV_PROMPT'])"
    )

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert [environment.root, 'say "hi"'] == run.stdout.splitlines()


@posix
def test_the_interpreter_of_an_environment_starts_with_the_distutils_hook(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"))
    code = (
        "import sys; finder = sys.meta_path[0]; print(sys.prefix, getattr(finder, '__name__', ''), "
        "finder.find_spec('re'), '_virtualenv' in sys.modules)"
    )

    run = subprocess.run([environment.executable, "-c", code], capture_output=True, text=True, check=True)

    assert f"{environment.root} VirtualenvFinder None False" == run.stdout.strip()


@posix
@pytest.mark.skipif(sys.version_info >= (3, 12), reason="distutils is gone")
def test_the_distutils_hook_drops_install_directories(tmp_path: Path) -> None:
    environment = make_environment(str(tmp_path / "env"))
    (tmp_path / "setup.cfg").write_text("[install]\ninstall_purelib = /pure\n")
    code = (
        "import sys, warnings; warnings.simplefilter('ignore')\n"
        "from distutils.dist import Distribution\n"
        "d = Distribution(); d.parse_config_files(['setup.cfg']); print(sorted(d.get_option_dict('install')))"
    )

    run = subprocess.run([environment.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert run.stdout == "[]\n"


def test_reading_pyvenv_cfg() -> None:
    found = parse_pyvenv("home = /x\r\nuv=0.12.5\nrelocatable = True\nversion_info = 3.12.1\nseed = true\nnonsense\n")

    assert found.home == "/x"
    assert found.made_by_uv
    assert found.relocatable
    assert found.seeded
    assert found.system_site_packages
    assert found.version == "3.12.1"
    assert not parse_pyvenv("include-system-site-packages = false").system_site_packages
    assert parse_pyvenv("virtualenv = 20").made_by_virtualenv


def test_setting_a_key_of_pyvenv_cfg(tmp_path: Path) -> None:
    assert set_pyvenv_value("a = 1\nb=2\n", "b", "3") == "a = 1\nb = 3\n"
    environment = make_environment(str(tmp_path / "env"))

    write_pyvenv_value(environment.root, "relocatable", "true")

    configuration = read_pyvenv(environment.root)
    assert configuration is not None
    assert configuration.relocatable
    assert environment.relocatable


WINDOWS = [
    ("python.exe", False, "venvlauncher.exe"),
    ("pythonw.exe", False, "venvwlauncher.exe"),
    ("python.exe", True, "venvlaunchert.exe"),
    ("python3.13t.exe", True, "venvlaunchert.exe"),
    ("pythonw3.13t.exe", True, "venvwlaunchert.exe"),
    ("pypy.exe", False, "venvlauncher.exe"),
    ("pypyw.exe", False, "venvwlauncher.exe"),
    ("pypy3.10w.exe", False, "venvwlauncher.exe"),
    ("graalpy.exe", False, "venvlauncher.exe"),
]


@pytest.mark.parametrize(("name", "gil_disabled", "launcher"), WINDOWS)
def test_windows_launcher_names(name: Any, gil_disabled: Any, launcher: Any) -> None:
    assert launcher == launcher_name(name, gil_disabled=gil_disabled)


def test_windows_executables_come_from_the_best_source() -> None:
    interpreter = running_interpreter()
    copied = []

    def copy(source: Any, target: Any) -> None:
        if os.path.basename(source) != "venvlauncher.exe" and "venvw" not in source:
            raise FileNotFoundError(source)
        copied.append((source, os.path.basename(target)))

    place_executables(interpreter, "/base/python.exe", "/env/Scripts", home="/base", copy=copy)

    assert executable_names(interpreter) == ["python.exe", "pythonw.exe"]
    assert [name for _, name in copied] == ["python.exe", "pythonw.exe"]
    assert copied[0][0] == launcher_sources("python.exe", interpreter, "/base/python.exe")[1]


def test_windows_without_any_executable() -> None:
    def copy(source: Any, target: Any) -> None:
        raise FileNotFoundError(source)

    with pytest.raises(CreationError, match=r"Could not find a suitable Python executable"):
        place_executables(running_interpreter(), "/base/python.exe", "/env/Scripts", home="/base", copy=copy)
