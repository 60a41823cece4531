"""What the last lines of a failed build usually mean, as data.

The last ten lines of the standard error are read from the end; the first one that a row recognises gives the hint. Where an import
name differs from the name of the package that provides it, the table ``MODULE_PACKAGES`` knows the frequent ones.
"""

from __future__ import annotations

from ultraviolet.build.errors import DEFAULT_HINT

_HEADER = "header"
_LIBRARY = "library"
_MODULE = "module"
_WHEEL = "wheel"

MODULE_PACKAGES = {
    "Crypto": "pycryptodome",
    "Cython": "cython",
    "OpenSSL": "pyopenssl",
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "git": "gitpython",
    "google": "protobuf",
    "jwt": "pyjwt",
    "mysql": "mysql-connector-python",
    "mpl_toolkits": "matplotlib",
    "pkg_resources": "setuptools",
    "psycopg2": "psycopg2",
    "serial": "pyserial",
    "skbuild": "scikit-build",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "usb": "pyusb",
    "win32api": "pywin32",
    "yaml": "pyyaml",
    "zmq": "pyzmq",
}

_REMOVED_MODULES = {"distutils": "3.12"}

_SOURCE = r".*\.(?:c|c..|h|h..)"
_HEADERS = (
    _SOURCE + r":\d+:\d+: fatal error: (.*\.(?:h|h..)): No such file or directory",
    _SOURCE + r":\d+:\d+: fatal error: '(.*\.(?:h|h..))' file not found",
    _SOURCE + r"\(\d+\): fatal error C1083: Cannot open include file: '(.*\.(?:h|h..))': No such file or directory",
)
"""How gcc, clang and the compiler of Microsoft say that a header is missing."""


def _recognise(line: str) -> tuple[str, str] | None:
    """Return (kind, what is missing) for a line of compiler, linker or interpreter output."""
    import re

    for form in _HEADERS:
        found = re.match(form, line)
        if found is not None:
            return _HEADER, found[1]
    found = re.search(r"/usr/bin/ld: cannot find -l([a-zA-Z0-9]+): No such file or directory", line)
    if found is not None:
        return _LIBRARY, found[1]
    if "error: invalid command 'bdist_wheel'" in line:
        return _WHEEL, "wheel"
    found = re.search(r"""ModuleNotFoundError: No module named ['"]([^'"]+)['"]""", line)
    return (_MODULE, found[1]) if found is not None else None


def build_hint(stderr: str, *, name: str | None, version: str | None, version_id: str | None) -> str:
    """Return the hint for a failed hook.

    :param version_id: how the source was named, when name or version are unknown.
    """
    for line in reversed(stderr.splitlines()[-10:]):
        found = _recognise(line.strip())
        if found is not None:
            return _sentence(*found, name=name, version=version, version_id=version_id)
    return DEFAULT_HINT


def _sentence(kind: str, what: str, *, name: str | None, version: str | None, version_id: str | None) -> str:
    subject = f"{name}@{version}" if name and version else version_id
    if kind == _HEADER:
        text = f'This error likely indicates that you need to install a library that provides "{what}"'
        return f"{text} for `{subject}`" if subject else text
    if kind == _LIBRARY:
        text = (
            "This error likely indicates that you need to install the library that provides a shared library for "
            f"`{what}`"
        )
        return f"{text}{f' for `{subject}`' if subject else ''} (e.g., `lib{what}-dev`)"
    if what in _REMOVED_MODULES:
        text = (
            f"`{what}` was removed from the standard library in Python {_REMOVED_MODULES[what]}. "
            "Consider adding a constraint"
        )
        if name and version:
            return (
                f"{text} (like `{name} >{version}`) to avoid building a version of `{name}` that depends on `{what}`."
            )
        return f"{text} to avoid building a package that depends on `{what}`."
    package = MODULE_PACKAGES.get(what, what)
    if name and version:
        return _missing_requirement(f"{name}@{version}", name, package)
    if version_id:
        plain = _leading_name(version_id)
        return _missing_requirement(plain, plain, package)
    return (
        f"This error likely indicates that a package depends on `{package}`, but doesn't declare it as a build dependency. "
        f"If the package is a first-party package, consider adding `{package}` to its `build-system.requires`. "
        f"Otherwise, `uv pip install {package}` into the environment and re-run with `--no-build-isolation`."
    )


def _missing_requirement(display: str, name: str, package: str) -> str:
    key = f'"{name}"' if "." in name else name
    return (
        f"This error likely indicates that `{display}` depends on `{package}`, but doesn't declare it as a build dependency. "
        f"If `{name}` is a first-party package, consider adding `{package}` to its `build-system.requires`. "
        "Otherwise, either add it to your `pyproject.toml` under:\n\n"
        f'[tool.uv.extra-build-dependencies]\n{key} = ["{package}"]\n\n'
        f"or `uv pip install {package}` into the environment and re-run with `--no-build-isolation`."
    )


def _leading_name(text: str) -> str:
    end = 0
    while end < len(text) and ((text[end].isascii() and text[end].isalnum()) or text[end] in ".-_"):
        end += 1
    return text[:end] or text
