"""Install one unpacked wheel, step by step as the binary distribution format says.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/#installing-a-wheel-distribution-1-0-py32-none-any-whl

Everything that RECORD will say is known beforehand: digests of the wheel's files are in its manifest, generated files are
texts. So all is decided first, as a :class:`~ultraviolet.install.placing.Placement`, and RECORD is written once, before the
first file is linked, into the journal that becomes the ``.dist-info`` directory with the last step (see ``journal``). Files
below ``.data`` go straight to where they belong.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from ultraviolet.distributions.dist import CachedWheel
from ultraviolet.distributions.manifest import WheelFile, WheelManifest
from ultraviolet.environment.value import Environment
from ultraviolet.fs.links import Linker
from ultraviolet.install.digests import EMPTY, record_digest
from ultraviolet.install.errors import InvalidWheel, MismatchedWheel
from ultraviolet.install.options import InstallOptions
from ultraviolet.install.placing import Placement, Placer
from ultraviolet.install.scripts import (
    check_data_script_name,
    check_entry_point_name,
    is_activation_name,
    launcher_text,
    shebang_for,
)
from ultraviolet.standards.entry_points import Scripts, parse_scripts
from ultraviolet.standards.metadata import parse_headers
from ultraviolet.standards.names import parse_package_name
from ultraviolet.standards.record import format_record, sort_rows
from ultraviolet.standards.versions import parse_version


class WheelInstaller:
    """Installs wheels into one environment. What is the same for all of them is worked out once."""

    __slots__ = (
        "_installer_row",
        "_launchers",
        "_placer",
        "environment",
        "options",
        "relocatable",
        "shebang",
    )

    def __init__(
        self,
        environment: Environment,
        options: InstallOptions,
        linker: Linker,
    ) -> None:
        self.environment = environment
        self.options = options
        self.relocatable = environment.relocatable
        self.shebang = self._shebang(environment.executable)
        self._placer = Placer(linker)
        self._launchers: dict[bool, bytes | None] = {}
        installer = options.installer.encode()
        self._installer_row = ("INSTALLER", installer, record_digest(installer))

    def install(self, placement: Placement) -> str:
        """Carry a placement out; return the path of the ``.dist-info``."""
        return self._placer.place(placement)

    def place(self, wheel: CachedWheel, direct_url: bytes | None, warn: Callable[[str], None]) -> Placement:
        """Decide where a wheel goes; ``direct_url`` is the content of ``direct_url.json``.

        :raises InvalidWheel, MismatchedWheel, ReservedScriptName: the wheel must not be installed.
        """
        manifest, source = wheel.manifest, wheel.path
        dist_info = manifest.dist_info
        stem = dist_info.removesuffix(".dist-info")
        if not dist_info or stem == dist_info:
            raise InvalidWheel("Missing .dist-info directory")
        # 1.a, 1.b: read WHEEL, check the version of the format; check that the file is what its name says.
        root_is_purelib = read_wheel_file(_read(f"{source}/{dist_info}/WHEEL"))
        if self.options.check_filename:
            check_identity(_read(f"{source}/{dist_info}/METADATA"), wheel)
        # 1.c, 1.d: where the archive goes.
        scheme = self.environment.scheme
        site_packages = scheme.purelib if root_is_purelib else scheme.platlib
        layout = WheelLayout(manifest, stem)
        # Reserved names are refused before anything is written.
        for kind, files in layout.data.items():
            self._check_data(kind, files)
        scripts = Scripts()
        if layout.has_entry_points:
            text = _read(f"{source}/{dist_info}/entry_points.txt").decode("utf-8", "replace")
            scripts = parse_scripts(text, self.environment.python_version[1])

        rows = [row_of(file) for file in layout.package_files]
        rows += [row_of(file, recorded=not file.path.endswith("/RECORD")) for file in layout.dist_info_files]
        launchers = self._entry_points(scripts, site_packages, rows, warn)
        moves, texts, skipped = self._place_data(layout, wheel, site_packages, scripts, rows)
        rows += [row_of(file) for file in skipped]
        generated = self._installer_files(wheel, direct_url) if self.options.installer_metadata else []
        rows += [(f"{dist_info}/{name}", digest, str(len(data))) for name, data, digest in generated]
        sort_rows(rows)

        return Placement(
            source,
            site_packages,
            dist_info,
            format_record(rows).encode(),
            layout.directories,
            layout.package_names,
            layout.dist_info_directories,
            layout.dist_info_names,
            (*launchers, *texts),
            moves,
            [(name, data) for name, data, _ in generated],
        )

    def _shebang(self, executable: str) -> str:
        if self.relocatable:
            executable = os.path.relpath(executable, self.environment.scheme.scripts)
        return shebang_for(executable, self.environment.os_name, relocatable=self.relocatable)

    def _gui_shebang(self) -> str:
        """Windows runs programs without a console under ``pythonw``."""
        executable = self.environment.executable
        if self.environment.os_name == "nt":
            head, tail = os.path.split(executable)
            windowed = os.path.join(head, tail.replace("python", "pythonw"))
            if os.path.isfile(windowed):
                return self._shebang(windowed)
        return self.shebang

    def _check_data(self, kind: str, files: list[tuple[WheelFile, str]]) -> None:
        """Step 3: nothing below ``.data`` may replace the interpreter, whatever way it takes."""
        if kind not in _DATA_KINDS:
            raise InvalidWheel(f"Unknown wheel data type: {kind}")
        scheme = self.environment.scheme
        if kind == "scripts":
            for _, relative in files:
                if "/" in relative:
                    raise InvalidWheel(
                        "Wheel contains an invalid entry (directory) in the `scripts` directory: "
                        + relative.partition("/")[0]
                    )
                check_data_script_name(relative)
            return
        base = scheme.data if kind == "data" else None
        for _, relative in files:
            if base is not None and os.path.dirname(os.path.normpath(f"{base}/{relative}")) == scheme.scripts:
                check_data_script_name(os.path.basename(relative))

    def _entry_points(
        self,
        scripts: Scripts,
        site_packages: str,
        rows: list[tuple[str, str, str]],
        warn: Callable[[str], None],
    ) -> list[tuple[str, bytes, bool]]:
        """Return the launchers as (path, content, executable), and add their rows."""
        files: list[tuple[str, bytes, bool]] = []
        directory = self.environment.scheme.scripts
        for group, gui in ((scripts.console, False), (scripts.gui, True)):
            for script in group:
                name = check_entry_point_name(script.name)
                if is_activation_name(name):
                    warn(f"The script name `{name}` is reserved for virtual environment activation scripts.")
                text = launcher_text(script, self._gui_shebang() if gui else self.shebang)
                if self.environment.os_name == "nt":
                    files += self._windows_files(f"{directory}/{name.removesuffix('.py')}", text, gui=gui)
                else:
                    files.append((f"{directory}/{name}", text.encode(), True))
        relative = _relative(directory, site_packages)
        for path, data, _ in files:
            rows.append((relative + path[len(directory) + 1 :], record_digest(data), str(len(data))))
        return files

    def _windows_files(self, stem: str, text: str, *, gui: bool) -> list[tuple[str, bytes, bool]]:
        """Return what starts an entry point on Windows; see docs/adr/0010-windows-launchers.md."""
        from ultraviolet.install.launchers import find_launcher
        from ultraviolet.install.scripts import batch_launcher, windows_launcher

        if gui not in self._launchers:
            interpreter = self.environment.interpreter
            self._launchers[gui] = find_launcher(interpreter.stdlib, interpreter.arch, gui=gui)
        template = self._launchers[gui]
        if template is not None:
            return [(stem + ".exe", windows_launcher(template, text), True)]
        script = stem + ("-script.pyw" if gui else "-script.py")
        batch = batch_launcher(os.path.basename(script), gui=gui)
        return [(script, text.encode(), True), (stem + ".bat", batch.encode(), True)]

    def _place_data(
        self,
        layout: WheelLayout,
        wheel: CachedWheel,
        site_packages: str,
        scripts: Scripts,
        rows: list[tuple[str, str, str]],
    ) -> tuple[list[tuple[str, str, bool]], list[tuple[str, bytes, bool]], list[WheelFile]]:
        """Step 2.b: decide where the files below ``.data`` go, and add their rows.

        Return the files to link as (path in the wheel, target, make executable), the scripts to write with a new
        shebang, and the scripts that an entry point makes superfluous.
        """
        moves: list[tuple[str, str, bool]] = []
        texts: list[tuple[str, bytes, bool]] = []
        skipped: list[WheelFile] = []
        if not layout.data:
            return moves, texts, skipped
        scheme = self.environment.scheme
        targets = {
            "purelib": scheme.purelib,
            "platlib": scheme.platlib,
            "data": scheme.data,
            "scripts": scheme.scripts,
            "headers": f"{scheme.include}/{wheel.name}",
        }
        superseded = {script.name for script in (*scripts.console, *scripts.gui)}
        for kind, files in layout.data.items():
            target = targets[kind]
            prefix = _relative(target, site_packages)
            for file, relative in files:
                path = f"{target}/{relative}"
                if kind != "scripts":
                    moves.append((file.path, path, False))
                    rows.append(row_of(file, prefix + relative))
                    continue
                if _script_stem(relative) in superseded:
                    skipped.append(file)
                    continue
                rewritten = self._with_shebang(f"{wheel.path}/{file.path}")
                if rewritten is None:
                    moves.append((file.path, path, not file.executable))
                    rows.append(row_of(file, prefix + relative))
                else:
                    texts.append((path, rewritten, True))
                    rows.append((prefix + relative, record_digest(rewritten), str(len(rewritten))))
        return moves, texts, skipped

    def _with_shebang(self, path: str) -> bytes | None:
        """Step 2.c: a script that starts with ``#!python`` or ``#!pythonw`` is to run under the environment's Python."""
        with open(path, "rb") as file:
            if file.read(8) != b"#!python":
                return None
            data = b"#!python" + file.read()
        gui = data[8:9] == b"w"
        ends = [position for position in (data.find(b"\n"), data.find(b"\r")) if position >= 0]
        rest = data[min(ends) + 1 :] if ends else b""
        shebang = self._gui_shebang() if gui else self.shebang
        return shebang.encode() + (b"\r\n" if self.environment.os_name == "nt" else b"\n") + rest

    def _installer_files(self, wheel: CachedWheel, direct_url: bytes | None) -> list[tuple[str, bytes, str]]:
        """Step 7: the files that say how the distribution came here, as (name, content, digest)."""
        files = [("REQUESTED", b"", EMPTY)]
        for name, data in (
            ("direct_url.json", direct_url),
            ("uv_cache.json", wheel.cache_info),
            ("uv_build.json", wheel.build_info),
        ):
            if data is not None:
                files.append((name, data, record_digest(data)))
        files.append(self._installer_row)
        return files


_DATA_KINDS = frozenset(("purelib", "platlib", "headers", "scripts", "data"))


class WheelLayout:
    """The files of a wheel by where they go: package files, the ``.dist-info``, the subtrees of ``.data``."""

    __slots__ = (
        "data",
        "directories",
        "dist_info_directories",
        "dist_info_files",
        "dist_info_names",
        "has_entry_points",
        "package_files",
        "package_names",
    )

    def __init__(self, manifest: WheelManifest, stem: str) -> None:
        info = manifest.dist_info + "/"
        data = stem + ".data/"
        skip = (info, data)
        self.package_files: list[WheelFile] = []
        self.dist_info_files: list[WheelFile] = []
        """Those that RECORD lists: without its signatures."""
        self.dist_info_names: list[str] = []
        """To link, relative to the ``.dist-info``: without RECORD."""
        self.data: dict[str, list[tuple[WheelFile, str]]] = {}
        """{kind: [(file, path inside the kind)]}."""
        self.has_entry_points = False
        package_files = self.package_files
        for file in manifest.files:
            path = file.path
            if not path.startswith(skip):
                package_files.append(file)
            elif path.startswith(info):
                self._add_info(file, path[len(info) :])
            else:
                kind, separator, relative = path[len(data) :].partition("/")
                if separator:
                    self.data.setdefault(kind, []).append((file, relative))
                else:
                    raise InvalidWheel(f"Unknown wheel data type: {kind}")
        self.package_names = [file.path for file in package_files]
        own = manifest.dist_info
        self.directories = [
            path for path in manifest.directories if path not in (own, data[:-1]) and not path.startswith(skip)
        ]
        self.dist_info_directories = [path[len(info) :] for path in manifest.directories if path.startswith(info)]

    def _add_info(self, file: WheelFile, name: str) -> None:
        if name == "entry_points.txt":
            self.has_entry_points = True
        if name not in ("RECORD.jws", "RECORD.p7s"):
            self.dist_info_files.append(file)
        if name != "RECORD":
            self.dist_info_names.append(name)


def row_of(file: WheelFile, path: str | None = None, *, recorded: bool = True) -> tuple[str, str, str]:
    """Return the RECORD row of a file of the wheel; RECORD itself has neither digest nor size."""
    if not recorded:
        return file.path, "", ""
    digest = "sha256=" + file.sha256 if file.sha256 is not None else ""
    return path if path is not None else file.path, digest, str(file.size)


def read_wheel_file(content: bytes) -> bool:
    """Check the format version that ``WHEEL`` states and return whether the root is purelib.

    Of several versions the first counts; 0.1 is let pass; a newer minor version is compatible by definition.

    :raises InvalidWheel: there is no version, or its major number is not 1.
    """
    headers = parse_headers(content, ("wheel-version", "root-is-purelib"))
    versions = headers["wheel-version"]
    if not versions or "." not in versions[0]:
        shown = f'Some("{versions[0]}")' if versions else "None"
        raise InvalidWheel(f"Invalid Wheel-Version in WHEEL file: {shown}")
    major, _, minor = versions[0].partition(".")
    if major != "1" and (major, minor) != ("0", "1"):
        raise InvalidWheel(f"Unsupported wheel major version (expected 1, got {major})")
    return headers["root-is-purelib"][:1] == ["true"]


def check_identity(metadata: bytes, wheel: CachedWheel) -> None:
    """Check that METADATA names the package and version of the file name; a local version may be missing inside.

    :raises MismatchedWheel: it does not.
    """
    headers = parse_headers(metadata, ("name", "version"))
    if not headers["name"] or not headers["version"]:
        raise InvalidWheel("METADATA lacks the name or the version")
    name = parse_package_name(headers["name"][0])
    if name != wheel.name:
        raise MismatchedWheel("package name", name, wheel.name)
    text = headers["version"][0]
    if text == str(wheel.version):
        return
    version = parse_version(text)
    if version not in (wheel.version, wheel.version.without_local()):
        raise MismatchedWheel("version", str(version), str(wheel.version))


def _script_stem(name: str) -> str:
    for suffix in (".exe", "-script.py", ".pya"):
        if name.endswith(suffix):
            return name[: -len(suffix)]
    return name


def _relative(directory: str, site_packages: str) -> str:
    """Return the way from site-packages to a directory, as RECORD writes it, with a closing slash."""
    if directory == site_packages:
        return ""
    return os.path.relpath(directory, site_packages).replace(os.sep, "/") + "/"


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
