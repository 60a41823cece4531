"""Environments for tests: made by this project from the running interpreter, which is asked once."""

from __future__ import annotations

import functools
import os
import sys

from ultraviolet.environment.create import VenvOptions, create_venv
from ultraviolet.environment.value import Environment
from ultraviolet.python.interpreter import Interpreter, interpreter_from_facts
from ultraviolet.python.probe import Prober


@functools.cache
def _facts() -> tuple[object, ...]:
    return Prober(None, environ=os.environ, cwd=os.getcwd()).query(sys.executable).facts()


def running_interpreter() -> Interpreter:
    """Return the interpreter that runs the tests."""
    return interpreter_from_facts(_facts(), sys.executable)


def make_environment(root: str, **options: object) -> Environment:
    """Make an environment at ``root``."""
    return create_venv(root, running_interpreter(), VenvOptions(**options), cwd=os.getcwd())  # type: ignore[arg-type]
