"""The facts about one interpreter, as its probe told them.

A plain class with slots: it is restored from the probe cache on every command, and the value libraries cost more to
import than the rest of a warm start-up.
"""

from __future__ import annotations

import os

from ultraviolet.python.platforms import architecture_name, libc_name, system_name
from ultraviolet.python.request import pretty_implementation, split_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.standards.markers import MarkerEnvironment
    from ultraviolet.standards.tags import Tags
    from ultraviolet.standards.versions import Version

MARKER_NAMES = (
    "implementation_name",
    "implementation_version",
    "os_name",
    "platform_machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform_version",
    "python_full_version",
    "python_version",
    "sys_platform",
)
SCHEME_NAMES = ("purelib", "platlib", "scripts", "data", "include")


class Scheme:
    """The five directories into which wheels are installed."""

    __slots__ = ("data", "include", "platlib", "purelib", "scripts")

    def __init__(self, purelib: str, platlib: str, scripts: str, data: str, include: str) -> None:
        self.purelib = purelib
        self.platlib = platlib
        self.scripts = scripts
        self.data = data
        self.include = include
        """Headers go into a directory named after the package below it."""

    def facts(self) -> tuple[str, str, str, str, str]:
        """Return the directories in the order of :data:`SCHEME_NAMES`."""
        return self.purelib, self.platlib, self.scripts, self.data, self.include

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scheme) and self.facts() == other.facts()

    def __hash__(self) -> int:
        return hash(self.facts())

    def __repr__(self) -> str:
        return f"Scheme{self.facts()}"

    def below(self, root: str) -> Scheme:
        """Return the scheme of relative directories joined to ``root``."""
        return Scheme(*[os.path.normpath(os.path.join(root, path)) for path in self.facts()])


class Interpreter:
    """One Python executable and what it says about itself. All paths are absolute except those of ``venv_scheme``."""

    __slots__ = (
        "arch",
        "base_executable",
        "base_prefix",
        "debug",
        "executable",
        "extension_suffixes",
        "gil_disabled",
        "manylinux_compatible",
        "markers",
        "platform",
        "pointer_size",
        "prefix",
        "queried",
        "scheme",
        "site_packages",
        "standalone",
        "stdlib",
        "venv_scheme",
    )

    executable: str
    """``sys.executable``."""
    base_executable: str | None
    """``sys._base_executable``, where the implementation has one."""
    prefix: str
    base_prefix: str
    markers: dict[str, str]
    """The eleven environment markers by name."""
    scheme: Scheme
    venv_scheme: Scheme
    """Directories of an environment made from this interpreter, relative to its root."""
    stdlib: str
    site_packages: tuple[str, ...]
    """``site.getsitepackages()``: what is importable, which may be more than where packages are installed."""
    extension_suffixes: tuple[str, ...]
    platform: tuple[str, int, int, str]
    """(name, major, minor, detail): ``("manylinux", 2, 36, "")``, ``("macos", 14, 0, "")``, ``("freebsd", 0, 0, "14.1")``."""
    arch: str
    """As in platform tags: ``x86_64``, ``aarch64``."""
    manylinux_compatible: bool
    gil_disabled: bool
    debug: bool
    standalone: bool
    """Whether it is, or may be, a relocatable build of python-build-standalone."""
    pointer_size: int
    """Bits: 32 or 64."""
    queried: str
    """The path that was asked, which may be a shim."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Interpreter) and self.executable == other.executable and self.facts() == other.facts()

    def __hash__(self) -> int:
        return hash(self.executable)

    def __repr__(self) -> str:
        return f"Interpreter({self.executable!r}, {self.version!r})"

    @property
    def version(self) -> str:
        """Full version text: ``3.12.1``, ``3.13.0rc1``."""
        return self.markers["python_full_version"]

    @property
    def release(self) -> tuple[int, ...]:
        """Major, minor and patch number."""
        return split_version(self.version)[0]

    @property
    def minor_version(self) -> str:
        """``3.12``."""
        return ".".join(map(str, self.release[:2]))

    @property
    def prerelease(self) -> tuple[str, int] | None:
        """``("rc", 1)`` for a release candidate."""
        return split_version(self.version)[1]

    @property
    def python_version(self) -> Version:
        """The full version, parsed."""
        from ultraviolet.standards.versions import parse_version

        return parse_version(self.version)

    @property
    def implementation_name(self) -> str:
        """``cpython``, ``pypy`` ..., as the interpreter spells it."""
        return self.markers["implementation_name"]

    @property
    def variant(self) -> str:
        """Build: empty, ``freethreaded``, ``debug`` or ``freethreaded+debug``."""
        if self.gil_disabled:
            return "freethreaded+debug" if self.debug else "freethreaded"
        return "debug" if self.debug else ""

    @property
    def is_virtualenv(self) -> bool:
        """Whether it runs from a virtual environment (PEP 405)."""
        return self.prefix != self.base_prefix

    @property
    def system(self) -> str:
        """Name of the operating system in keys: ``linux``."""
        return system_name(self.platform[0])

    @property
    def host(self) -> tuple[str, str, str]:
        """(system, architecture, libc) as download keys name them."""
        return self.system, architecture_name(self.arch), libc_name(self.platform[0])

    @property
    def key(self) -> str:
        """``cpython-3.12.1-linux-x86_64-gnu``."""
        implementation = "pyodide" if self.system == "emscripten" else self.implementation_name.lower()
        variant = "+" + self.variant if self.variant else ""
        return "-".join((implementation, self.version + variant, *self.host))

    @property
    def sort_key(self) -> tuple[object, ...]:
        """Order among equally preferred installations: the greatest is best."""
        release, pre = split_version(self.version)
        rank = {"cpython": 3, "pypy": 2, "graalpy": 1}.get(self.implementation_name.lower(), 0)
        variant = ("freethreaded+debug", "debug", "freethreaded", "").index(self.variant)
        return rank, release, pre is None, pre or ("", 0), self.arch, variant

    @property
    def display_name(self) -> str:
        """``CPython 3.13.0+freethreaded``: the interpreter in "Using ..." lines."""
        name = pretty_implementation(self.implementation_name.lower())
        suffix = "+" + self.variant if self.variant else ""
        return f"{name} {self.version}{suffix}"

    @property
    def marker_environment(self) -> MarkerEnvironment:
        """The values environment markers are evaluated against."""
        from ultraviolet.standards.markers import MarkerEnvironment

        return MarkerEnvironment(**self.markers)

    @property
    def implementation_release(self) -> tuple[int, int]:
        """(major, minor) of the implementation: of PyPy itself, not of its Python."""
        numbers = split_version(self.markers["implementation_version"])[0]
        return numbers[0], numbers[1] if len(numbers) > 1 else 0

    def tags(self) -> Tags:
        """Return the compatibility tags of wheels that can be installed."""
        from ultraviolet.standards.tags import Tags

        system, major, minor, detail = self.platform
        return Tags.from_facts(
            implementation=self.implementation_name,
            implementation_version=self.implementation_release,
            python_version=(self.release[0], self.release[1]),
            os=system,  # type: ignore[arg-type]  # the probe answers with one of the known names
            os_version=(major, minor),
            os_detail=detail,
            arch=self.arch,
            manylinux_compatible=self.manylinux_compatible,
            gil_disabled=self.gil_disabled,
            debug=self.debug,
        )

    def facts(self) -> tuple[object, ...]:
        """Return everything but ``queried`` as plain data for the probe cache."""
        return (
            self.executable,
            self.base_executable,
            self.prefix,
            self.base_prefix,
            tuple([self.markers[name] for name in MARKER_NAMES]),
            self.scheme.facts(),
            self.venv_scheme.facts(),
            self.stdlib,
            self.site_packages,
            self.extension_suffixes,
            self.platform,
            self.arch,
            (self.manylinux_compatible, self.gil_disabled, self.debug, self.standalone),
            self.pointer_size,
        )

    def in_environment(self, root: str, executable: str, base_executable: str, scheme: Scheme) -> Interpreter:
        """Return the interpreter of an environment just made from this one, without running it."""
        made = interpreter_from_facts(self.facts(), executable)
        made.executable = executable
        made.base_executable = base_executable
        made.prefix = root
        made.scheme = scheme
        made.site_packages = (scheme.purelib,) if scheme.purelib == scheme.platlib else (scheme.purelib, scheme.platlib)
        return made


def interpreter_from_facts(facts: tuple[object, ...], queried: str) -> Interpreter:
    """Restore an interpreter from :meth:`Interpreter.facts`."""
    made = Interpreter()
    markers: tuple[str, ...]
    (
        made.executable,
        made.base_executable,
        made.prefix,
        made.base_prefix,
        markers,
        scheme,
        venv_scheme,
        made.stdlib,
        made.site_packages,
        made.extension_suffixes,
        made.platform,
        made.arch,
        flags,
        made.pointer_size,
    ) = facts  # type: ignore[assignment]  # plain data written by facts()
    made.markers = dict(zip(MARKER_NAMES, markers, strict=True))
    made.scheme = Scheme(*scheme)  # type: ignore[misc]
    made.venv_scheme = Scheme(*venv_scheme)  # type: ignore[misc]
    made.manylinux_compatible, made.gil_disabled, made.debug, made.standalone = flags  # type: ignore[misc]
    made.queried = queried
    return made


def interpreter_from_answer(answer: dict[str, object], queried: str) -> Interpreter:
    """Return the interpreter described by the JSON object that the probe printed.

    :raises KeyError, TypeError, ValueError: the object is not such an answer.
    """
    import json

    data = json.loads(json.dumps(answer))  # a private copy of plain data
    system = data["platform"]["os"]
    made = Interpreter()
    made.queried = queried
    made.executable = data["sys_executable"]
    made.base_executable = data["sys_base_executable"]
    made.prefix = data["sys_prefix"]
    made.base_prefix = data["sys_base_prefix"]
    made.markers = {name: str(data["markers"][name]) for name in MARKER_NAMES}
    made.scheme = Scheme(*[data["scheme"][name] for name in SCHEME_NAMES])
    made.venv_scheme = Scheme(*[data["virtualenv"][name] for name in SCHEME_NAMES])
    made.stdlib = data["stdlib"]
    made.site_packages = tuple(data["site_packages"])
    made.extension_suffixes = tuple(data["extension_suffixes"])
    detail = str(system.get("release") or ("simulator" if system.get("simulator") else ""))
    made.platform = (
        str(system["name"]),
        int(system.get("major", system.get("api_level", 0))),
        int(system.get("minor", 0)),
        detail,
    )
    made.arch = data["platform"]["arch"]
    made.manylinux_compatible = bool(data["manylinux_compatible"])
    made.gil_disabled = bool(data["gil_disabled"])
    made.debug = bool(data["debug_enabled"])
    made.standalone = bool(data["standalone"])
    made.pointer_size = int(data["pointer_size"])
    if not os.path.isabs(made.executable):
        raise ValueError("`sys.executable` is not an absolute path")
    return made
