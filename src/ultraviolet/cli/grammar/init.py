"""The words and options of ``uv init``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import GLOBALS, PYTHON

COMMAND: Command = {
    "path": ("init",),
    "positionals": ({"name": "path", "value": "PATH", "kind": "native-path"},),
    "options": (
        {"long": "--name", "value": "NAME", "kind": "package", "conflicts": ("--script",)},
        {"long": "--bare"},
        {"long": "--virtual", "conflicts": ("--package",), "hidden": True},
        {"long": "--package", "overrides": ("--no-package",)},
        {"long": "--no-package", "conflicts": ("--lib", "--build-backend"), "overrides": ("--package",)},
        {"long": "--app", "aliases": ("--application",), "conflicts": ("--lib", "--script")},
        {"long": "--lib", "aliases": ("--library",), "conflicts": ("--app", "--script")},
        {
            "long": "--script",
            "conflicts": ("--app", "--lib", "--package", "--build-backend", "--description"),
            "requires": ("path",),
        },
        {
            "long": "--description",
            "value": "DESCRIPTION",
            "conflicts": ("--script",),
            "overrides": ("--no-description",),
        },
        {"long": "--no-description", "conflicts": ("--script",), "overrides": ("--description",)},
        {"long": "--vcs", "value": "VCS", "choices": ("git", "none"), "conflicts": ("--script",)},
        {
            "long": "--build-backend",
            "value": "BUILD_BACKEND",
            "choices": ("uv", "hatch", "flit", "pdm", "poetry", "setuptools", "maturin", "scikit"),
            "choice_aliases": {
                "uv-build": "uv",
                "uv_build": "uv",
                "hatchling": "hatch",
                "flit-core": "flit",
                "pdm-backend": "pdm",
                "poetry-core": "poetry",
                "poetry_core": "poetry",
                "scikit-build-core": "scikit",
            },
            "env": "UV_INIT_BUILD_BACKEND",
            "conflicts": ("--script", "--no-package"),
        },
        {"long": "--backend", "instead": "--build-backend", "hidden": True},
        {"long": "--no-readme"},
        {"long": "--author-from", "value": "AUTHOR_FROM", "choices": ("auto", "git", "none")},
        {"long": "--no-pin-python"},
        {"long": "--pin-python", "hidden": True},
        {"long": "--no-workspace", "aliases": ("--no-project",)},
        *PYTHON,
        *GLOBALS,
    ),
}
