"""Environments for tests: made by this project from the running interpreter, which is asked once."""

from __future__ import annotations

import functools
import os
import sys
import tempfile

from ultraviolet.cache.layout import Cache
from ultraviolet.environment.create import VenvOptions, base_python, create_venv
from ultraviolet.environment.value import Environment
from ultraviolet.python.interpreter import Interpreter, interpreter_from_facts
from ultraviolet.python.probe import Prober


@functools.cache
def _facts() -> tuple[object, ...]:
    return Prober(None, environ=os.environ, cwd=os.getcwd()).query(sys.executable).facts()


def running_interpreter() -> Interpreter:
    """Return the interpreter that runs the tests."""
    return interpreter_from_facts(_facts(), sys.executable)


@functools.cache
def _facts_by_link() -> tuple[str, tuple[object, ...]]:
    """Return a link to the interpreter that environments are made from, and what it says when it is asked there."""
    with tempfile.TemporaryDirectory() as directory:
        link = os.path.join(os.path.realpath(directory), "python3")
        os.symlink(base_python(running_interpreter()), link)
        return link, Prober(None, environ=os.environ, cwd=directory).query(link).facts()


def linked_interpreter(link: str) -> Interpreter:
    """Return the interpreter that environments are made from as it is by way of a link, without asking it once more."""
    known, facts = _facts_by_link()
    return interpreter_from_facts(tuple(link if fact == known else fact for fact in facts), link)


@functools.cache
def _facts_on_path() -> dict[str, tuple[object, ...]]:
    """Return what the interpreters beside the one that runs the tests say, by path."""
    directory = os.path.dirname(os.path.realpath(sys.executable))
    names = ("python", "python3", "python{}.{}".format(*sys.version_info))
    prober = Prober(None, environ=os.environ, cwd=directory)
    paths = [os.path.join(directory, name) for name in names]
    return {path: prober.query(path).facts() for path in paths if os.path.exists(path)}


def know_interpreters(cache: str) -> None:
    """Let a new cache know the interpreters beside the one that runs the tests; asking takes longer than most commands."""
    prober = Prober(Cache(cache).bucket("interpreter"), environ={}, cwd=cache)
    for path, facts in _facts_on_path().items():
        prober.remember(interpreter_from_facts(facts, path), path)


def make_environment(root: str, **options: object) -> Environment:
    """Make an environment at ``root``."""
    return create_venv(root, running_interpreter(), VenvOptions(**options), cwd=os.getcwd())  # type: ignore[arg-type]
