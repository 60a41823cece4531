"""New projects and scripts (``uv init``): which files, with what in them."""

from __future__ import annotations

from typing import Literal

import msgspec

from ultraviolet.errors import UltravioletError
from ultraviolet.standards.errors import InvalidName
from ultraviolet.standards.names import PackageName, dist_info_name, parse_package_name
from ultraviolet.standards.scripts import default_metadata, find_block, format_block, split_shebang
from ultraviolet.standards.toml_document import format_string
from ultraviolet.standards.versions import parse_version

ProjectKind = Literal["packaged-app", "app", "lib", "bare", "bare-build-system"]
Backend = Literal["uv", "hatch", "flit", "pdm", "poetry", "setuptools", "maturin", "scikit"]
COMPATIBILITY_VERSION = "0.12.5"

GITIGNORE = """# Python-generated files
__pycache__/
*.py[oc]
build/
dist/
wheels/
*.egg-info

# Virtual environments
.venv
"""


class Author(msgspec.Struct, frozen=True):
    """Who the project is by; at least one is given."""

    name: str | None = None
    email: str | None = None


class ProjectOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What to make."""

    name: PackageName
    kind: ProjectKind = "packaged-app"
    requires_python: str
    """Specifiers."""
    bare: bool = False
    """Nothing but the manifest."""
    backend: Backend = "uv"
    description: str | None = None
    no_description: bool = False
    no_readme: bool = False
    author: Author | None = None
    pin: str | None = None
    """Content of ``.python-version``, without the line end."""


class NewFile(msgspec.Struct, frozen=True):
    """A file to write, unless it exists and is to be kept."""

    path: str
    """Relative, with ``/``."""
    content: str
    replace: bool = False


def project_kind(*, app: bool, lib: bool, package: bool | None, bare: bool, backend: bool) -> ProjectKind:
    """Choose the kind from the options that were given.

    :param package: ``--package`` or ``--no-package``; None when neither was given.
    :param backend: whether ``--build-backend`` was given.
    """
    if lib:
        return "bare-build-system" if bare else "lib"
    if bare:
        return "bare-build-system" if package or (backend and package is not False) else "bare"
    del app
    return "app" if package is False else "packaged-app"


def name_of_directory(directory: str, *, explicit: bool) -> PackageName:
    """Return the project name that a directory suggests.

    :param explicit: whether the directory was given rather than being the current one.
    :raises UltravioletError: it suggests none.
    """
    try:
        return parse_package_name(directory.strip().replace(" ", "-"))
    except InvalidName:
        which = "target directory" if explicit else "current directory"
        raise UltravioletError(
            f"The {which} (`{directory}`) is not a valid package name. Please provide a package name with `--name`."
        ) from None


def project_files(options: ProjectOptions) -> list[NewFile]:
    """Return the files of a new project, in the order they are written.

    A script or library whose sources exist keeps them; only the manifest is always written.
    """
    files: list[NewFile] = []
    if not options.bare:
        if options.kind == "app":
            files.append(NewFile("main.py", _MAIN.format(name=options.name)))
        elif options.kind in {"packaged-app", "lib"}:
            files += _native_files(options)
            files += _package_files(options)
    files.append(NewFile("pyproject.toml", manifest_text(options), replace=True))
    if not options.bare:
        if options.pin is not None:
            files.append(NewFile(".python-version", options.pin + "\n", replace=True))
        if not options.no_readme:
            files.append(NewFile("README.md", ""))
    return files


def manifest_text(options: ProjectOptions) -> str:
    """Return the ``pyproject.toml`` of a new project."""
    module = dist_info_name(options.name)
    parts = [_project_table(options)]
    if options.kind == "packaged-app":
        parts.append(f'[project.scripts]\n{options.name} = "{module}:main"\n')
    if options.kind in {"packaged-app", "lib", "bare-build-system"}:
        parts.append(_build_system(options.backend, module))
    return "\n".join(parts)


def _project_table(options: ProjectOptions) -> str:
    lines = ["[project]", f'name = "{options.name}"', 'version = "0.1.0"']
    if not options.no_description:
        description = options.description if options.description is not None else "Add your description here"
        lines.append(f'description = "{description}"')
    if not (options.no_readme or options.bare):
        lines.append('readme = "README.md"')
    author = options.author
    if author is not None:
        pairs = [("name", author.name), ("email", author.email)]
        fields = ", ".join(f"{key} = {format_string(value)}" for key, value in pairs if value is not None)
        lines += ["authors = [", f"    {{ {fields} }}", "]"]
    lines += [f'requires-python = "{options.requires_python}"', "dependencies = []"]
    return "\n".join(lines) + "\n"


def uv_build_requirement(version: str = COMPATIBILITY_VERSION) -> str:
    """Return the requirement on the default build backend: this version, below the next minor one."""
    release = parse_version(version).release
    upper = ".".join(map(str, (0, release[1] + 1, *(0 for _ in release[2:]))))
    return f"uv_build>={version},<{upper}"


def _build_system(backend: Backend, module: str) -> str:
    requires, name = {
        "uv": ((uv_build_requirement(),), "uv_build"),
        "hatch": (("hatchling",), "hatchling.build"),
        "flit": (("flit_core>=3.2,<4",), "flit_core.buildapi"),
        "pdm": (("pdm-backend",), "pdm.backend"),
        "setuptools": (("setuptools>=61",), "setuptools.build_meta"),
        "poetry": (("poetry-core>=2,<3",), "poetry.core.masonry.api"),
        "maturin": (("maturin>=1.0,<2.0",), "maturin"),
        "scikit": (("scikit-build-core>=0.12", "pybind11>=3"), "scikit_build_core.build"),
    }[backend]
    listed = ", ".join(f'"{requirement}"' for requirement in requires)
    table = f'[build-system]\nrequires = [{listed}]\nbuild-backend = "{name}"\n'
    tool = {"maturin": _MATURIN_TOOL, "scikit": _SCIKIT_TOOL}.get(backend, "")
    return tool.replace("{module}", module) + table


def _native_files(options: ProjectOptions) -> list[NewFile]:
    module = dist_info_name(options.name)
    if options.backend == "maturin":
        return [NewFile("Cargo.toml", _CARGO.replace("{module}", module))]
    if options.backend == "scikit":
        return [NewFile("CMakeLists.txt", _CMAKE)]
    return []


def _package_files(options: ProjectOptions) -> list[NewFile]:
    module = dist_info_name(options.name)
    package = f"src/{module}"
    files: list[NewFile] = []
    lib = options.kind == "lib"
    if options.backend in {"maturin", "scikit"}:
        native, source = ("src/lib.rs", _LIB_RS) if options.backend == "maturin" else ("src/main.cpp", _MAIN_CPP)
        files.append(NewFile(native, source.replace("{name}", options.name)))
        files.append(NewFile(f"{package}/_core.pyi", "def hello_from_bin() -> str: ...\n"))
        script = _BINARY_LIB if lib else _BINARY_APP
    else:
        script = _PURE_LIB if lib else _PURE_APP
    content = script.replace("{name}", options.name).replace("{module}", module)
    files.append(NewFile(f"{package}/__init__.py", content))
    if lib:
        files.append(NewFile(f"{package}/py.typed", ""))
    return files


def script_text(
    filename: str, requires_python: str, existing: bytes | None, *, bare: bool, shown: str
) -> tuple[str, str | None]:
    """Return the content of a new script, and a warning when its shebang ignores the metadata.

    :param existing: the content of a file that exists already, which is kept below the metadata.
    :param shown: the path as messages name it.
    :raises UltravioletError: the file is a script already.
    """
    block = format_block(default_metadata(requires_python))
    if existing is None:
        return (block if bare else block + _SCRIPT.format(name=filename)), None
    if find_block(existing) is not None:
        raise UltravioletError(f"`{shown}` is already a PEP 723 script; use `uv run` to execute it")
    shebang, rest = split_shebang(existing)
    warning = None
    if shebang:
        if not _mentions_uv(shebang):
            warning = (
                f"If you execute {shown} directly, it might ignore its inline metadata.\nConsider replacing its shebang "
                "with: #!/usr/bin/env -S uv run --script"
            )
        shebang += "\n#\n"
    return f"{shebang}{block}\n{rest}", warning


def _mentions_uv(shebang: str) -> bool:
    import re

    return re.search(r"\buv\b", shebang) is not None


_MAIN = """def main():
    print("Hello from {name}!")


if __name__ == "__main__":
    main()
"""
_SCRIPT = """

def main() -> None:
    print("Hello from {name}!")


if __name__ == "__main__":
    main()
"""
_PURE_LIB = """def hello() -> str:
    return "Hello from {name}!"
"""
_PURE_APP = """def main() -> None:
    print("Hello from {name}!")
"""
_BINARY_LIB = """from {module}._core import hello_from_bin


def hello() -> str:
    return hello_from_bin()
"""
_BINARY_APP = """from {module}._core import hello_from_bin


def main() -> None:
    print(hello_from_bin())
"""
_MATURIN_TOOL = """[tool.maturin]
module-name = "{module}._core"
python-packages = ["{module}"]
python-source = "src"

[tool.uv]
cache-keys = [{ file = "pyproject.toml" }, { file = "src/**/*.rs" }, { file = "Cargo.toml" }, { file = "Cargo.lock" }]

"""
_SCIKIT_TOOL = """[tool.scikit-build]
minimum-version = "build-system.requires"
build-dir = "build/{wheel_tag}"

[tool.uv]
cache-keys = [{ file = "pyproject.toml" }, { file = "src/**/*.{h,c,hpp,cpp}" }, { file = "CMakeLists.txt" }]

"""
_CARGO = """[package]
name = "{module}"
version = "0.1.0"
edition = "2024"

[lib]
name = "_core"
# "cdylib" is necessary to produce a shared library for Python to import from.
crate-type = ["cdylib"]

[dependencies]
# "extension-module" tells pyo3 we want to build an extension module (skips linking against libpython.so)
# "abi3-py39" tells pyo3 (and maturin) to build using the stable ABI with minimum Python version 3.9
pyo3 = { version = "0.28.2", features = ["extension-module", "abi3-py39"] }
"""
_CMAKE = """cmake_minimum_required(VERSION 3.15...4.0)
project(${SKBUILD_PROJECT_NAME} LANGUAGES CXX)

find_package(pybind11 CONFIG REQUIRED)

pybind11_add_module(_core MODULE src/main.cpp)
install(TARGETS _core DESTINATION ${SKBUILD_PROJECT_NAME})
"""
_LIB_RS = """use pyo3::prelude::*;

/// A Python module implemented in Rust. The name of this module must match
/// the `lib.name` setting in the `Cargo.toml`, else Python will not be able to
/// import the module.
#[pymodule]
mod _core {
    use pyo3::prelude::*;

    #[pyfunction]
    fn hello_from_bin() -> String {
        "Hello from {name}!".to_string()
    }
}
"""
_MAIN_CPP = """#include <pybind11/pybind11.h>

std::string hello_from_bin() { return "Hello from {name}!"; }

namespace py = pybind11;

PYBIND11_MODULE(_core, m) {
  m.doc() = "pybind11 hello module";

  m.def("hello_from_bin", &hello_from_bin, R"pbdoc(
      A function that returns a Hello string.
  )pbdoc");
}
"""
