# ruff: noqa: ANN001, ANN003, ANN202, F401, RET503, RUF015, SLF001, UP031, UP036
# keeps to the syntax and the library of Python 3.6
# mypy: ignore-errors
"""Print the facts about the interpreter that runs this file, as one JSON object.

Runs under every Python from 3.6 on, in isolated mode, with the standard library alone. Failures that are
understood are answers too, with status 0: ``{"result": "error", "kind": ...}``.

The first command with an empty cache waits for this, so it imports little: `json` and `platform` would take as long as all
the rest together.
"""

import os
import sys
import sysconfig


def main():
    # type: () -> None
    if sys.version_info < (3, 6):
        fail("unsupported_python_version", python_version=".".join(map(str, sys.version_info[:3])))
    import site

    system, arch = system_and_architecture()
    manylinux = system["name"] == "musllinux" or (system["name"] == "manylinux" and manylinux_allowed(system, arch))
    use_sysconfig = bool(getattr(sysconfig, "_PIP_USE_SYSCONFIG", sys.version_info >= (3, 10)))
    if not use_sysconfig:
        require_distutils()
    facts = platform_facts()
    full_version = facts["version"].rstrip("+")  # a local build ends in `+`, which PEP 440 does not know
    print(
        dump(
            {
                "result": "success",
                "markers": {
                    "implementation_name": sys.implementation.name,
                    "implementation_version": implementation_version(),
                    "os_name": os.name,
                    "platform_machine": facts["machine"],
                    "platform_python_implementation": facts["implementation"],
                    "platform_release": facts["release"],
                    "platform_system": facts["system"],
                    "platform_version": facts["build"],
                    "python_full_version": full_version,
                    "python_version": ".".join(facts["version"].split(".")[:2]),
                    "sys_platform": sys.platform,
                },
                "sys_prefix": sys.prefix,
                "sys_base_prefix": sys.base_prefix,
                "sys_executable": sys.executable,
                "sys_base_executable": getattr(sys, "_base_executable", None),
                "site_packages": site.getsitepackages(),
                "stdlib": sysconfig.get_path("stdlib"),
                "extension_suffixes": extension_suffixes(),
                "standalone": sysconfig.get_config_var("prefix") == "/install"
                or bool(sysconfig.get_config_var("PYTHON_BUILD_STANDALONE")),
                "scheme": sysconfig_scheme() if use_sysconfig else distutils_scheme(),
                "virtualenv": environment_scheme(),
                "platform": {"os": system, "arch": arch},
                "manylinux_compatible": manylinux,
                "gil_disabled": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
                "debug_enabled": bool(sysconfig.get_config_var("Py_DEBUG")),
                "pointer_size": 64 if is_64_bit() else 32,
            }
        )
    )


def fail(kind, **facts):
    print(dump(dict(facts, result="error", kind=kind)))
    sys.exit(0)


def dump(value):
    """`json.dumps` for what is printed here."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, dict):
        return "{%s}" % ", ".join("%s: %s" % (quote(key), dump(found)) for key, found in value.items())
    if isinstance(value, (list, tuple)):
        return "[%s]" % ", ".join(map(dump, value))
    return quote(value) if isinstance(value, str) else "%d" % value


try:
    from _json import encode_basestring_ascii as quote
except ImportError:
    from json import dumps as quote


def platform_facts():
    """What the module `platform` says: it asks `uname` and the text of the version where there is nothing special."""
    if sys.implementation.name == "cpython" and sys.platform in ("linux", "darwin"):
        names = os.uname()
        return {
            "machine": names.machine,
            "implementation": "CPython",
            "release": names.release,
            "system": names.sysname,
            "build": names.version,
            "version": sys.version.split()[0],
        }
    import platform

    return {
        "machine": platform.machine(),
        "implementation": platform.python_implementation(),
        "release": platform.release(),
        "system": platform.system(),
        "build": platform.version(),
        "version": platform.python_version(),
    }


def extension_suffixes():
    try:
        import _imp
    except ImportError:
        from importlib.machinery import EXTENSION_SUFFIXES

        return EXTENSION_SUFFIXES
    return _imp.extension_suffixes()


def is_64_bit():
    return sys.maxsize > 2**32


def implementation_version():
    name, tag = sys.implementation.name, sys.implementation.cache_tag or ""
    if name in ("graalpy", "pyston"):
        # These report the version of the language; their own hides in the cache tag (`graalpy230-310`).
        digits = tag.replace("pyston-", "").replace("graalpy", "").split("-")[0].split("dev")[0]
        return digits[:1] + "." + digits[1:]
    info = sys.implementation.version
    text = "%d.%d.%d" % (info.major, info.minor, info.micro)
    return text if info.releaselevel == "final" else text + info.releaselevel[0] + str(info.serial)


def in_virtualenv():
    return sys.prefix != sys.base_prefix or hasattr(sys, "real_prefix")


def header_directory():
    return os.path.join("include", "site", "python%d.%d" % sys.version_info[:2])


def environment_scheme():
    """Directories of an environment made from this interpreter, relative to its root."""
    names = sysconfig.get_scheme_names()
    if "venv" in names:
        chosen = "venv"
    elif sys.version_info[:2] == (3, 10) and "deb_system" in names:
        chosen = "posix_prefix"  # Debian's default scheme points into /usr/local
    else:
        return distutils_environment_scheme()
    found = {}
    prefixes = [os.path.abspath(path) for path in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)]
    variables = {}
    for key, value in sysconfig.get_config_vars().items():
        variables[key] = "" if value in prefixes else value
    for key in ("purelib", "platlib", "scripts", "data"):
        path = sysconfig.get_path(key, scheme=chosen, expand=False).format(**variables)
        found[key] = path.replace("/", os.sep).lstrip(os.sep)
    found["include"] = header_directory()
    return found


def distutils_environment_scheme():
    remove_setuptools_shim()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distutils.dist import Distribution

        distribution = Distribution({"script_args": "--no-user-cfg"})
        if hasattr(sys, "_framework"):
            sys._framework = None
        command = distribution.get_command_obj("install", create=True)
        command.prefix = os.sep
        command.finalize_options()
    found = {}
    for key in ("purelib", "platlib", "scripts", "data"):
        found[key] = getattr(command, "install_" + key)[1:].lstrip(os.sep)
    found["include"] = header_directory()
    return found


def sysconfig_scheme():
    """Directories into which pip would install: the preferred `prefix` scheme."""
    available = sysconfig.get_scheme_names()
    preferred = getattr(sysconfig, "get_preferred_scheme", None)
    if preferred is not None:
        chosen = preferred("prefix")
    else:
        candidates = [
            sys.implementation.name + "_" + os.name,
            sys.implementation.name,
            os.name + "_prefix",
            os.name,
            "posix_prefix",
        ]
        if sysconfig.get_config_var("PYTHONFRAMEWORK") and not in_virtualenv():
            candidates.insert(0, "osx_framework_library")
        chosen = [name for name in candidates if name in available][0]
    paths = sysconfig.get_paths(scheme=chosen)
    found = {}
    for key in ("purelib", "platlib", "include", "scripts", "data"):
        found[key] = paths[key]
    if in_virtualenv():
        found["include"] = os.path.join(sys.prefix, header_directory())
    return found


def distutils_scheme():
    remove_setuptools_shim()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from distutils.dist import Distribution

        distribution = Distribution({})
        try:
            distribution.parse_config_files()
        except UnicodeDecodeError:
            pass
        command = distribution.get_command_obj("install", create=True)
        command.finalize_options()
    found = {
        "purelib": command.install_purelib,
        "platlib": command.install_platlib,
        "scripts": command.install_scripts,
        "data": command.install_data,
        "include": os.path.dirname(command.install_headers),
    }
    if "install_lib" in distribution.get_option_dict("install"):
        found["purelib"] = found["platlib"] = command.install_lib
    if in_virtualenv():
        found["include"] = os.path.join(command.prefix, header_directory())
    return found


def remove_setuptools_shim():
    """Put the real distutils back where setuptools has replaced it."""
    try:
        __import__("_distutils_hack").remove_shim()
    except (ImportError, AttributeError):
        pass


def require_distutils():
    remove_setuptools_shim()
    try:
        import distutils.dist
    except ImportError:
        fail("missing_required_distutils", python_major=sys.version_info[0], python_minor=sys.version_info[1])


def system_and_architecture():
    parts = sysconfig.get_platform().split("-")
    name, middle, arch = parts[0], parts[1:-1], parts[-1] if len(parts) > 1 else ""
    if name == "win32":
        return {"name": "windows"}, "i386"
    if name == "win":
        return {"name": "windows"}, arch
    if name == "linux":
        return linux(arch)
    if name == "macosx":
        return macos()
    if name == "ios":
        import platform

        release = platform.ios_ver()
        numbers = release.release.split(".")
        ios = {"name": "ios", "major": int(numbers[0]), "minor": int(numbers[1]), "simulator": release.is_simulator}
        return ios, middle[-1] if len(parts) > 3 else arch
    if name == "emscripten":
        for variable, known in (("PYEMSCRIPTEN_PLATFORM_VERSION", "pyemscripten"), ("PYODIDE_ABI_VERSION", "pyodide")):
            version = sysconfig.get_config_var(variable)
            if version:
                numbers = str(version).split("_")
                return {"name": known, "major": int(numbers[0]), "minor": int(numbers[1])}, arch
        fail("emscripten_not_pyodide")
    if name == "android":
        arches = {"arm64_v8a": "aarch64", "armeabi_v7a": "armv7l", "x86": "i686"}
        return {"name": "android", "api_level": sys.getandroidapilevel()}, arches.get(arch, arch)
    if name in ("freebsd", "netbsd", "openbsd", "dragonfly", "illumos", "haiku"):
        return {"name": name, "release": "-".join(middle) or None}, arch
    fail("unknown_operating_system", operating_system=name)


def linux(arch):
    if not is_64_bit():
        arch = {"x86_64": "i686", "aarch64": "armv8l"}.get(arch, arch)
    musl = musl_version(sys.executable)
    if musl:
        return {"name": "musllinux", "major": musl[0], "minor": musl[1]}, arch
    glibc = glibc_version()
    if glibc:
        return {"name": "manylinux", "major": glibc[0], "minor": glibc[1]}, arch
    if hasattr(sys, "getandroidapilevel"):
        return {"name": "android", "api_level": sys.getandroidapilevel()}, arch
    fail("libc_not_found")


def macos():
    import platform

    release, _, arch = platform.mac_ver()
    if not release or not arch:
        fail("broken_mac_ver")
    if not is_64_bit():
        arch = "ppc" if arch.startswith("ppc") else "i386"
    numbers = release.split(".")
    return {"name": "macos", "major": int(numbers[0]), "minor": int(numbers[1]) if len(numbers) > 1 else 0}, arch


def leading_numbers(text):
    """(2, 36) of `2.36-9+deb12`."""
    numbers = []
    for part in text.split(".")[:2]:
        digits = ""
        for character in part:
            if not character.isdigit():
                break
            digits += character
        if not digits:
            return None
        numbers.append(int(digits))
    return tuple(numbers) if len(numbers) == 2 else None


def glibc_version():
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION")  # `glibc 2.36`
        if text:
            return leading_numbers(text.rsplit(None, 1)[-1])
    except (AttributeError, OSError, ValueError):
        pass
    try:
        import ctypes

        ask = ctypes.CDLL(None).gnu_get_libc_version
        ask.restype = ctypes.c_char_p
        return leading_numbers(ask().decode("ascii"))
    except (ImportError, OSError, AttributeError):
        return None


def elf_interpreter(path):
    """The program interpreter (dynamic loader) that an ELF file names, or None."""
    try:
        with open(path, "rb") as file:
            head = file.read(64)
            if head[:4] != b"\x7fELF" or head[4] not in (1, 2) or head[5] not in (1, 2):
                return None
            order = "little" if head[5] == 1 else "big"

            def number(data, start, length):
                return int.from_bytes(data[start : start + length], order)

            wide = head[4] == 2
            word = 8 if wide else 4
            offset = number(head, 32 if wide else 28, word)
            size, count = (number(head, start, 2) for start in ((54, 56) if wide else (42, 44)))
            for position in range(count):
                file.seek(offset + size * position)
                entry = file.read(size)
                if number(entry, 0, 4) != 3:
                    continue
                file.seek(number(entry, 8 if wide else 4, word))
                return os.fsdecode(file.read(number(entry, 32 if wide else 16, word))).strip("\0")
    except (OSError, TypeError):
        pass
    return None


def musl_version(executable):
    loader = elf_interpreter(executable)
    if loader is None or "musl" not in loader:
        return None
    import subprocess

    process = subprocess.Popen([loader], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    lines = [line.strip() for line in process.communicate()[1].splitlines() if line.strip()]
    if len(lines) < 2 or lines[0][:4] != "musl" or not lines[1].startswith("Version "):
        return None
    return leading_numbers(lines[1].split()[1])


def manylinux_allowed(system, arch):
    """Ask the `_manylinux` module, by which a distributor can refuse manylinux wheels."""
    try:
        import _manylinux
    except ImportError:
        return True
    version = (system["major"], system["minor"])
    if hasattr(_manylinux, "manylinux_compatible"):
        answer = _manylinux.manylinux_compatible(version[0], version[1], arch)
        return True if answer is None else bool(answer)
    for known, attribute in (((2, 5), "manylinux1"), ((2, 12), "manylinux2010"), ((2, 17), "manylinux2014")):
        if version == known and hasattr(_manylinux, attribute + "_compatible"):
            return bool(getattr(_manylinux, attribute + "_compatible"))
    return True


if __name__ == "__main__":
    main()
