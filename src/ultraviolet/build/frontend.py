"""One build of one source tree: requirements first, then the hooks.

The conversation follows PEP 517 (``get_requires_for_build_*``, ``prepare_metadata_for_build_wheel``, ``build_wheel``,
``build_sdist``) and PEP 660 (``build_editable``); the hooks run in a subprocess through ``pyproject_hooks``.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NoReturn, Self

import msgspec

from ultraviolet.build.errors import BackendFailed, BuildRequirementsFailed, HookOutput
from ultraviolet.build.hints import build_hint
from ultraviolet.build.options import BuildOptions
from ultraviolet.build.ports import BuildEnvironment, BuildOutput, BuildStack, Provision
from ultraviolet.build.system import BuildSystem
from ultraviolet.errors import UltravioletError
from ultraviolet.fs.locks import FileLock
from ultraviolet.standards.names import PackageName, normalize_name

BuildKind = Literal["wheel", "editable", "sdist"]

_SECRETS = ("PYX_API_KEY", "UV_API_KEY", "PYX_AUTH_TOKEN", "UV_AUTH_TOKEN")


class SourceTree(msgspec.Struct, frozen=True, kw_only=True):
    """What is built and how it is named in messages."""

    path: str
    """Absolute, the subdirectory included."""
    system: BuildSystem
    name: PackageName | None = None
    version: str | None = None
    label: str | None = None
    """``name==version`` or ``name @ url``, where a message needs it."""


class SourceBuild:
    """A prepared build; a context manager that owns its environment."""

    def __init__(
        self,
        tree: SourceTree,
        *,
        kind: BuildKind,
        provision: Provision,
        options: BuildOptions,
        environ: Mapping[str, str],
        stack: BuildStack,
        output: BuildOutput | None = None,
    ) -> None:
        self._tree = tree
        self._kind = kind
        self._provision = provision
        self._options = options
        self._environ = environ
        self._stack = stack
        self._output = output
        self._name = tree.name or (normalize_name_or_none(tree.system.name))
        self._environment: BuildEnvironment | None = None
        self._owned = False
        self._metadata_directory: str | None = None
        self._scratch: str | None = None

    def __enter__(self) -> Self:
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the environment and the scratch directory."""
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch = None
        if self._owned and self._environment is not None:
            self._provision.release(self._environment)
            self._environment = None
            self._owned = False

    # -- setting up

    def _set_up(self) -> None:
        self._scratch = tempfile.mkdtemp(prefix="ultraviolet-build-")
        if not self._options.is_isolated(self._name):
            self._environment = self._provision.shared()
            return
        system = self._tree.system
        extra = self._options.extra_requirements.get(self._name, ()) if self._name else ()
        if system.is_default and not extra:
            where = "`setup.py` build"
        elif extra:
            where = "`build-system.requires` and `extra-build-dependencies`"
        else:
            where = "`build-system.requires`"
        requires = system.requires
        self._environment = self._provide(requires, None, where)
        self._owned = True
        wanted = self._hook(f"get_requires_for_build_{self._kind}", self._settings())
        missing = tuple(item for item in wanted or () if item not in requires)
        if missing:
            hook = self._hook_name(f"get_requires_for_build_{self._kind}")
            self._provide((*requires, *missing), self._environment, f"`build-system.requires` and `{hook}`")

    def _provide(self, requires: tuple[str, ...], into: BuildEnvironment | None, where: str) -> BuildEnvironment:
        try:
            return self._provision.provide(
                requires, tree=self._tree.path, name=self._name, into=into, stack=self._stack
            )
        except BuildRequirementsFailed as error:
            raise BuildRequirementsFailed(
                f"{error.message} {where}", hints=error.hints, exit_code=error.exit_code
            ) from error.__cause__

    # -- the public steps

    def metadata(self) -> bytes | None:
        """Return METADATA from ``prepare_metadata_for_build_wheel``, or None where the backend has no such hook."""
        assert self._scratch is not None
        target = os.path.join(self._scratch, "metadata")
        os.makedirs(target, exist_ok=True)
        kind = "editable" if self._kind == "editable" else "wheel"
        name = self._hook(f"prepare_metadata_for_build_{kind}", target, self._settings(), False, optional=True)
        if not name:
            return None
        self._metadata_directory = os.path.join(target, name)
        with open(os.path.join(self._metadata_directory, "METADATA"), "rb") as stream:
            return stream.read()

    def wheel(self, directory: str) -> str:
        """Build a wheel into a directory and return its filename."""
        hook = "build_editable" if self._kind == "editable" else "build_wheel"
        return str(self._hook(hook, directory, self._settings(), self._metadata_directory))

    def sdist(self, directory: str) -> str:
        """Build an sdist into a directory and return its filename."""
        return str(self._hook("build_sdist", directory, self._settings()))

    # -- hooks

    def _settings(self) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in self._options.settings_for(self._name).items()
        }

    def _hook_name(self, hook: str) -> str:
        return f"{self._tree.system.backend}.{hook}"

    def _hook(self, hook: str, *arguments: Any, optional: bool = False) -> Any:
        """Call one hook; with ``optional`` a backend without it gives None."""
        import warnings

        from pyproject_hooks import (  # pyproject_hooks imports subprocess
            BackendUnavailable,
            BuildBackendHookCaller,
            BuildBackendWarning,
            HookMissing,
        )

        # They are part of the captured output, which is shown when the build fails.
        warnings.filterwarnings("ignore", category=BuildBackendWarning)

        assert self._environment is not None
        run = _HookRun(self._variables(), self._output)
        caller = BuildBackendHookCaller(
            self._tree.path,
            self._tree.system.backend,
            list(self._tree.system.backend_path) or None,
            runner=run,
            python_executable=self._environment.python,
        )
        lock = self._lock()
        try:
            if lock is not None:
                lock.__enter__()
            return getattr(caller, hook)(*arguments)
        except HookMissing:
            if optional:
                return None
            self._fail(hook, run, reason=f"the backend has no `{hook}` hook")
        except BackendUnavailable as error:
            self._fail(hook, run, extra=error.traceback or str(error))
        except _HookFailed:
            self._fail(hook, run)
        finally:
            if lock is not None:
                lock.__exit__(None, None, None)

    def _lock(self) -> FileLock | None:
        """Setuptools writes into the source tree, so builds of one tree take turns."""
        if not self._tree.system.is_setuptools:
            return None
        import hashlib

        digest = hashlib.sha256(os.path.realpath(self._tree.path).encode()).hexdigest()[:16]
        return FileLock(os.path.join(tempfile.gettempdir(), f"ultraviolet-setuptools-{digest}.lock"))

    def _variables(self) -> dict[str, str]:
        assert self._environment is not None
        variables = {key: value for key, value in self._environ.items() if key not in _SECRETS}
        extra = dict(self._options.extra_variables.get(self._name, {})) if self._name else {}
        path = [
            self._environment.scripts,
            *filter(None, (extra.pop("PATH", None), self._environ.get("PATH"))),
        ]
        variables.update(extra)
        variables["PATH"] = os.pathsep.join(path)
        variables["PYTHONIOENCODING"] = "utf-8:backslashreplace"
        if self._environment.prefix is not None:
            variables["VIRTUAL_ENV"] = self._environment.prefix
        return variables

    def _fail(self, hook: str, run: _HookRun, *, reason: str | None = None, extra: str = "") -> NoReturn:
        output = HookOutput(
            f"Call to `{self._hook_name(hook)}` failed",
            reason or run.status(),
            run.stdout,
            run.stderr + extra,
        )
        hints: tuple[str, ...] = ()
        if self._name is not None or self._tree.label is not None:
            hints = (
                build_hint(
                    run.stderr + extra,
                    name=self._name,
                    version=self._tree.version or self._tree.system.version,
                    version_id=self._tree.label,
                ),
            )
        raise BackendFailed("The build backend returned an error", hints=hints) from output


class _HookFailed(Exception):
    """The hook process ended with an error status."""


class _HookRun:
    """The runner of one hook call: keeps what it printed."""

    def __init__(self, variables: Mapping[str, str], output: BuildOutput | None) -> None:
        self._variables = variables
        self._output = output
        self._returncode = 0
        self.stdout = ""
        self.stderr = ""

    def __call__(
        self, cmd: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
    ) -> None:
        import subprocess

        variables = {**self._variables, **(extra_environ or {})}
        if self._output is None:
            done = subprocess.run(
                cmd,
                cwd=cwd,
                env=variables,
                capture_output=True,
                stdin=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
            self._returncode, self.stdout, self.stderr = done.returncode, done.stdout, done.stderr
        else:
            self._run_live(cmd, cwd, variables)
        if self._returncode:
            raise _HookFailed

    def _run_live(self, command: Sequence[str], cwd: str | None, variables: Mapping[str, str]) -> None:
        import subprocess
        import threading

        assert self._output is not None
        output = self._output
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
        )
        collected: dict[str, list[str]] = {"stdout": [], "stderr": []}

        def drain(name: str) -> None:
            stream = process.stdout if name == "stdout" else process.stderr
            assert stream is not None
            for line in stream:
                collected[name].append(line)
                output.line(line.rstrip("\n"))

        threads = [threading.Thread(target=drain, args=(name,), daemon=True) for name in collected]
        for thread in threads:
            thread.start()
        self._returncode = process.wait()
        for thread in threads:
            thread.join()
        self.stdout, self.stderr = "".join(collected["stdout"]), "".join(collected["stderr"])

    def status(self) -> str:
        """How the process ended, in the words of the platform."""
        if self._returncode < 0:
            return f"signal: {-self._returncode}"
        return f"exit {'code' if sys.platform == 'win32' else 'status'}: {self._returncode}"


def normalize_name_or_none(text: str | None) -> PackageName | None:
    """Return the normalised name, or None where there is none or it is invalid (the backend will say so)."""
    if text is None:
        return None
    try:
        return PackageName(normalize_name(text))
    except UltravioletError:
        return None
