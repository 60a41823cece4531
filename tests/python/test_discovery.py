from __future__ import annotations

import os
from typing import Any

import pytest

from ultraviolet.python.discovery import (
    environment_not_found,
    environments_for,
    find_best_python,
    find_python,
    is_base_conda,
    request_satisfied,
    unsupported_warning,
    using_line,
)
from ultraviolet.python.errors import BrokenInterpreterLink, DiscoveryError, InspectionError, PythonNotFound
from ultraviolet.python.request import DEFAULT, parse_request


def find(world: Any, text: Any = "default", **options: Any) -> Any:
    context = world.context()
    found = find_python(parse_request(text, world.cwd), context, **options)
    return found.source, os.path.relpath(found.interpreter.executable, world.root)


def test_the_first_python_on_the_search_path_is_the_default(world: Any) -> None:
    world.python("a/python3")
    world.python("b/python", "3.13.0")

    assert find(world) == ("path-first", "a/python3")


def test_python_comes_before_python3_by_default_and_after_it_for_a_version(world: Any) -> None:
    world.python("a/python", "3.12.1")
    world.python("a/python3", "3.12.2")

    assert find(world)[1] == "a/python"
    assert find(world, "3.12")[1] == "a/python3"


def test_a_version_is_found_by_the_name_of_the_executable(world: Any) -> None:
    world.python("a/python3", "3.11.7")
    world.python("a/python3.12")

    assert find(world, "3.12")[1] == "a/python3.12"
    assert world.probes() == ["a/python3.12"]


def test_a_range_takes_the_newest_of_a_directory_and_skips_names_outside(world: Any) -> None:
    world.python("a/python3", "3.9.1")
    for minor in (10, 11, 12, 13):
        world.python(f"a/python3.{minor}", f"3.{minor}.1")

    assert find(world, ">=3.11,<3.13")[1] == "a/python3.12"
    assert world.probes() == ["a/python3", "a/python3.11", "a/python3.12"]


def test_a_directory_is_searched_once_whatever_its_names(world: Any) -> None:
    executable = world.python("a/python3", "3.11.7")
    os.symlink(os.path.dirname(executable), os.path.join(world.root, "b"))
    world.environ["PATH"] += os.pathsep + os.path.join(world.root, "b")

    with pytest.raises(PythonNotFound):
        find(world, "3.12")
    assert world.probes() == ["a/python3"]


def test_virtual_environments_come_first(world: Any) -> None:
    world.python("a/python3")
    world.environment("work/.venv", "3.11.7")

    assert find(world) == ("discovered", "work/.venv/bin/python3")


def test_the_active_environment_comes_before_a_discovered_one(world: Any) -> None:
    world.environment("work/.venv")
    world.environment("active")
    world.environ["VIRTUAL_ENV"] = os.path.join(world.root, "active")

    assert find(world) == ("active", "active/bin/python3")


def test_an_environment_of_an_ancestor_is_found(world: Any) -> None:
    world.environment("work/.venv")
    world.cwd = os.path.join(world.cwd, "deep", "down")
    os.makedirs(world.cwd)

    assert find(world)[1] == "work/.venv/bin/python3"


def test_a_directory_called_venv_without_configuration_is_passed_over(world: Any) -> None:
    os.makedirs(os.path.join(world.cwd, ".venv"))
    world.python("a/python3")

    assert find(world)[1] == "a/python3"


def test_a_broken_environment_is_reported_when_there_is_nothing_else(world: Any) -> None:
    os.makedirs(os.path.join(world.cwd, ".venv"))

    with pytest.raises(DiscoveryError, match=r"`pyvenv.cfg` is missing"):
        find(world)


def test_a_broken_active_environment_is_fatal(world: Any) -> None:
    world.python("a/python3")
    executable = world.environment("active")
    os.unlink(executable)
    os.symlink("/nonexistent/python", executable)
    world.environ["VIRTUAL_ENV"] = os.path.join(world.root, "active")

    with pytest.raises(InspectionError) as caught:
        find(world)
    assert isinstance(caught.value.__cause__, BrokenInterpreterLink)
    assert caught.value.hints == ("Consider recreating the environment (e.g., with `uv venv`)",)


def test_commands_that_change_environments_want_a_virtual_one_or_a_path(world: Any) -> None:
    executable = world.python("a/python3")
    options = {"environments": environments_for(system=False, mutable=True)}

    with pytest.raises(PythonNotFound):
        find(world, **options)
    assert find(world, executable, **options)[0] == "provided"


def test_the_first_python_on_the_search_path_may_be_a_virtual_environment(world: Any) -> None:
    root = os.path.join(world.root, "env")
    world.python("env/bin/python3", sys_prefix=root)

    assert find(world, environments="explicit-system")[0] == "path-first"


def test_system_interpreters_only(world: Any) -> None:
    world.environment("work/.venv")
    world.python("a/python3")

    assert find(world, environments="only-system")[1] == "a/python3"


def test_managed_installations_come_before_the_search_path(world: Any) -> None:
    world.python("a/python3")
    for version in ("3.11.9", "3.13.1", "3.12.4"):
        minor = version.rpartition(".")[0]
        world.python(f"managed/cpython-{version}-linux-x86_64-gnu/bin/python{minor}", version, on_path=False)
    world.environ["UV_LIBC"] = "gnu"

    assert find(world) == ("managed", "managed/cpython-3.13.1-linux-x86_64-gnu/bin/python3.13")
    assert find(world, "3.12")[1] == "managed/cpython-3.12.4-linux-x86_64-gnu/bin/python3.12"
    assert find(world, preference="only-system")[1] == "a/python3"
    assert find(world, preference="system")[1] == "a/python3"
    with pytest.raises(PythonNotFound):
        find(world, "3.8", preference="only-managed")


def test_managed_ones_are_used_under_the_system_preference_when_nothing_else_fits(world: Any) -> None:
    prefix = os.path.join(world.root, "managed/cpython-3.13.1-linux-x86_64-gnu")
    facts = {"sys_prefix": prefix, "sys_base_prefix": prefix}
    world.python("managed/cpython-3.13.1-linux-x86_64-gnu/bin/python3.13", "3.13.1", on_path=False, **facts)
    world.environ["UV_LIBC"] = "gnu"

    assert find(world, preference="system")[0] == "managed"


def test_prereleases_of_managed_installations_are_the_last_resort(world: Any) -> None:
    world.python("managed/cpython-3.14.0rc1-linux-x86_64-gnu/bin/python3.14", "3.14.0rc1", on_path=False)
    world.environ["UV_LIBC"] = "gnu"

    assert find(world)[0] == "managed"
    world.python("a/python3")
    assert find(world)[1] == "a/python3"
    assert find(world, "3.14rc1")[0] == "managed"


def test_other_implementations_are_found_when_asked_for(world: Any) -> None:
    world.python("a/pypy3.10", "3.10.14", implementation="pypy")
    world.python("b/python3", "3.12.1")

    assert find(world)[1] == "b/python3"
    assert find(world, "pypy@3.10")[1] == "a/pypy3.10"
    with pytest.raises(PythonNotFound, match=r"No interpreter found for PyPy 3.9 in virtual environments"):
        find(world, "pypy3.9")


def test_another_implementation_called_python_is_taken_at_its_word(world: Any) -> None:
    world.python("a/python3", "3.10.14", implementation="pypy")

    assert find(world)[1] == "a/python3"


def test_a_program_that_is_no_python_is_skipped(world: Any) -> None:
    world.python("a/python3", body="exit 3\n")
    world.python("b/python3")

    assert find(world)[1] == "b/python3"


def test_the_first_failure_is_told_when_nothing_was_found(world: Any) -> None:
    world.python("a/python3", body="echo oops >&2; exit 3\n")

    with pytest.raises(InspectionError) as caught:
        find(world)
    assert "Failed to inspect Python interpreter from first executable in the search path at" in str(caught.value)
    assert "failed with exit status exit status: 3\n\n[stderr]\noops\n" in str(caught.value.__cause__)


NOT_FOUND = [
    ("default", {}, "No interpreter found in virtual environments, managed installations, or search path"),
    ("3.99", {}, "No interpreter found for Python 3.99 in virtual environments, managed installations, or search path"),
    (
        "3.99",
        {"environments": "only-system"},
        "No interpreter found for Python 3.99 in managed installations or search path",
    ),
    ("3.99", {"environments": "only-virtual"}, "No interpreter found for Python 3.99 in virtual environments"),
    (
        "3.99",
        {"preference": "only-system", "environments": "only-system"},
        "No interpreter found for Python 3.99 in search path",
    ),
    ("./nope", {}, "No interpreter found at path `./nope`"),
    (
        "snake",
        {},
        "No interpreter found for executable name `snake` in virtual environments, managed installations, or search path",
    ),
]


@pytest.mark.parametrize(("text", "options", "message"), NOT_FOUND)
def test_the_message_says_where_was_looked(world: Any, text: Any, options: Any, message: Any) -> None:
    with pytest.raises(PythonNotFound) as caught:
        find(world, text, **options)
    assert message == str(caught.value)


def test_a_directory_without_python(world: Any) -> None:
    os.makedirs(os.path.join(world.cwd, "empty"))

    with pytest.raises(PythonNotFound, match=r"^No interpreter found in directory `empty`$"):
        find(world, "empty")


def test_an_unsupported_version_is_refused(world: Any) -> None:
    with pytest.raises(
        DiscoveryError, match=r"Invalid version request: Python <3 is not supported but 1 was requested."
    ):
        find(world, "v1")


def test_the_best_python_forgets_the_patch_then_the_version(world: Any) -> None:
    world.python("a/python3.12", "3.12.1")
    world.python("a/python3", "3.11.7")
    context = world.context()

    assert find_best_python(parse_request("3.12.9"), context).interpreter.version == "3.12.1"
    assert find_best_python(parse_request("3.8"), context).interpreter.version == "3.11.7"


def test_the_best_python_of_none(world: Any) -> None:
    with pytest.raises(PythonNotFound, match=r"No interpreter found for Python 3.8 in"):
        find_best_python(parse_request("3.8"), world.context())


def test_environment_not_found_messages() -> None:
    assert str(environment_not_found(DEFAULT, "explicit-system", "/")) == (
        "No virtual environment found; run `uv venv` to create an environment, "
        "or pass `--system` to install into a non-virtual environment"
    )
    assert str(environment_not_found(parse_request("./nope"), "explicit-system", "/")) == (
        "No virtual environment or system Python installation found for path `./nope`; "
        "run `uv venv` to create an environment"
    )
    assert (
        str(environment_not_found(parse_request("3.11"), "only-system", "/"))
        == "No system Python installation found for Python 3.11"
    )


CONDA = [
    ({"CONDA_DEFAULT_ENV": "base"}, "/opt/conda", True),
    ({"CONDA_DEFAULT_ENV": "mine"}, "/opt/conda/envs/mine", False),
    ({"CONDA_DEFAULT_ENV": "/opt/mine"}, "/opt/mine", False),
    ({"_CONDA_ROOT": "/opt/conda"}, "/opt/conda", True),
    ({}, "/opt/conda", False),
]


@pytest.mark.parametrize(("environ", "prefix", "expected"), CONDA)
def test_the_base_conda_environment_is_recognised(environ: Any, prefix: Any, expected: Any) -> None:
    assert expected is is_base_conda(prefix, environ)


def test_an_interpreter_in_use_satisfies_requests(world: Any) -> None:
    executable = world.environment("env", "3.12.1")
    context = world.context()
    interpreter = context.prober.query(executable)
    root = os.path.join(world.root, "env")

    for text in ("default", "3.12", "3", ">=3.11", "cpython", root, executable, "python3"):
        assert request_satisfied(parse_request(text), interpreter, context), text
    for text in ("3.11", "pypy", "/elsewhere/python", "3.12.2", "cpython-3.12-windows"):
        assert not request_satisfied(parse_request(text), interpreter, context), text


def test_using_line(world: Any) -> None:
    world.python("work/bin/python3")
    context = world.context()

    found = find_python(DEFAULT, context)

    assert using_line(found, context) == "Using CPython 3.12.1 interpreter at: bin/python3"


def test_an_old_python_deserves_a_warning(world: Any) -> None:
    world.python("a/python3", "3.7.16")
    context = world.context()

    found = find_python(DEFAULT, context)

    assert unsupported_warning(found.interpreter) == "uv is only compatible with Python >=3.8, found Python 3.7.16"
