"""Make a virtual environment (PEP 405), with the files and the rules of ``uv venv``.

Plain ``os`` calls and text replacement: the whole of it is a few milliseconds, most of them the kernel's.
"""

from __future__ import annotations

import os

from ultraviolet._version import COMPATIBILITY_VERSION
from ultraviolet.environment.activators import DISTUTILS_HOOK, DISTUTILS_HOOK_START, activator_texts
from ultraviolet.environment.errors import ClearRefused, CreationError, EnvironmentExists
from ultraviolet.environment.value import Environment, environment_of
from ultraviolet.fs.atomic import replace_symlink
from ultraviolet.python.discovery import is_environment
from ultraviolet.python.interpreter import Interpreter, Scheme
from ultraviolet.python.managed import managed_installation_of
from ultraviolet.python.probe import Prober
from ultraviolet.python.request import VARIANT_SUFFIXES, user_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    OnExisting = Literal["ask", "fail", "allow", "clear", "force-clear", "replace"]

CACHE_TAG = "Signature: 8a477f597d28d172789f06886806bc55"


class VenvOptions:
    """How an environment is to be made."""

    __slots__ = (
        "distutils_hook",
        "follow_upgrades",
        "on_existing",
        "prompt",
        "relocatable",
        "seeded",
        "system_site_packages",
    )

    def __init__(
        self,
        *,
        prompt: str | None = None,
        system_site_packages: bool = False,
        on_existing: OnExisting = "ask",
        relocatable: bool = False,
        seeded: bool = False,
        follow_upgrades: bool = False,
        distutils_hook: bool = True,
    ) -> None:
        self.prompt = prompt
        """Shown by activators; ``.`` is the name of the working directory, None the environment's own name."""
        self.system_site_packages = system_site_packages
        self.on_existing: OnExisting = on_existing
        """``ask`` on a terminal (else fail), ``fail`` (``--no-clear``), ``allow`` (``--allow-existing``: keep other files),
        ``clear`` (environments only), ``force-clear`` (any directory), ``replace`` (ours to replace: projects, tools, builds)."""
        self.relocatable = relocatable
        self.seeded = seeded
        """Record that seed packages were asked for; installing them is the caller's work."""
        self.follow_upgrades = follow_upgrades
        """Link to the minor version of a managed installation, so that patch upgrades reach the environment."""
        self.distutils_hook = distutils_hook


def create_venv(
    location: str,
    interpreter: Interpreter,
    options: VenvOptions,
    *,
    cwd: str,
    managed_root: str = "",
    confirm: Callable[[str, str], bool | None] | None = None,
) -> Environment:
    """Make an environment at ``location`` and return it, without running its interpreter.

    ``confirm(question, hint)`` asks on a terminal and answers None where there is none.

    :raises EnvironmentExists: something is there and stays.
    :raises ClearRefused: ``clear`` meets a directory that is no environment.
    :raises CreationError: the place or the interpreter cannot be used.
    """
    root = os.path.normpath(os.path.join(cwd, location))
    shown = user_path(location, cwd)
    prompt = os.path.basename(cwd) if options.prompt == "." else options.prompt
    base = base_python(interpreter)
    link = _minor_link(interpreter, managed_root) if options.follow_upgrades else None
    target = base if link is None else link
    try:
        root.encode()
    except UnicodeEncodeError:
        raise CreationError(f"Virtual environment path is not valid UTF-8: {shown}") from None
    _make_room(root, location, shown, options.on_existing, confirm)

    scheme = interpreter.venv_scheme.below(root)
    windows = os.name == "nt"
    # First what makes the place an environment, last what makes it work: one that a kill left half made is replaced, and its
    # interpreter is never taken for the one it was made from.
    _write(
        os.path.join(root, "pyvenv.cfg"),
        pyvenv_text(interpreter, os.path.dirname(target), options, prompt, followed=link is not None),
    )
    if not os.path.lexists(os.path.join(root, "CACHEDIR.TAG")):
        _write(os.path.join(root, "CACHEDIR.TAG"), CACHE_TAG)
    _write(os.path.join(root, ".gitignore"), "*")
    _write_activators(root, scheme, options, prompt)
    os.makedirs(scheme.purelib, exist_ok=True)
    if interpreter.pointer_size == 64 and not windows and interpreter.markers["sys_platform"] != "darwin":
        try:
            os.symlink("lib", os.path.join(root, "lib64"))
        except FileExistsError:
            pass
    if options.distutils_hook or interpreter.release < (3, 10):
        _write(os.path.join(scheme.purelib, "_virtualenv.py"), DISTUTILS_HOOK)
        _write(os.path.join(scheme.purelib, "_virtualenv.pth"), DISTUTILS_HOOK_START)
    executable = os.path.join(scheme.scripts, "python.exe" if windows else "python")
    if windows:
        from ultraviolet.environment.windows import place_executables

        place_executables(interpreter, target, scheme.scripts, home=os.path.dirname(target))
    else:
        # The one that all others lead to comes last: until then nobody takes this for an environment.
        for name in link_names(interpreter):
            replace_symlink("python", os.path.join(scheme.scripts, name))
        replace_symlink(target, executable)
    return environment_of(interpreter.in_environment(root, executable, base, scheme))


def _minor_link(interpreter: Interpreter, managed_root: str) -> str | None:
    """Return the interpreter by way of the link that patch upgrades of a managed installation move."""
    managed = managed_installation_of(interpreter, managed_root)
    link = managed.minor_link if managed is not None else None
    return None if link is None else link[1]


def _write_activators(root: str, scheme: Scheme, options: VenvOptions, prompt: str | None) -> None:
    os.makedirs(scheme.scripts, exist_ok=True)
    relative = {os.path.relpath(path, scheme.scripts): None for path in (scheme.purelib, scheme.platlib)}
    texts = activator_texts(
        root,
        prompt or "",
        "Scripts" if os.name == "nt" else "bin",
        tuple(relative),
        relocatable=options.relocatable,
        path_separator=os.pathsep,
    )
    for name, text in texts.items():
        _write(os.path.join(scheme.scripts, name), text)


def pyvenv_text(
    interpreter: Interpreter, home: str, options: VenvOptions, prompt: str | None, *, followed: bool
) -> str:
    """Return the text of ``pyvenv.cfg``."""
    lines = [
        f"home = {home}",
        f"implementation = {interpreter.markers['platform_python_implementation']}",
        f"uv = {COMPATIBILITY_VERSION}",
        f"version_info = {interpreter.minor_version if followed else interpreter.version}",
        f"include-system-site-packages = {'true' if options.system_site_packages else 'false'}",
    ]
    if options.relocatable:
        lines.append("relocatable = true")
    if options.seeded:
        lines.append("seed = true")
    if prompt is not None:
        lines.append(f"prompt = {prompt}")
    if os.name == "nt" and interpreter.implementation_name == "graalpy":
        lines.append(f"venvlauncher_command = {os.path.join(home, 'graalpy.exe')}")
    lines.append("")
    return "\n".join(lines)


def link_names(interpreter: Interpreter) -> list[str]:
    """Return the names beside ``python`` that lead to it."""
    major, minor = interpreter.release[:2]
    names = [f"python{major}", f"python{major}.{minor}"]
    if interpreter.gil_disabled:
        names.append(f"python{major}.{minor}t")
    if interpreter.implementation_name == "pypy":
        names += [f"pypy{major}", "pypy"]
    elif interpreter.implementation_name == "graalpy":
        names.append("graalpy")
    return names


def base_python(interpreter: Interpreter) -> str:
    """Return the executable that an environment links to: never one of another environment.

    A standalone build calls itself by the link through which it was started; there the link is followed until it lies in
    an installation, as CPython's own start-up does.
    """
    executable = os.path.abspath(interpreter.base_executable or interpreter.executable)
    if os.name == "nt" or not interpreter.standalone:
        return executable
    suffix = VARIANT_SUFFIXES[interpreter.variant]
    landmark = os.path.join("lib", f"python{interpreter.minor_version}{suffix}", "os.py")
    candidate = executable
    while True:
        directory = os.path.dirname(candidate)
        while directory != os.path.dirname(directory):
            if os.path.isfile(os.path.join(directory, landmark)):
                return candidate
            directory = os.path.dirname(directory)
        try:
            link = os.readlink(candidate)
        except OSError:
            return os.path.realpath(executable)
        candidate = os.path.normpath(os.path.join(os.path.dirname(candidate), link))


def _make_room(
    root: str,
    location: str,
    shown: str,
    on_existing: OnExisting,
    confirm: Callable[[str, str], bool | None] | None,
) -> None:
    """Make sure that ``root`` is a directory to write into, as ``on_existing`` allows."""
    try:
        entries = os.listdir(root)
    except FileNotFoundError:
        if os.path.islink(root):
            os.makedirs(os.path.realpath(root), exist_ok=True)
            return
        os.makedirs(root, exist_ok=True)
        return
    except NotADirectoryError:
        kind = "File exists" if os.path.isfile(root) else "Object already exists"
        raise CreationError(f"{kind} at `{shown}`") from None
    if not entries or on_existing == "allow":
        return
    environment = is_environment(root)
    kind = "virtual environment" if environment else "directory"
    exists = EnvironmentExists(kind, shown, location)
    if on_existing == "clear" and not environment:
        raise ClearRefused(location)
    if on_existing == "fail" or (on_existing == "ask" and not environment):
        raise exists
    if on_existing == "ask":
        question = f"A {kind} already exists at `{shown}`. Do you want to replace it?"
        hint = "Use the `--clear` flag or set `UV_VENV_CLEAR=1` to skip this prompt"
        if confirm is None or not confirm(question, hint):
            raise exists
    clear_environment(root)


def clear_environment(root: str) -> bool:
    """Empty the directory at ``root`` (that of the target, if it is a link); return whether anything was there.

    ``pyvenv.cfg`` goes last: while it is there, an interrupted removal is still recognised as an environment and may
    be cleared again.
    """
    from ultraviolet.fs.trees import remove_tree

    real = os.path.realpath(root)
    try:
        names = os.listdir(real)
    except FileNotFoundError:
        os.makedirs(real, exist_ok=True)
        return False
    for name in names:
        if name != "pyvenv.cfg":
            remove_tree(os.path.join(real, name))
    remove_tree(os.path.join(real, "pyvenv.cfg"))
    return True


def remove_environment(root: str) -> None:
    """Remove an environment, directory and all; of a link only the link."""
    from ultraviolet.fs.trees import remove_tree

    if not os.path.islink(root):
        clear_environment(root)
    remove_tree(root)


def remember_environment(prober: Prober, environment: Environment) -> None:
    """Tell the prober about an environment just made, by every name its interpreter is looked up, so that nobody asks."""
    interpreter = environment.interpreter
    names = ["python.exe"] if os.name == "nt" else ["python", "python3"]
    for name in names:
        executable = os.path.join(environment.scheme.scripts, name)
        if executable != interpreter.executable:
            base = interpreter.base_executable or executable
            known = interpreter.in_environment(environment.root, executable, base, interpreter.scheme)
        else:
            known = interpreter
        prober.remember(known, executable)


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
