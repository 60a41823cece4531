"""Merge command line, environment and files into the options about resolving, building and installing."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from ultraviolet.build.options import parse_config_settings
from ultraviolet.cache.refresh import refresh_from_arguments
from ultraviolet.distributions.indexes import IndexLocations
from ultraviolet.http.options import HttpOptions, ProxyOptions
from ultraviolet.install.options import InstallOptions
from ultraviolet.settings.cutoffs import parse_cutoff
from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.files import combined_value
from ultraviolet.settings.indexes import resolve_indexes
from ultraviolet.settings.locations import home_directory
from ultraviolet.settings.options import Settings
from ultraviolet.settings.values import ConfigSettings, KeyringProvider, PipSettings, ResolverSettings
from ultraviolet.standards.names import PackageName

_SWITCHES = {
    "upgrade": ("--upgrade", "--no-upgrade"),
    "reinstall": ("--reinstall", "--no-reinstall"),
    "no-build-isolation": ("--no-build-isolation", "--build-isolation"),
    "compile-bytecode": ("--compile-bytecode", "--no-compile-bytecode"),
}
_PROJECT_SWITCHES = {"no-build": ("--no-build", "--build"), "no-binary": ("--no-binary", "--binary")}
_PIP_SWITCHES = {
    "no-build": ("--no-build", "--build"),
    "system": ("--system", "--no-system"),
    "break-system-packages": ("--break-system-packages", "--no-break-system-packages"),
    "strict": ("--strict", "--no-strict"),
    "all-extras": ("--all-extras", "--no-all-extras"),
    "no-deps": ("--no-deps", "--deps"),
    "allow-empty-requirements": ("--allow-empty-requirements", "--no-allow-empty-requirements"),
    "no-strip-extras": ("--no-strip-extras", "--strip-extras"),
    "no-strip-markers": ("--no-strip-markers", "--strip-markers"),
    "no-annotate": ("--no-annotate", "--annotate"),
    "no-header": ("--no-header", "--header"),
    "generate-hashes": ("--generate-hashes", "--no-generate-hashes"),
    "universal": ("--universal", "--no-universal"),
    "emit-index-url": ("--emit-index-url", "--no-emit-index-url"),
    "emit-find-links": ("--emit-find-links", "--no-emit-find-links"),
    "emit-build-options": ("--emit-build-options", "--no-emit-build-options"),
    "emit-marker-expression": ("--emit-marker-expression", "--no-emit-marker-expression"),
    "emit-index-annotation": ("--emit-index-annotation", "--no-emit-index-annotation"),
    "require-hashes": ("--require-hashes", "--no-require-hashes"),
    "verify-hashes": ("--verify-hashes", "--no-verify-hashes"),
}
_VALUES = (
    "index-strategy",
    "keyring-provider",
    "resolution",
    "prerelease",
    "fork-strategy",
    "exclude-newer",
    "link-mode",
    "torch-backend",
)
_PIP_VALUES = (
    "python",
    "target",
    "prefix",
    "output-file",
    "custom-compile-command",
    "python-version",
    "python-platform",
    "annotation-style",
)
_LISTS = (
    "upgrade-package",
    "reinstall-package",
    "no-build-isolation-package",
    "no-sources-package",
    "no-build-package",
    "no-binary-package",
)


def _assignments(texts: Sequence[Any]) -> dict[str, str]:
    return {name: value for name, _separator, value in (str(text).partition("=") for text in texts)}


def _package_settings(texts: Sequence[Any]) -> dict[str, ConfigSettings]:
    grouped: dict[str, list[str]] = {}
    for text in texts:
        name, _separator, setting = str(text).partition(":")
        grouped.setdefault(name, []).append(setting)
    return {name: parse_config_settings(settings) for name, settings in grouped.items()}


def _given(settings: Settings, switches: Mapping[str, tuple[str, str]], values: Sequence[str]) -> dict[str, Any]:
    """The strongest layer: what the command line says, by uv's names."""
    arguments = settings.arguments
    layer: dict[str, Any] = {}
    for name, (yes, no) in switches.items():
        if arguments.flag(yes):
            layer[name] = True
        elif arguments.flag(no):
            layer[name] = False
    for name in values:
        value = arguments.one(f"--{name}")
        if value is not None and value != "":
            layer[name] = value
    for name in _LISTS:
        found = tuple(arguments.many(f"--{name}")) or settings.environment.names(variable_name(name))
        if found:
            layer[name] = tuple(found)
    if arguments.flag("--no-sources"):
        layer["no-sources"] = True
    if arguments.flag("--pre"):
        layer["prerelease"] = "allow"
    if arguments.source("--config-setting") is not None:
        layer["config-settings"] = parse_config_settings([str(text) for text in arguments.many("--config-setting")])
    for option in ("--config-settings-package", "--config-setting-package"):
        if arguments.source(option) is not None:
            layer["config-settings-package"] = _package_settings(arguments.many(option))
    for name in ("exclude-newer-package", "prerelease-package"):
        if arguments.source(f"--{name}") is not None:
            pairs = _assignments(arguments.many(f"--{name}"))
            layer[name] = {key: False if value == "false" else value for key, value in pairs.items()}
    return layer


def variable_name(setting: str) -> str:
    """The variable of a setting."""
    return "UV_" + setting.upper().replace("-", "_")


def _merged(layers: Sequence[Mapping[str, Any]], name: str, default: Any) -> Any:
    found: Any = None
    for layer in layers:
        if name in layer:
            found = layer[name] if found is None else combined_value(found, layer[name])
    return default if found is None else found


def _unique(names: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(names))


def _build_resolver(
    settings: Settings, layers: Sequence[Mapping[str, Any]], locations: IndexLocations
) -> ResolverSettings:
    environ, now = settings.environment.variables, time.time()

    def merged(name: str, default: Any = None) -> Any:
        return _merged(layers, name, default)

    cutoff = merged("exclude-newer")
    no_build, no_build_package = merged("no-build", default=False), merged("no-build-package", ())
    no_binary, no_binary_package = merged("no-binary", default=False), merged("no-binary-package", ())
    arguments = settings.arguments
    refresh = None
    if arguments.flag("--refresh") or arguments.flag("--no-refresh"):
        refresh = arguments.flag("--refresh")
    if "if-necessary-or-explicit" in (merged("prerelease"), *merged("prerelease-package", {}).values()):
        settings.warn(
            "The `if-necessary-or-explicit` pre-release mode is deprecated and will be removed in a future release. Use "
            "`if-necessary` instead."
        )
    packages = tuple(PackageName(str(name)) for name in arguments.many("--refresh-package"))
    policy = refresh_from_arguments(refresh, packages, since=now)
    if settings.globals.offline and (policy.everything or policy.packages):
        raise SettingsError(f"the argument {settings.globals.offline_source} cannot be used with `--refresh`")
    reinstall, reinstall_package = merged("reinstall", default=False), _unique(merged("reinstall-package", ()))
    return ResolverSettings(
        index_locations=locations,
        index_strategy=merged("index-strategy", "first-index"),
        keyring_provider=merged("keyring-provider", "disabled"),
        resolution=merged("resolution", "highest"),
        prerelease=merged("prerelease", "if-necessary"),
        prerelease_package=merged("prerelease-package", {}),
        fork_strategy=merged("fork-strategy", "requires-python"),
        dependency_metadata=merged("dependency-metadata", ()),
        config_settings=merged("config-settings", {}),
        config_settings_package=merged("config-settings-package", {}),
        no_build_isolation=merged("no-build-isolation", default=False),
        no_build_isolation_package=_unique(merged("no-build-isolation-package", ())),
        extra_build_dependencies=merged("extra-build-dependencies", {}),
        extra_build_variables=merged("extra-build-variables", {}),
        exclude_newer=parse_cutoff(str(cutoff), environ, now=now) if cutoff not in (None, False, "", "false") else None,
        exclude_newer_package={
            PackageName(name): False if value is False else parse_cutoff(str(value), environ, now=now)
            for name, value in merged("exclude-newer-package", {}).items()
        },
        link_mode=merged("link-mode"),
        compile_bytecode=merged("compile-bytecode", default=False),
        no_sources=merged("no-sources", default=False),
        no_sources_package=_unique(merged("no-sources-package", ())),
        upgrade=merged("upgrade", default=False),
        upgrade_package=_unique(merged("upgrade-package", ())),
        upgrade_group=tuple(str(name) for name in arguments.many("--upgrade-group")),
        reinstall=reinstall,
        reinstall_package=reinstall_package,
        no_build=bool(no_build),
        no_build_package=_unique(no_build_package),
        no_binary=bool(no_binary),
        no_binary_package=_unique(no_binary_package),
        torch_backend=merged("torch-backend"),
        refresh=policy,
    )


def resolver_settings(settings: Settings) -> ResolverSettings:
    """Everything about resolving, building and installing, for project commands."""
    given = _given(settings, {**_SWITCHES, **_PROJECT_SWITCHES}, _VALUES)
    locations = resolve_indexes(
        settings.arguments,
        (settings.files,),
        settings.environment.variables,
        cwd=settings.cwd,
        by_name=settings.globals.has_preview("index-by-name"),
        pip=False,
        warn=settings.warn,
    )
    return _build_resolver(settings, (given, settings.files), locations)


def _specifiers(entries: Sequence[Any]) -> tuple[bool, tuple[str, ...]]:
    """Read pip's ``:all:``, ``:none:`` and names: everything or not, and the packages."""
    everything = False
    names: list[str] = []
    for entry in entries:
        if entry == ":all:":
            everything, names = True, []
        elif entry == ":none:":
            everything, names = False, []
        else:
            names.append(str(entry))
    return everything, tuple(names)


def pip_settings(settings: Settings) -> PipSettings:
    """The settings of the ``pip`` commands."""
    arguments = settings.arguments
    if arguments.many("--upgrade-group"):
        raise SettingsError("`--upgrade-group` is not supported in `uv pip` commands")
    given = _given(settings, {**_SWITCHES, **_PIP_SWITCHES}, (*_VALUES, *_PIP_VALUES))
    for name in ("extra", "no-extra", "group", "no-emit-package"):
        found = tuple(arguments.many(f"--{name}"))
        if found:
            given[name] = found
    table: Mapping[str, Any] = settings.files.get("pip") or {}
    layers = [given, table, settings.files]
    locations = resolve_indexes(
        arguments,
        (table, settings.files),
        settings.environment.variables,
        cwd=settings.cwd,
        by_name=settings.globals.has_preview("index-by-name"),
        pip=True,
        warn=settings.warn,
    )
    own = [given, table]

    def merged(name: str, default: Any = None) -> Any:
        return _merged(own, name, default)

    resolver = _build_resolver(settings, [_pip_builds(settings, layer) for layer in layers], locations)
    return PipSettings(
        resolver=resolver,
        python=merged("python"),
        system=merged("system", default=False),
        break_system_packages=merged("break-system-packages", default=False),
        target=merged("target"),
        prefix=merged("prefix"),
        strict=merged("strict", default=False),
        extra=_unique(merged("extra", ())),
        all_extras=merged("all-extras", default=False),
        no_extra=_unique(merged("no-extra", ())),
        group=merged("group", ()),
        no_deps=merged("no-deps", default=False),
        allow_empty_requirements=merged("allow-empty-requirements", default=False),
        output_file=merged("output-file"),
        no_strip_extras=merged("no-strip-extras", default=False),
        no_strip_markers=merged("no-strip-markers", default=False),
        no_annotate=merged("no-annotate", default=False),
        no_header=merged("no-header", default=False),
        custom_compile_command=merged("custom-compile-command"),
        generate_hashes=merged("generate-hashes", default=False),
        python_version=merged("python-version"),
        python_platform=merged("python-platform"),
        universal=merged("universal", default=False),
        no_emit_package=_unique(merged("no-emit-package", ())),
        emit_index_url=merged("emit-index-url", default=False),
        emit_find_links=merged("emit-find-links", default=False),
        emit_build_options=merged("emit-build-options", default=False),
        emit_marker_expression=merged("emit-marker-expression", default=False),
        emit_index_annotation=merged("emit-index-annotation", default=False),
        annotation_style=merged("annotation-style", "split"),
        require_hashes=merged("require-hashes", default=False),
        verify_hashes=merged("verify-hashes", default=True),
    )


def _pip_builds(settings: Settings, layer: Mapping[str, Any]) -> dict[str, Any]:
    """Turn pip's ``--no-binary`` and ``--only-binary`` lists into the settings of ``[tool.uv]``."""
    translated = dict(layer)
    arguments = settings.arguments
    binary: Any = layer.get("no-binary")
    only: Any = layer.get("only-binary")
    if layer is not settings.files and layer is not settings.files.get("pip"):
        binary, only = tuple(arguments.many("--no-binary")), tuple(arguments.many("--only-binary"))
    if isinstance(binary, tuple):
        translated.pop("no-binary", None)
        if binary:
            everything, names = _specifiers(binary)
            translated["no-binary"] = everything
            translated["no-binary-package"] = names
    if isinstance(only, tuple) and only:
        everything, names = _specifiers(only)
        translated["no-build"] = everything or layer.get("no-build", False)
        translated["no-build-package"] = names
    return translated


# options of rooms that every command shares


def http_options(settings: Settings, *, keyring: KeyringProvider = "disabled") -> HttpOptions:
    """The options of the HTTP client."""
    options, environ = settings.globals, settings.environment.variables
    get = environ.get
    directories = tuple(part for part in (get("SSL_CERT_DIR") or "").split(os.pathsep) if part)
    no_proxy = ",".join(options.no_proxy) or get("NO_PROXY") or get("no_proxy")
    return HttpOptions(
        offline=options.offline,
        connect_timeout=options.connect_timeout,
        read_timeout=options.read_timeout,
        retries=options.retries,
        retry_delays=not get("UV_TEST_NO_HTTP_RETRY_DELAY"),
        concurrency=options.concurrent_downloads,
        ca_file=options.certificate_file or get("SSL_CERT_FILE") or None,
        ca_directories=directories,
        client_certificate=get("SSL_CLIENT_CERT") or None,
        system_certificates=options.system_certs,
        insecure_hosts=options.allow_insecure_host,
        proxies=ProxyOptions(
            http=options.http_proxy or get("HTTP_PROXY") or get("http_proxy"),
            https=options.https_proxy or get("HTTPS_PROXY") or get("https_proxy"),
            all=get("ALL_PROXY") or get("all_proxy"),
            no_proxy=no_proxy,
        ),
        keyring=keyring,
        keyring_environ=environ if keyring == "subprocess" else None,
        netrc=get("NETRC") or os.path.join(home_directory(environ), ".netrc"),
    )


def install_options(settings: Settings, resolver: ResolverSettings) -> InstallOptions:
    """The options of the wheel writer."""
    get = settings.environment.variables.get
    timeout = get("UV_COMPILE_BYTECODE_TIMEOUT") or ""
    return InstallOptions(
        link_mode=resolver.link_mode,
        installer_metadata=settings.globals.installer_metadata,
        check_filename=not settings.environment.flag("UV_SKIP_WHEEL_FILENAME_CHECK"),
        warn_of_overlaps=settings.globals.has_preview("detect-module-conflicts"),
        compile_bytecode=resolver.compile_bytecode,
        bytecode_timeout=float(timeout) if timeout.isdigit() else 60.0,
        invalidation_mode=get("PYC_INVALIDATION_MODE") or None,
    )
