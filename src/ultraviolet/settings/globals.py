"""Settings that every command has: network, cache, Python preferences, preview features, concurrency.

Plain classes: ``cache dir`` and its like must not pay for anything else.
"""

from __future__ import annotations

import os

from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.locations import default_cache_directory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from ultraviolet.settings.environment import Environment

    class ParsedArguments(Protocol):
        """What the settings need of a parsed command line."""

        @property
        def command(self) -> str:
            """The command's words joined by a blank."""

        def flag(self, name: str) -> bool:
            """Whether a flag is on."""

        def count(self, name: str) -> int:
            """How often a flag was given."""

        def one(self, name: str) -> Any:
            """A single value."""

        def many(self, name: str) -> list[Any]:
            """All values."""

        def source(self, name: str) -> str | None:
            """Where a value comes from."""


PREVIEW_FEATURES = frozenset(
    {
        "add-bounds",
        "adjust-ulimit",
        "artifact-hash-filtering",
        "audit-command",
        "auth-helper",
        "azure-endpoint",
        "cache-physical-space",
        "cache-size",
        "centralized-project-envs",
        "check-command",
        "detect-module-conflicts",
        "direct-publish",
        "extra-build-dependencies",
        "format-command",
        "gcs-endpoint",
        "index-by-name",
        "index-exclude-newer",
        "index-hash-algorithm",
        "init-project-flag",
        "json-output",
        "lock-without-metadata",
        "lockfile-format-check",
        "malware-check",
        "metadata-json",
        "native-auth",
        "no-distutils-patch",
        "package-conflicts",
        "packaged-init",
        "project-directory-must-exist",
        "publish-require-normalized",
        "pylock",
        "python-install-default",
        "relocatable-envs-default",
        "s3-endpoint",
        "sbom-export",
        "special-conda-env-names",
        "tar-codec",
        "target-workspace-discovery",
        "tool-install-locks",
        "toml-backwards-compatibility",
        "venv-safe-clear",
        "workspace-dir",
        "workspace-list",
        "workspace-list-scripts",
        "workspace-metadata",
    }
)


class GlobalOptions:
    """Settings that do not depend on the command."""

    __slots__ = (
        "allow_insecure_host",
        "cache_dir",
        "certificate_file",
        "concurrent_builds",
        "concurrent_downloads",
        "concurrent_installs",
        "connect_timeout",
        "http_proxy",
        "https_proxy",
        "installer_metadata",
        "no_cache",
        "no_progress",
        "no_proxy",
        "offline",
        "offline_source",
        "preview",
        "python_downloads",
        "python_preference",
        "quiet",
        "read_timeout",
        "required_version",
        "retries",
        "show_settings",
        "system_certs",
        "upload_timeout",
        "verbose",
    )

    quiet: int
    verbose: int
    offline: bool
    offline_source: str
    """What switched the network off, as messages name it; empty when it is on."""
    system_certs: bool
    certificate_file: str | None
    """``--cert`` of the pip commands."""
    http_proxy: str | None
    https_proxy: str | None
    no_proxy: tuple[str, ...]
    allow_insecure_host: tuple[str, ...]
    read_timeout: float
    """Seconds."""
    connect_timeout: float
    upload_timeout: float
    retries: int
    concurrent_downloads: int
    concurrent_builds: int
    concurrent_installs: int
    preview: frozenset[str]
    """Names of the preview features that are on."""
    python_preference: str
    python_downloads: str
    no_progress: bool
    installer_metadata: bool
    no_cache: bool
    """Use a temporary directory instead of :attr:`cache_dir`."""
    cache_dir: str
    """Absolute."""
    required_version: str | None
    show_settings: bool

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def has_preview(self, feature: str) -> bool:
        """Whether a preview feature is on."""
        return feature in self.preview


def pair(arguments: ParsedArguments, name: str, negation: str, *, label: str | None = None) -> bool | None:
    """A pair of opposite flags; ``None`` when neither was given.

    At one place the later flag wins; given before and after the command's name they contradict each other.
    """
    yes, no = arguments.flag(f"--{name}"), arguments.flag(f"--{negation}")
    if yes and no:
        shown = label or name
        raise SettingsError(
            f"`--{shown}` and `--no-{shown}` cannot be used together. Boolean flags on different levels are currently "
            "not supported (https://github.com/clap-rs/clap/issues/6049)"
        )
    return True if yes else False if no else None


def conflict(first: str, second: str) -> SettingsError:
    """Two flags from different places that exclude each other; texts as :func:`shown_source` gives them."""
    return SettingsError(f"the argument {first} cannot be used with {second}")


def _warn_unknown(names: list[str], warn: Callable[[str], None]) -> None:
    for name in names:
        if name not in PREVIEW_FEATURES:
            warn(f"Unknown preview feature: `{name}`")


def warn_unknown_features(arguments: ParsedArguments, warn: Callable[[str], None]) -> list[str]:
    """Names of ``--preview-features``; unknown ones are warned about (``warn`` says a thing once)."""
    names = [str(name).strip() for name in arguments.many("--preview-features")]
    _warn_unknown(names, warn)
    return names


def _preview(
    arguments: ParsedArguments,
    environment: Environment,
    files: Mapping[str, Any],
    warn: Callable[[str], None],
) -> frozenset[str]:
    switch = pair(arguments, "preview", "no-preview")
    if switch is not None:
        return PREVIEW_FEATURES if switch else frozenset()
    if environment.flag("UV_PREVIEW"):
        return PREVIEW_FEATURES
    if files.get("preview") is True or files.get("preview-features") is True:
        return PREVIEW_FEATURES
    names = warn_unknown_features(arguments, warn)
    if not names:
        configured = files.get("preview-features")
        names = list(configured) if isinstance(configured, tuple) else []
        _warn_unknown(names, warn)
    return frozenset(name for name in names if name in PREVIEW_FEATURES)


def _python_preference(arguments: ParsedArguments, environment: Environment, files: Mapping[str, Any]) -> str:
    managed, unmanaged = arguments.flag("--managed-python"), arguments.flag("--no-managed-python")
    managed_name, unmanaged_name = "`--managed-python`", "`--no-managed-python`"
    if not managed and not unmanaged:
        managed = bool(environment.flag("UV_MANAGED_PYTHON"))
        unmanaged = bool(environment.flag("UV_NO_MANAGED_PYTHON"))
        managed_name = "`UV_MANAGED_PYTHON` (environment variable)"
        unmanaged_name = "`UV_NO_MANAGED_PYTHON` (environment variable)"
    preference = arguments.one("--python-preference")
    if preference is not None and (managed or unmanaged):
        raise conflict(managed_name if managed else unmanaged_name, "`--python-preference`")
    if managed:
        return "only-managed"
    if unmanaged:
        return "only-system"
    return str(preference or files.get("python-preference") or "managed")


def _python_downloads(arguments: ParsedArguments, environment: Environment, files: Mapping[str, Any]) -> str:
    allow, refuse = arguments.flag("--allow-python-downloads"), arguments.flag("--no-python-downloads")
    if allow and refuse:
        pair(arguments, "allow-python-downloads", "no-python-downloads", label="python-downloads")
    if allow or refuse:
        return "automatic" if allow else "never"
    variable = environment.text("UV_PYTHON_DOWNLOADS")
    if variable is not None:
        words = {"auto": "automatic", "automatic": "automatic", "manual": "manual", "never": "never"}
        words |= dict.fromkeys(("true", "1"), "automatic") | dict.fromkeys(("false", "0"), "never")
        if variable.lower() in words:
            return words[variable.lower()]
    return str(files.get("python-downloads") or "automatic")


def _offline(arguments: ParsedArguments, environment: Environment, files: Mapping[str, Any]) -> tuple[bool, str]:
    switch = pair(arguments, "offline", "no-offline")
    if switch is not None:
        return switch, "`--offline`" if switch else ""
    if environment.flag("UV_OFFLINE"):
        return True, "`UV_OFFLINE` (environment variable)"
    if files.get("offline"):
        return True, "`offline` (workspace configuration)"
    return False, ""


def _system_certs(
    arguments: ParsedArguments,
    environment: Environment,
    files: Mapping[str, Any],
    warn: Callable[[str], None],
) -> bool:
    later = "is deprecated and will be removed in a future release. Use"
    if arguments.flag("--native-tls"):
        warn(f"The `--native-tls` flag {later} `--system-certs` instead.")
    if arguments.flag("--no-native-tls"):
        warn(f"The `--no-native-tls` flag {later} `--no-system-certs` instead.")
    if environment.flag("UV_NATIVE_TLS") is not None:
        warn(f"The `UV_NATIVE_TLS` environment variable {later} `UV_SYSTEM_CERTS` instead.")
    if "native-tls" in files:
        warn(f"The `native-tls` setting {later} `system-certs` instead.")
    for name in ("system-certs", "native-tls"):
        switch = pair(arguments, name, f"no-{name}")
        if switch is not None:
            return switch
    if environment.flag("UV_SYSTEM_CERTS") or environment.flag("UV_NATIVE_TLS"):
        return True
    return bool(files.get("system-certs", files.get("native-tls", False)))


def resolve_globals(
    arguments: ParsedArguments,
    environment: Environment,
    files: Mapping[str, Any],
    *,
    cwd: str,
    warn: Callable[[str], None],
) -> GlobalOptions:
    """Merge the layers of the settings that every command has."""
    number = environment.number
    threads = os.cpu_count() or 1
    read_timeout = number("UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT", "HTTP_TIMEOUT")
    offline, offline_source = _offline(arguments, environment, files)
    hosts = [str(host) for host in arguments.many("--allow-insecure-host") if host]
    cache_dir = arguments.one("--cache-dir") or files.get("cache-dir")
    if cache_dir is None:
        cache_dir = default_cache_directory(environment.variables)
    retries = number("UV_HTTP_RETRIES")
    connect_timeout = number("UV_HTTP_CONNECT_TIMEOUT")
    upload_timeout = number("UV_UPLOAD_HTTP_TIMEOUT")
    if upload_timeout is None:
        upload_timeout = read_timeout
    return GlobalOptions(
        quiet=arguments.count("--quiet"),
        verbose=arguments.count("--verbose"),
        offline=offline,
        offline_source=offline_source,
        system_certs=_system_certs(arguments, environment, files, warn),
        certificate_file=arguments.one("--cert"),
        http_proxy=files.get("http-proxy"),
        https_proxy=files.get("https-proxy"),
        no_proxy=files.get("no-proxy", ()),
        allow_insecure_host=(*hosts, *files.get("allow-insecure-host", ())),
        read_timeout=float(30 if read_timeout is None else read_timeout),
        connect_timeout=float(10 if connect_timeout is None else connect_timeout),
        upload_timeout=float(900 if upload_timeout is None else upload_timeout),
        retries=3 if retries is None else retries,
        concurrent_downloads=number("UV_CONCURRENT_DOWNLOADS") or files.get("concurrent-downloads") or 50,
        concurrent_builds=number("UV_CONCURRENT_BUILDS") or files.get("concurrent-builds") or threads,
        concurrent_installs=number("UV_CONCURRENT_INSTALLS") or files.get("concurrent-installs") or threads,
        preview=_preview(arguments, environment, files, warn),
        python_preference=_python_preference(arguments, environment, files),
        python_downloads=_python_downloads(arguments, environment, files),
        no_progress=arguments.flag("--no-progress")
        or bool(environment.flag("UV_NO_PROGRESS"))
        or "RUST_LOG" in environment.variables,
        installer_metadata=not (
            arguments.flag("--no-installer-metadata") or environment.flag("UV_NO_INSTALLER_METADATA")
        ),
        no_cache=arguments.flag("--no-cache") or bool(files.get("no-cache")),
        cache_dir=os.path.normpath(os.path.join(cwd, cache_dir)),
        required_version=files.get("required-version"),
        show_settings=arguments.flag("--show-settings"),
    )
