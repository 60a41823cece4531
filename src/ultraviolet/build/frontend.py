"""One build of one source tree: requirements first, then the hooks.

The conversation follows PEP 517 (``get_requires_for_build_*``, ``prepare_metadata_for_build_wheel``, ``build_wheel``,
``build_sdist``) and PEP 660 (``build_editable``); each hook runs in a process of its own, see ``hooks``.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from typing import Any, Literal, NoReturn, Self

import msgspec

from ultraviolet.build.errors import DEFAULT_HINT, BackendFailed, BuildError, BuildRequirementsFailed, HookOutput
from ultraviolet.build.hints import build_hint
from ultraviolet.build.hooks import HookRun, exit_status, hook_script
from ultraviolet.build.options import BuildOptions
from ultraviolet.build.ports import BuildEnvironment, BuildOutput, BuildStack, Provision
from ultraviolet.build.system import BuildSystem
from ultraviolet.build.turns import HookTurns
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
        turns: HookTurns | None = None,
    ) -> None:
        self._tree = tree
        self._kind = kind
        self._provision = provision
        self._options = options
        self._environ = environ
        self._stack = stack
        self._output = output
        self._turns = turns
        self._name = normalize_name_or_none(tree.system.name) or tree.name
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
        for entry in extra:
            if entry.match_runtime and not entry.is_matched:
                raise BuildError(
                    f"Extra build requirement `{entry.requirement.name}` was declared with `match-runtime = true`, but "
                    f"`{self._name}` does not declare static metadata, making runtime-matching impossible"
                )
        if system.has_default_requires and not extra:
            where = "`setup.py` build"
        elif extra:
            where = "`build-system.requires` and `extra-build-dependencies`"
        else:
            where = "`build-system.requires`"
        requires = system.requires
        self._environment = self._provide(requires, None, where)
        self._owned = True
        wanted = self._wanted()
        missing = tuple(item for item in wanted if item not in requires)
        if missing:
            self._provide((*requires, *missing), self._environment, "`build-system.requires`")

    def _wanted(self) -> list[str]:
        """Return what the backend asks for beside the stated requirements."""
        # uv names the build as a whole when this hook fails.
        hook = f"get_requires_for_build_{self._kind}"
        value = self._hook(hook, self._settings(), optional=True, named=f"build_{self._kind}")
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise BackendFailed("The build backend returned an error", hints=self._hints("")) from HookOutput(
                f"Call to `{self._tree.system.backend}.{hook}` failed: the answer is no list of requirements",
                exit_status(0),
                "",
                "",
            )
        return value

    def _provide(self, requires: tuple[str, ...], into: BuildEnvironment | None, where: str) -> BuildEnvironment:
        try:
            return self._provision.provide(
                requires, tree=self._tree.path, name=self._name, into=into, stack=self._stack
            )
        except BuildRequirementsFailed as error:
            raise type(error)(
                f"{error.message} {where}", hints=error.hints, exit_code=error.exit_code
            ) from error.__cause__

    # -- the public steps

    def metadata(self) -> bytes | None:
        """Return METADATA from the hook that prepares it, or None where the backend has no such hook, or not a reliable one."""
        assert self._scratch is not None
        if self._tree.system.has_unreliable_metadata:
            return None
        if self._metadata_directory is None:
            target = os.path.join(self._scratch, "metadata")
            os.makedirs(target, exist_ok=True)
            kind = "editable" if self._kind == "editable" else "wheel"
            name = self._hook(f"prepare_metadata_for_build_{kind}", target, self._settings(), optional=True)
            if not name:
                return None
            self._metadata_directory = os.path.join(target, str(name))
        with open(os.path.join(self._metadata_directory, "METADATA"), "rb") as stream:
            return stream.read()

    def wheel(self, directory: str) -> str:
        """Build a wheel into a directory and return its filename."""
        hook = "build_editable" if self._kind == "editable" else "build_wheel"
        return self._built(directory, hook, directory, self._settings(), self._metadata_directory)

    def sdist(self, directory: str) -> str:
        """Build an sdist into a directory and return its filename."""
        return self._built(directory, "build_sdist", directory, self._settings())

    def _built(self, directory: str, hook: str, *arguments: Any) -> str:
        run = HookRun(self._command_variables(), self._output, self._turns)
        filename = self._hook(hook, *arguments, run=run)
        if not isinstance(filename, str) or not os.path.isfile(os.path.join(directory, filename)):
            self._fail(hook, run)
        return filename

    # -- hooks

    def _settings(self) -> dict[str, Any]:
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in self._options.settings_for(self._name).items()
        }

    def _hook(
        self, hook: str, *arguments: Any, optional: bool = False, named: str | None = None, run: HookRun | None = None
    ) -> Any:
        """Call one hook; with ``optional`` a backend without it gives None.

        :param named: what messages call the hook.
        """
        assert self._environment is not None
        assert self._scratch is not None
        run = run if run is not None else HookRun(self._command_variables(), self._output, self._turns)
        answer = os.path.join(self._scratch, f"{hook}.json")
        script = hook_script(
            self._tree.system.backend,
            self._tree.system.backend_path,
            hook,
            arguments,
            answer=answer,
            optional=optional,
        )
        lock = self._lock()
        if lock is None:
            done = run(self._environment.python, script, self._tree.path)
        else:
            with lock:
                done = run(self._environment.python, script, self._tree.path)
        if not done:
            self._fail(named or hook, run)
        try:
            with open(answer, encoding="utf-8") as stream:
                return json.load(stream)
        except (OSError, ValueError) as error:
            self._fail(named or hook, run, reason=f": {error}")

    def _lock(self) -> FileLock | None:
        """Setuptools writes into the source tree, so builds of one tree take turns."""
        if not self._tree.system.is_setuptools:
            return None
        import hashlib

        digest = hashlib.sha256(os.path.realpath(self._tree.path).encode()).hexdigest()[:16]
        return FileLock(os.path.join(tempfile.gettempdir(), f"ultraviolet-setuptools-{digest}.lock"))

    def _command_variables(self) -> dict[str, str]:
        assert self._environment is not None
        variables = {key: value for key, value in self._environ.items() if key not in _SECRETS}
        extra = dict(self._options.extra_variables.get(self._name, {})) if self._name else {}
        path = [
            self._environment.scripts,
            *filter(None, (extra.pop("PATH", None), self._environ.get("PATH"))),
        ]
        variables.update(extra)
        variables["UV_INTERNAL__BUILD_DIR"] = self._tree.path
        variables["PATH"] = os.pathsep.join(path)
        variables["PYTHONIOENCODING"] = "utf-8:backslashreplace"
        if self._environment.prefix is not None:
            variables["VIRTUAL_ENV"] = self._environment.prefix
        return variables

    def _fail(self, hook: str, run: HookRun, *, reason: str = "") -> NoReturn:
        hints = self._hints(run.stderr)
        output = HookOutput(
            f"Call to `{self._tree.system.backend}.{hook}` failed{reason}",
            exit_status(run.returncode),
            run.stdout,
            run.stderr,
            ends_with_line=hints in ((), (DEFAULT_HINT,)),
        )
        raise BackendFailed("The build backend returned an error", hints=hints) from output

    def _hints(self, stderr: str) -> tuple[str, ...]:
        return (
            build_hint(
                stderr,
                name=self._name,
                version=self._tree.system.version or self._tree.version,
                version_id=self._tree.label,
            ),
        )


def normalize_name_or_none(text: str | None) -> PackageName | None:
    """Return the normalised name, or None where there is none or it is invalid (the backend will say so)."""
    if text is None:
        return None
    try:
        return PackageName(normalize_name(text))
    except UltravioletError:
        return None
