"""Variables that the settings read, beside those that stand in for options on the command line."""

from __future__ import annotations

from ultraviolet.settings.errors import SettingsError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"y", "yes", "t", "true", "on", "1"})
_FALSE = frozenset({"n", "no", "f", "false", "off", "0"})

FLAGS = (
    "UV_DEV",
    "UV_FROZEN",
    "UV_GIT_LFS",
    "UV_HIDE_BUILD_OUTPUT",
    "UV_INIT_BARE",
    "UV_ISOLATED",
    "UV_LOCKED",
    "UV_LOG_CONTEXT",
    "UV_MALWARE_CHECK",
    "UV_MANAGED_PYTHON",
    "UV_NATIVE_TLS",
    "UV_NO_DEV",
    "UV_NO_EDITABLE",
    "UV_NO_ENV_FILE",
    "UV_NO_INSTALLER_METADATA",
    "UV_NO_INSTALL_LOCAL",
    "UV_NO_INSTALL_PROJECT",
    "UV_NO_INSTALL_WORKSPACE",
    "UV_NO_MANAGED_PYTHON",
    "UV_NO_PROGRESS",
    "UV_NO_SYNC",
    "UV_OFFLINE",
    "UV_ONLY_INSTALL_LOCAL",
    "UV_ONLY_INSTALL_PROJECT",
    "UV_ONLY_INSTALL_WORKSPACE",
    "UV_PREVIEW",
    "UV_PYTHON_INSTALL_BIN",
    "UV_PYTHON_INSTALL_REGISTRY",
    "UV_PYTHON_NO_REGISTRY",
    "UV_SHOW_RESOLUTION",
    "UV_SKIP_WHEEL_FILENAME_CHECK",
    "UV_SYSTEM_CERTS",
    "UV_VENV_CLEAR",
    "UV_VENV_RELOCATABLE",
    "UV_VENV_SEED",
)
"""Truth values, all checked at the start."""

_SECONDS = "value should be an integer number of seconds"
NUMBERS: dict[str, str | None] = {
    "HTTP_TIMEOUT": _SECONDS,
    "UV_CONCURRENT_BUILDS": None,
    "UV_CONCURRENT_CACHE_READS": None,
    "UV_CONCURRENT_DOWNLOADS": None,
    "UV_CONCURRENT_INSTALLS": None,
    "UV_HTTP_CONNECT_TIMEOUT": _SECONDS,
    "UV_HTTP_RETRIES": None,
    "UV_HTTP_TIMEOUT": _SECONDS,
    "UV_REQUEST_TIMEOUT": _SECONDS,
    "UV_RUN_RLIMIT_NOFILE": None,
    "UV_UPLOAD_HTTP_TIMEOUT": _SECONDS,
}
NAME_LISTS = ("UV_NO_BINARY_PACKAGE", "UV_NO_BUILD_PACKAGE", "UV_NO_GROUP", "UV_NO_SOURCES_PACKAGE")


_ACCELERATORS = ("UV_CUDA_DRIVER_VERSION", "UV_AMD_GPU_ARCHITECTURE")


def _invalid(name: str, value: str, reason: str) -> SettingsError:
    return SettingsError(f"Failed to parse environment variable `{name}` with invalid value `{value}`: {reason}")


def _check_accelerator(name: str, value: str) -> None:
    if name == "UV_AMD_GPU_ARCHITECTURE":
        from ultraviolet.distributions.torch import ARCHITECTURES

        if value not in ARCHITECTURES:
            raise _invalid(name, value, f"Unknown AMD GPU architecture: {value}")
        return
    from ultraviolet.standards.errors import InvalidVersion
    from ultraviolet.standards.versions import parse_version

    try:
        parse_version(value)
    except InvalidVersion as error:
        raise _invalid(name, value, str(error)) from None


def _check_url(name: str, value: str) -> None:
    from ultraviolet.distributions.urls import InvalidUrl, normalize_url

    try:
        normalize_url(value)
    except InvalidUrl as error:
        raise _invalid(name, value, str(error)) from None


class Environment:
    """The variables, checked."""

    __slots__ = ("_flags", "_names", "_numbers", "variables")

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.variables = environ
        self._flags: dict[str, bool] = {}
        self._numbers: dict[str, int] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        for name, value in environ.items():
            if not name.startswith("UV_") and name != "HTTP_TIMEOUT":
                continue
            if name in NUMBERS:
                self._read_number(name, value)
            elif name in NAME_LISTS:
                self._read_names(name, value)
            elif name in FLAGS:
                self._read_flag(name, value)
            elif name == "UV_MALWARE_CHECK_URL" and value:
                _check_url(name, value)
            elif name in _ACCELERATORS and value:
                _check_accelerator(name, value)

    def _read_flag(self, name: str, value: str) -> None:
        word = value.lower()
        if word not in _TRUE and word not in _FALSE:
            raise _invalid(name, value, "expected a boolish value")
        self._flags[name] = word in _TRUE

    def _read_number(self, name: str, value: str) -> None:
        if not value:
            return
        hint = NUMBERS[name]
        suffix = f"; {hint}" if hint else ""
        digits = value.removeprefix("+")
        if not (digits.isascii() and digits.isdigit()):
            raise _invalid(name, value, "invalid digit found in string" + suffix)
        number = int(digits)
        if number == 0 and name.startswith("UV_CONCURRENT_"):
            raise _invalid(name, value, "number would be zero for non-zero type" + suffix)
        if number >= 2 ** (32 if name in {"UV_HTTP_RETRIES", "UV_RUN_RLIMIT_NOFILE"} else 64):
            raise _invalid(name, value, "number too large to fit in target type" + suffix)
        self._numbers[name] = number

    def _read_names(self, name: str, value: str) -> None:
        from ultraviolet.settings.errors import SettingsError as Problem
        from ultraviolet.settings.names import normalized_name

        found = []
        for word in value.split():
            try:
                found.append(normalized_name(word))
            except Problem as error:
                raise _invalid(name, value, str(error)) from None
        if found:
            self._names[name] = tuple(found)

    def flag(self, name: str) -> bool | None:
        """A truth value, ``None`` when the variable is unset."""
        return self._flags.get(name)

    def late_flag(self, name: str) -> bool | None:
        """A truth value that is only checked where it is needed."""
        value = self.variables.get(name)
        if value is not None:
            self._read_flag(name, value)
        return self._flags.get(name)

    def number(self, *names: str) -> int | None:
        """The first of these numbers that is set."""
        return next((self._numbers[name] for name in names if name in self._numbers), None)

    def names(self, name: str) -> tuple[str, ...] | None:
        """A list of names, ``None`` when there are none."""
        return self._names.get(name)

    def text(self, name: str) -> str | None:
        """A text, ``None`` when unset or empty."""
        return self.variables.get(name) or None
