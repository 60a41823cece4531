"""Rows that several commands share, each written once (see :mod:`ultraviolet.cli.grammar.model`)."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Option

GLOBALS: tuple[Option, ...] = (
    {
        "long": "--no-cache",
        "short": "-n",
        "aliases": ("--no-cache-dir",),
        "env": "UV_NO_CACHE",
        "heading": "Cache options",
        "is_global": True,
        "kind": "boolish",
    },
    {
        "long": "--cache-dir",
        "value": "CACHE_DIR",
        "kind": "native-path",
        "env": "UV_CACHE_DIR",
        "heading": "Cache options",
        "is_global": True,
    },
    {
        "long": "--python-preference",
        "value": "PYTHON_PREFERENCE",
        "choices": ("only-managed", "managed", "system", "only-system"),
        "env": "UV_PYTHON_PREFERENCE",
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--managed-python",
        "settings_env": "UV_MANAGED_PYTHON",
        "overrides": ("--no-managed-python",),
        "heading": "Python options",
        "is_global": True,
    },
    {
        "long": "--no-managed-python",
        "settings_env": "UV_NO_MANAGED_PYTHON",
        "overrides": ("--managed-python",),
        "heading": "Python options",
        "is_global": True,
    },
    {
        "long": "--allow-python-downloads",
        "settings_env": "UV_PYTHON_DOWNLOADS",
        "settings_env_value": "auto",
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--no-python-downloads",
        "settings_env": "UV_PYTHON_DOWNLOADS",
        "settings_env_value": "never",
        "heading": "Python options",
        "is_global": True,
    },
    {
        "long": "--python-fetch",
        "value": "PYTHON_FETCH",
        "choices": ("automatic", "manual", "never"),
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--quiet",
        "short": "-q",
        "count": True,
        "conflicts": ("--verbose",),
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--verbose",
        "short": "-v",
        "count": True,
        "conflicts": ("--quiet",),
        "heading": "Global options",
        "is_global": True,
    },
    {"long": "--no-color", "conflicts": ("--color",), "hidden": True, "is_global": True},
    {
        "long": "--color",
        "value": "COLOR_CHOICE",
        "choices": ("auto", "always", "never"),
        "conflicts": ("--no-color",),
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--native-tls",
        "kind": "boolish",
        "settings_env": "UV_NATIVE_TLS",
        "overrides": ("--no-native-tls", "--system-certs", "--no-system-certs"),
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--no-native-tls",
        "overrides": ("--native-tls", "--system-certs", "--no-system-certs"),
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--system-certs",
        "kind": "boolish",
        "settings_env": "UV_SYSTEM_CERTS",
        "overrides": ("--no-system-certs", "--native-tls", "--no-native-tls"),
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--no-system-certs",
        "overrides": ("--system-certs", "--native-tls", "--no-native-tls"),
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--offline",
        "settings_env": "UV_OFFLINE",
        "overrides": ("--no-offline",),
        "heading": "Global options",
        "is_global": True,
    },
    {"long": "--no-offline", "overrides": ("--offline",), "hidden": True, "is_global": True},
    {
        "long": "--allow-insecure-host",
        "aliases": ("--trusted-host",),
        "value": "ALLOW_INSECURE_HOST",
        "kind": "host",
        "repeat": True,
        "split": " ",
        "env": "UV_INSECURE_HOST",
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--preview",
        "kind": "boolish",
        "settings_env": "UV_PREVIEW",
        "overrides": ("--no-preview",),
        "hidden": True,
        "is_global": True,
    },
    {"long": "--no-preview", "overrides": ("--preview",), "hidden": True, "is_global": True},
    {
        "long": "--preview-features",
        "aliases": ("--preview-feature",),
        "value": "PREVIEW_FEATURES",
        "kind": "preview-feature",
        "repeat": True,
        "split": ",",
        "env": "UV_PREVIEW_FEATURES",
        "hidden": True,
        "is_global": True,
    },
    {"long": "--isolated", "kind": "boolish", "settings_env": "UV_ISOLATED", "hidden": True, "is_global": True},
    {"long": "--show-settings", "hidden": True, "is_global": True},
    {
        "long": "--no-progress",
        "kind": "boolish",
        "settings_env": "UV_NO_PROGRESS",
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--no-installer-metadata",
        "kind": "boolish",
        "settings_env": "UV_NO_INSTALLER_METADATA",
        "hidden": True,
        "is_global": True,
    },
    {
        "long": "--directory",
        "value": "DIRECTORY",
        "kind": "native-path",
        "env": "UV_WORKING_DIR",
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--project",
        "value": "PROJECT",
        "kind": "native-path",
        "env": "UV_PROJECT",
        "heading": "Global options",
        "is_global": True,
    },
    {
        "long": "--config-file",
        "value": "CONFIG_FILE",
        "kind": "native-path",
        "env": "UV_CONFIG_FILE",
        "heading": "Global options",
        "is_global": True,
    },
    {"long": "--no-config", "kind": "boolish", "env": "UV_NO_CONFIG", "heading": "Global options", "is_global": True},
    {"long": "--help", "short": "-h", "heading": "Global options", "is_global": True, "action": "help"},
)
"""Taken by every command, before or after its name."""

PIP_GLOBALS: tuple[Option, ...] = ({"long": "--cert", "value": "FILE", "kind": "native-path", "is_global": True},)
"""Taken by every command under ``pip``."""

KEYRING_PROVIDER: tuple[Option, ...] = (
    {
        "long": "--keyring-provider",
        "value": "KEYRING_PROVIDER",
        "choices": ("disabled", "subprocess"),
        "env": "UV_KEYRING_PROVIDER",
    },
)

USERNAME: tuple[Option, ...] = ({"long": "--username", "short": "-u", "value": "USERNAME"},)

EXTRA: tuple[Option, ...] = (
    {
        "long": "--extra",
        "value": "EXTRA",
        "kind": "cli-extra",
        "repeat": True,
        "split": ",",
        "conflicts": ("--all-extras", "--only-group"),
    },
)

ALL_EXTRAS: tuple[Option, ...] = ({"long": "--all-extras", "conflicts": ("--extra", "--only-group")},)

NO_EXTRA: tuple[Option, ...] = ({"long": "--no-extra", "value": "NO_EXTRA", "kind": "extra", "repeat": True},)

NO_ALL_EXTRAS: tuple[Option, ...] = ({"long": "--no-all-extras", "overrides": ("--all-extras",), "hidden": True},)

DEV_OPTIONS: tuple[Option, ...] = (
    {"long": "--dev", "kind": "boolish", "settings_env": "UV_DEV", "overrides": ("--no-dev",), "hidden": True},
    {"long": "--no-dev", "kind": "boolish", "settings_env": "UV_NO_DEV", "overrides": ("--dev",)},
    {"long": "--only-dev", "conflicts": ("--group", "--all-groups", "--no-dev")},
    {"long": "--group", "value": "GROUP", "kind": "group", "repeat": True, "conflicts": ("--only-group", "--only-dev")},
)

NO_GROUP_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--no-group",
        "value": "NO_GROUP",
        "kind": "group",
        "repeat": True,
        "split": " ",
        "settings_env": "UV_NO_GROUP",
    },
    {"long": "--no-default-groups", "kind": "boolish", "env": "UV_NO_DEFAULT_GROUPS"},
)

ONLY_GROUP_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--only-group",
        "value": "ONLY_GROUP",
        "kind": "group",
        "repeat": True,
        "conflicts": ("--group", "--dev", "--all-groups"),
    },
    {"long": "--all-groups", "conflicts": ("--only-group", "--only-dev")},
)

EDITABLE_OPTIONS: tuple[Option, ...] = (
    {"long": "--editable", "overrides": ("--no-editable",), "hidden": True},
    {"long": "--no-editable", "kind": "boolish", "settings_env": "UV_NO_EDITABLE", "overrides": ("--editable",)},
)

NO_EDITABLE_PACKAGE: tuple[Option, ...] = (
    {"long": "--no-editable-package", "value": "NO_EDITABLE_PACKAGE", "kind": "package", "repeat": True, "split": " "},
)

INEXACT_OPTIONS: tuple[Option, ...] = (
    {"long": "--inexact", "aliases": ("--no-exact",), "overrides": ("--exact",), "hidden": True},
    {"long": "--exact", "overrides": ("--inexact",)},
)

NO_ENV_FILE: tuple[Option, ...] = ({"long": "--no-env-file", "kind": "boolish", "settings_env": "UV_NO_ENV_FILE"},)

WITH: tuple[Option, ...] = ({"long": "--with", "short": "-w", "value": "WITH", "repeat": True},)

WITH_EDITABLE: tuple[Option, ...] = ({"long": "--with-editable", "value": "WITH_EDITABLE", "repeat": True},)

WITH_REQUIREMENTS: tuple[Option, ...] = (
    {"long": "--with-requirements", "value": "WITH_REQUIREMENTS", "kind": "maybe-path", "repeat": True, "split": ","},
)

ISOLATED: tuple[Option, ...] = ({"long": "--isolated", "kind": "boolish", "settings_env": "UV_ISOLATED"},)

ACTIVE_OPTIONS: tuple[Option, ...] = (
    {"long": "--active", "overrides": ("--no-active",)},
    {"long": "--no-active", "overrides": ("--active",), "hidden": True},
)

LOCKED: tuple[Option, ...] = (
    {"long": "--locked", "settings_env": "UV_LOCKED", "conflicts": ("--frozen", "--upgrade")},
)

FROZEN: tuple[Option, ...] = (
    {"long": "--frozen", "settings_env": "UV_FROZEN", "conflicts": ("--locked", "--upgrade", "--no-sources")},
)

INDEX_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--index",
        "value": "INDEX",
        "kind": "indices",
        "repeat": True,
        "env": "UV_INDEX",
        "heading": "Index options",
    },
    {
        "long": "--default-index",
        "value": "DEFAULT_INDEX",
        "kind": "index",
        "env": "UV_DEFAULT_INDEX",
        "heading": "Index options",
    },
    {
        "long": "--index-url",
        "short": "-i",
        "value": "INDEX_URL",
        "kind": "index-url",
        "env": "UV_INDEX_URL",
        "heading": "Index options",
    },
    {
        "long": "--extra-index-url",
        "value": "EXTRA_INDEX_URL",
        "kind": "index-url",
        "repeat": True,
        "split": " ",
        "env": "UV_EXTRA_INDEX_URL",
        "heading": "Index options",
    },
    {
        "long": "--find-links",
        "short": "-f",
        "value": "FIND_LINKS",
        "kind": "index-url",
        "repeat": True,
        "split": ",",
        "env": "UV_FIND_LINKS",
        "heading": "Index options",
    },
    {"long": "--no-index", "heading": "Index options"},
)

UPGRADE_OPTIONS: tuple[Option, ...] = (
    {"long": "--upgrade", "short": "-U", "overrides": ("--no-upgrade",), "heading": "Resolver options"},
    {"long": "--no-upgrade", "overrides": ("--upgrade",), "hidden": True},
    {
        "long": "--upgrade-package",
        "short": "-P",
        "value": "UPGRADE_PACKAGE",
        "kind": "requirement",
        "repeat": True,
        "heading": "Resolver options",
    },
    {
        "long": "--upgrade-group",
        "value": "UPGRADE_GROUP",
        "kind": "group",
        "repeat": True,
        "heading": "Resolver options",
    },
)

REINSTALL_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--reinstall",
        "aliases": ("--force-reinstall",),
        "overrides": ("--no-reinstall",),
        "heading": "Installer options",
    },
    {"long": "--no-reinstall", "overrides": ("--reinstall",), "hidden": True},
    {
        "long": "--reinstall-package",
        "value": "REINSTALL_PACKAGE",
        "kind": "package",
        "repeat": True,
        "heading": "Installer options",
    },
)

INDEX_STRATEGY_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--index-strategy",
        "value": "INDEX_STRATEGY",
        "choices": ("first-index", "unsafe-first-match", "unsafe-best-match"),
        "choice_aliases": {"first-match": "first-index", "unsafe-any-match": "unsafe-first-match"},
        "env": "UV_INDEX_STRATEGY",
        "heading": "Index options",
    },
    {
        "long": "--keyring-provider",
        "value": "KEYRING_PROVIDER",
        "choices": ("disabled", "subprocess"),
        "env": "UV_KEYRING_PROVIDER",
        "heading": "Index options",
    },
)

RESOLUTION_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--resolution",
        "value": "RESOLUTION",
        "choices": ("highest", "lowest", "lowest-direct"),
        "env": "UV_RESOLUTION",
        "heading": "Resolver options",
    },
    {
        "long": "--prerelease",
        "value": "PRERELEASE",
        "choices": ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit"),
        "env": "UV_PRERELEASE",
        "heading": "Resolver options",
    },
    {
        "long": "--prerelease-package",
        "value": "PRERELEASE_PACKAGE",
        "kind": "prerelease-package",
        "repeat": True,
        "heading": "Resolver options",
    },
    {"long": "--pre", "hidden": True},
    {
        "long": "--fork-strategy",
        "value": "FORK_STRATEGY",
        "choices": ("fewest", "requires-python"),
        "env": "UV_FORK_STRATEGY",
        "heading": "Resolver options",
    },
)

CONFIG_SETTING: tuple[Option, ...] = (
    {
        "long": "--config-setting",
        "short": "-C",
        "aliases": ("--config-settings",),
        "value": "CONFIG_SETTING",
        "kind": "config-setting",
        "repeat": True,
        "heading": "Build options",
    },
)

CONFIG_SETTINGS_PACKAGE: tuple[Option, ...] = (
    {
        "long": "--config-settings-package",
        "value": "CONFIG_SETTINGS_PACKAGE",
        "kind": "config-setting-package",
        "repeat": True,
        "heading": "Build options",
    },
)

NO_BUILD_ISOLATION_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--no-build-isolation",
        "kind": "boolish",
        "env": "UV_NO_BUILD_ISOLATION",
        "overrides": ("--build-isolation",),
        "heading": "Build options",
    },
    {"long": "--build-isolation", "overrides": ("--no-build-isolation",), "hidden": True},
)

NO_BUILD_ISOLATION_PACKAGE: tuple[Option, ...] = (
    {
        "long": "--no-build-isolation-package",
        "value": "NO_BUILD_ISOLATION_PACKAGE",
        "kind": "package",
        "repeat": True,
        "heading": "Build options",
    },
)

EXCLUDE_NEWER_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--exclude-newer",
        "value": "EXCLUDE_NEWER",
        "kind": "exclude-newer",
        "env": "UV_EXCLUDE_NEWER",
        "heading": "Resolver options",
    },
    {
        "long": "--exclude-newer-package",
        "value": "EXCLUDE_NEWER_PACKAGE",
        "kind": "exclude-newer-package",
        "repeat": True,
        "heading": "Resolver options",
    },
)

LINK_MODE: tuple[Option, ...] = (
    {
        "long": "--link-mode",
        "value": "LINK_MODE",
        "choices": ("clone", "copy", "hardlink", "symlink"),
        "choice_aliases": {"reflink": "clone"},
        "env": "UV_LINK_MODE",
        "heading": "Installer options",
    },
)

COMPILE_BYTECODE: tuple[Option, ...] = (
    {
        "long": "--compile-bytecode",
        "aliases": ("--compile",),
        "kind": "boolish",
        "env": "UV_COMPILE_BYTECODE",
        "overrides": ("--no-compile-bytecode",),
        "heading": "Installer options",
    },
)

NO_COMPILE_BYTECODE: tuple[Option, ...] = (
    {
        "long": "--no-compile-bytecode",
        "aliases": ("--no-compile",),
        "overrides": ("--compile-bytecode",),
        "hidden": True,
    },
)

NO_SOURCES_OPTIONS: tuple[Option, ...] = (
    {"long": "--no-sources", "kind": "boolish", "env": "UV_NO_SOURCES", "heading": "Resolver options"},
    {
        "long": "--no-sources-package",
        "value": "NO_SOURCES_PACKAGE",
        "kind": "package",
        "repeat": True,
        "split": " ",
        "settings_env": "UV_NO_SOURCES_PACKAGE",
        "heading": "Resolver options",
    },
)

NO_BUILD_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--no-build",
        "kind": "boolish",
        "env": "UV_NO_BUILD",
        "overrides": ("--build",),
        "heading": "Build options",
    },
    {"long": "--build", "overrides": ("--no-build",), "hidden": True},
    {
        "long": "--no-build-package",
        "value": "NO_BUILD_PACKAGE",
        "kind": "package",
        "repeat": True,
        "split": " ",
        "settings_env": "UV_NO_BUILD_PACKAGE",
        "heading": "Build options",
    },
    {
        "long": "--no-binary",
        "kind": "boolish",
        "env": "UV_NO_BINARY",
        "overrides": ("--binary",),
        "heading": "Build options",
    },
    {"long": "--binary", "overrides": ("--no-binary",), "hidden": True},
    {
        "long": "--no-binary-package",
        "value": "NO_BINARY_PACKAGE",
        "kind": "package",
        "repeat": True,
        "split": " ",
        "settings_env": "UV_NO_BINARY_PACKAGE",
        "heading": "Build options",
    },
)

REFRESH_OPTIONS: tuple[Option, ...] = (
    {"long": "--refresh", "overrides": ("--no-refresh",), "heading": "Cache options"},
    {"long": "--no-refresh", "overrides": ("--refresh",), "hidden": True},
    {
        "long": "--refresh-package",
        "value": "REFRESH_PACKAGE",
        "kind": "package",
        "repeat": True,
        "heading": "Cache options",
    },
)

ALL_PACKAGES: tuple[Option, ...] = ({"long": "--all-packages", "conflicts": ("--package",)},)

PACKAGE: tuple[Option, ...] = (
    {"long": "--package", "value": "PACKAGE", "kind": "package", "conflicts": ("--all-packages",)},
)

PYTHON: tuple[Option, ...] = (
    {"long": "--python", "short": "-p", "value": "PYTHON", "env": "UV_PYTHON", "heading": "Python options"},
)

SHOW_RESOLUTION: tuple[Option, ...] = (
    {"long": "--show-resolution", "kind": "boolish", "settings_env": "UV_SHOW_RESOLUTION", "hidden": True},
)

PYTHON_PLATFORM: tuple[Option, ...] = (
    {
        "long": "--python-platform",
        "value": "PYTHON_PLATFORM",
        "choices": (
            "windows",
            "linux",
            "macos",
            "x86_64-pc-windows-msvc",
            "aarch64-pc-windows-msvc",
            "i686-pc-windows-msvc",
            "x86_64-unknown-linux-gnu",
            "aarch64-apple-darwin",
            "x86_64-apple-darwin",
            "aarch64-unknown-linux-gnu",
            "aarch64-unknown-linux-musl",
            "x86_64-unknown-linux-musl",
            "riscv64-unknown-linux",
            "x86_64-manylinux2014",
            "x86_64-manylinux_2_17",
            "x86_64-manylinux_2_28",
            "x86_64-manylinux_2_31",
            "x86_64-manylinux_2_32",
            "x86_64-manylinux_2_33",
            "x86_64-manylinux_2_34",
            "x86_64-manylinux_2_35",
            "x86_64-manylinux_2_36",
            "x86_64-manylinux_2_37",
            "x86_64-manylinux_2_38",
            "x86_64-manylinux_2_39",
            "x86_64-manylinux_2_40",
            "aarch64-manylinux2014",
            "aarch64-manylinux_2_17",
            "aarch64-manylinux_2_28",
            "aarch64-manylinux_2_31",
            "aarch64-manylinux_2_32",
            "aarch64-manylinux_2_33",
            "aarch64-manylinux_2_34",
            "aarch64-manylinux_2_35",
            "aarch64-manylinux_2_36",
            "aarch64-manylinux_2_37",
            "aarch64-manylinux_2_38",
            "aarch64-manylinux_2_39",
            "aarch64-manylinux_2_40",
            "aarch64-linux-android",
            "x86_64-linux-android",
            "wasm32-pyodide2024",
            "wasm32-pyodide2025",
            "arm64-apple-ios",
            "arm64-apple-ios-simulator",
            "x86_64-apple-ios-simulator",
        ),
        "choice_aliases": {
            "manylinux2014_x86_64": "x86_64-manylinux2014",
            "manylinux_2_17_x86_64": "x86_64-manylinux_2_17",
            "manylinux_2_28_x86_64": "x86_64-manylinux_2_28",
            "manylinux_2_31_x86_64": "x86_64-manylinux_2_31",
            "manylinux_2_32_x86_64": "x86_64-manylinux_2_32",
            "manylinux_2_33_x86_64": "x86_64-manylinux_2_33",
            "manylinux_2_34_x86_64": "x86_64-manylinux_2_34",
            "manylinux_2_35_x86_64": "x86_64-manylinux_2_35",
            "manylinux_2_36_x86_64": "x86_64-manylinux_2_36",
            "manylinux_2_37_x86_64": "x86_64-manylinux_2_37",
            "manylinux_2_38_x86_64": "x86_64-manylinux_2_38",
            "manylinux_2_39_x86_64": "x86_64-manylinux_2_39",
            "manylinux_2_40_x86_64": "x86_64-manylinux_2_40",
            "manylinux2014_aarch64": "aarch64-manylinux2014",
            "manylinux_2_17_aarch64": "aarch64-manylinux_2_17",
            "manylinux_2_28_aarch64": "aarch64-manylinux_2_28",
            "manylinux_2_31_aarch64": "aarch64-manylinux_2_31",
            "manylinux_2_32_aarch64": "aarch64-manylinux_2_32",
            "manylinux_2_33_aarch64": "aarch64-manylinux_2_33",
            "manylinux_2_34_aarch64": "aarch64-manylinux_2_34",
            "manylinux_2_35_aarch64": "aarch64-manylinux_2_35",
            "manylinux_2_36_aarch64": "aarch64-manylinux_2_36",
            "manylinux_2_37_aarch64": "aarch64-manylinux_2_37",
            "manylinux_2_38_aarch64": "aarch64-manylinux_2_38",
            "manylinux_2_39_aarch64": "aarch64-manylinux_2_39",
            "manylinux_2_40_aarch64": "aarch64-manylinux_2_40",
        },
    },
)

REQUIREMENTS: tuple[Option, ...] = (
    {
        "long": "--requirements",
        "short": "-r",
        "aliases": ("--requirement",),
        "value": "REQUIREMENTS",
        "kind": "path",
        "repeat": True,
        "groups": ("sources",),
    },
)

CONSTRAINTS: tuple[Option, ...] = (
    {
        "long": "--constraints",
        "short": "-c",
        "aliases": ("--constraint",),
        "value": "CONSTRAINTS",
        "kind": "maybe-path",
        "repeat": True,
        "split": " ",
        "env": "UV_CONSTRAINT",
    },
)

DEV: tuple[Option, ...] = (
    {"long": "--dev", "kind": "boolish", "settings_env": "UV_DEV", "conflicts": ("--optional", "--group", "--script")},
)

GROUP: tuple[Option, ...] = (
    {"long": "--group", "value": "GROUP", "kind": "group", "conflicts": ("--dev", "--optional", "--script")},
)

LFS: tuple[Option, ...] = ({"long": "--lfs"},)

NO_SYNC: tuple[Option, ...] = ({"long": "--no-sync", "settings_env": "UV_NO_SYNC"},)

PACKAGE_2: tuple[Option, ...] = (
    {"long": "--package", "value": "PACKAGE", "kind": "package", "conflicts": ("--isolated",)},
)

SCRIPT: tuple[Option, ...] = ({"long": "--script", "value": "SCRIPT"},)

DRY_RUN: tuple[Option, ...] = ({"long": "--dry-run"},)

SHORT: tuple[Option, ...] = ({"long": "--short"},)

OUTPUT_FORMAT: tuple[Option, ...] = (
    {"long": "--output-format", "value": "OUTPUT_FORMAT", "choices": ("text", "json"), "default": "text"},
)

PACKAGE_3: tuple[Option, ...] = (
    {"long": "--package", "value": "PACKAGE", "kind": "package", "repeat": True, "conflicts": ("--all-packages",)},
)

EXCLUDE: tuple[Option, ...] = ({"long": "--exclude", "value": "EXCLUDE", "kind": "package", "repeat": True},)

NO_ANNOTATE_OPTIONS: tuple[Option, ...] = (
    {"long": "--no-annotate", "overrides": ("--annotate",)},
    {"long": "--annotate", "overrides": ("--no-annotate",), "hidden": True},
    {"long": "--no-header", "overrides": ("--header",)},
    {"long": "--header", "overrides": ("--no-header",), "hidden": True},
)

EMIT_INDEX_URL_OPTIONS: tuple[Option, ...] = (
    {"long": "--emit-index-url", "overrides": ("--no-emit-index-url",)},
    {"long": "--no-emit-index-url", "overrides": ("--emit-index-url",), "hidden": True},
    {"long": "--emit-find-links", "overrides": ("--no-emit-find-links",)},
    {"long": "--no-emit-find-links", "overrides": ("--emit-find-links",), "hidden": True},
)

OUTPUT_FILE: tuple[Option, ...] = (
    {"long": "--output-file", "short": "-o", "value": "OUTPUT_FILE", "kind": "native-path"},
)

DEPTH_OPTIONS: tuple[Option, ...] = (
    {"long": "--depth", "short": "-d", "value": "DEPTH", "kind": "u8", "default": "255"},
    {"long": "--prune", "value": "PRUNE", "kind": "package", "repeat": True},
    {"long": "--package", "value": "PACKAGE", "kind": "package", "repeat": True},
    {"long": "--no-dedupe"},
    {"long": "--invert", "aliases": ("--reverse",)},
    {"long": "--outdated"},
    {"long": "--show-sizes"},
)

NO_PROJECT: tuple[Option, ...] = ({"long": "--no-project", "kind": "boolish", "env": "UV_NO_PROJECT"},)

SHOW_VERSION: tuple[Option, ...] = ({"long": "--show-version", "hidden": True},)

OUTPUT_FORMAT_OPTIONS: tuple[Option, ...] = (
    {"long": "--output-format", "value": "OUTPUT_FORMAT", "choices": ("text", "json", "sarif"), "default": "text"},
    {"long": "--ignore", "value": "IGNORE", "repeat": True},
    {"long": "--ignore-until-fixed", "value": "IGNORE_UNTIL_FIXED", "repeat": True},
    {"long": "--service-format", "value": "SERVICE_FORMAT", "choices": ("osv",), "default": "osv"},
    {"long": "--service-url", "value": "SERVICE_URL", "kind": "url"},
)

PYTHON_VERSION: tuple[Option, ...] = (
    {"long": "--python-version", "value": "PYTHON_VERSION", "kind": "python-version"},
)

FROM: tuple[Option, ...] = ({"long": "--from", "value": "FROM"},)

BUILD_CONSTRAINTS: tuple[Option, ...] = (
    {
        "long": "--build-constraints",
        "short": "-b",
        "aliases": ("--build-constraint",),
        "value": "BUILD_CONSTRAINTS",
        "kind": "maybe-path",
        "repeat": True,
        "split": " ",
        "env": "UV_BUILD_CONSTRAINT",
    },
)

OVERRIDES: tuple[Option, ...] = (
    {
        "long": "--overrides",
        "aliases": ("--override",),
        "value": "OVERRIDES",
        "kind": "maybe-path",
        "repeat": True,
        "split": " ",
        "env": "UV_OVERRIDE",
    },
)

ENV_FILE: tuple[Option, ...] = (
    {"long": "--env-file", "value": "ENV_FILE", "repeat": True, "split": " ", "env": "UV_ENV_FILE"},
)

TORCH_BACKEND: tuple[Option, ...] = (
    {
        "long": "--torch-backend",
        "value": "TORCH_BACKEND",
        "choices": (
            "auto",
            "cpu",
            "cu132",
            "cu130",
            "cu129",
            "cu128",
            "cu126",
            "cu125",
            "cu124",
            "cu123",
            "cu122",
            "cu121",
            "cu120",
            "cu118",
            "cu117",
            "cu116",
            "cu115",
            "cu114",
            "cu113",
            "cu112",
            "cu111",
            "cu110",
            "cu102",
            "cu101",
            "cu100",
            "cu92",
            "cu91",
            "cu90",
            "cu80",
            "rocm7.2",
            "rocm7.1",
            "rocm7.0",
            "rocm6.4",
            "rocm6.3",
            "rocm6.2.4",
            "rocm6.2",
            "rocm6.1",
            "rocm6.0",
            "rocm5.7",
            "rocm5.6",
            "rocm5.5",
            "rocm5.4.2",
            "rocm5.4",
            "rocm5.3",
            "rocm5.2",
            "rocm5.1.1",
            "rocm4.2",
            "rocm4.1",
            "rocm4.0.1",
            "xpu",
        ),
        "env": "UV_TORCH_BACKEND",
    },
)

GENERATE_SHELL_COMPLETION: tuple[Option, ...] = (
    {"long": "--generate-shell-completion", "value": "GENERATE_SHELL_COMPLETION", "hidden": True},
)

EDITABLE: tuple[Option, ...] = ({"long": "--editable", "short": "-e"},)

EXCLUDES: tuple[Option, ...] = (
    {
        "long": "--excludes",
        "aliases": ("--exclude",),
        "value": "EXCLUDES",
        "kind": "maybe-path",
        "repeat": True,
        "split": " ",
        "env": "UV_EXCLUDE",
    },
)

FORCE: tuple[Option, ...] = ({"long": "--force"},)

ALL: tuple[Option, ...] = ({"long": "--all", "conflicts": ("name",)},)

SHOW_VERSION_SPECIFIERS: tuple[Option, ...] = ({"long": "--show-version-specifiers"},)

OUTDATED_OPTIONS: tuple[Option, ...] = (
    {"long": "--outdated", "overrides": ("--no-outdated",)},
    {"long": "--no-outdated", "overrides": ("--outdated",), "hidden": True},
)

PYTHON_PREFERENCE_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--python-preference",
        "value": "PYTHON_PREFERENCE",
        "choices": ("only-managed", "managed", "system", "only-system"),
        "hidden": True,
    },
    {"long": "--no-python-downloads", "hidden": True},
)

BIN: tuple[Option, ...] = ({"long": "--bin"},)

PYTHON_DOWNLOADS_JSON_URL: tuple[Option, ...] = (
    {"long": "--python-downloads-json-url", "value": "PYTHON_DOWNLOADS_JSON_URL"},
)

INSTALL_DIR: tuple[Option, ...] = (
    {
        "long": "--install-dir",
        "short": "-i",
        "value": "INSTALL_DIR",
        "kind": "native-path",
        "env": "UV_PYTHON_INSTALL_DIR",
    },
)

MIRROR_OPTIONS: tuple[Option, ...] = (
    {"long": "--mirror", "value": "MIRROR"},
    {"long": "--pypy-mirror", "value": "PYPY_MIRROR"},
)

REINSTALL: tuple[Option, ...] = ({"long": "--reinstall", "short": "-r"},)

COMPILE_BYTECODE_2: tuple[Option, ...] = (
    {
        "long": "--compile-bytecode",
        "aliases": ("--compile",),
        "kind": "boolish",
        "env": "UV_COMPILE_BYTECODE",
        "overrides": ("--no-compile-bytecode",),
    },
)

SYSTEM: tuple[Option, ...] = (
    {"long": "--system", "kind": "boolish", "env": "UV_SYSTEM_PYTHON", "overrides": ("--no-system",)},
)

NO_SYSTEM: tuple[Option, ...] = ({"long": "--no-system", "overrides": ("--system",), "hidden": True},)

NO_PROJECT_2: tuple[Option, ...] = (
    {"long": "--no-project", "aliases": ("--no-workspace",), "kind": "boolish", "env": "UV_NO_PROJECT"},
)

EXTRA_2: tuple[Option, ...] = (
    {
        "long": "--extra",
        "value": "EXTRA",
        "kind": "cli-extra",
        "repeat": True,
        "split": ",",
        "conflicts": ("--all-extras",),
    },
)

GROUP_2: tuple[Option, ...] = (
    {"long": "--group", "value": "GROUP", "kind": "pip-group", "repeat": True, "groups": ("sources",)},
)

DEPS: tuple[Option, ...] = ({"long": "--deps", "overrides": ("--no-deps",), "hidden": True},)

NO_BUILD_OPTIONS_2: tuple[Option, ...] = (
    {"long": "--no-build", "conflicts": ("--no-binary", "--only-binary"), "overrides": ("--build",)},
    {"long": "--build", "conflicts": ("--no-binary", "--only-binary"), "overrides": ("--no-build",), "hidden": True},
    {
        "long": "--no-binary",
        "value": "NO_BINARY",
        "kind": "package-or-all",
        "repeat": True,
        "split": ",",
        "conflicts": ("--no-build",),
    },
    {
        "long": "--only-binary",
        "value": "ONLY_BINARY",
        "kind": "package-or-all",
        "repeat": True,
        "split": ",",
        "conflicts": ("--no-build",),
    },
)

CLIENT_CERT: tuple[Option, ...] = ({"long": "--client-cert", "value": "CLIENT_CERT", "hidden": True},)

CONFIG: tuple[Option, ...] = ({"long": "--config", "value": "CONFIG", "hidden": True},)

NO_CONFIG: tuple[Option, ...] = ({"long": "--no-config", "hidden": True},)

PIP_ARGS: tuple[Option, ...] = ({"long": "--pip-args", "value": "PIP_ARGS", "hidden": True},)

ALL_EXTRAS_2: tuple[Option, ...] = (
    {"long": "--all-extras", "conflicts": ("--extra",), "overrides": ("--no-all-extras",)},
)

REQUIRE_HASHES_OPTIONS: tuple[Option, ...] = (
    {"long": "--require-hashes", "kind": "boolish", "env": "UV_REQUIRE_HASHES", "overrides": ("--no-require-hashes",)},
    {"long": "--no-require-hashes", "overrides": ("--require-hashes",), "hidden": True},
    {"long": "--verify-hashes", "overrides": ("--no-verify-hashes",), "hidden": True},
    {"long": "--no-verify-hashes", "kind": "boolish", "env": "UV_NO_VERIFY_HASHES", "overrides": ("--verify-hashes",)},
)

BREAK_SYSTEM_PACKAGES_OPTIONS: tuple[Option, ...] = (
    {
        "long": "--break-system-packages",
        "kind": "boolish",
        "env": "UV_BREAK_SYSTEM_PACKAGES",
        "overrides": ("--no-break-system-packages",),
    },
    {"long": "--no-break-system-packages", "overrides": ("--break-system-packages",)},
)

TARGET_OPTIONS: tuple[Option, ...] = (
    {"long": "--target", "short": "-t", "value": "TARGET", "kind": "native-path", "conflicts": ("--prefix",)},
    {"long": "--prefix", "value": "PREFIX", "kind": "native-path", "conflicts": ("--target",)},
)

STRICT_OPTIONS: tuple[Option, ...] = (
    {"long": "--strict", "overrides": ("--no-strict",)},
    {"long": "--no-strict", "overrides": ("--strict",), "hidden": True},
)

DISABLE_PIP_VERSION_CHECK: tuple[Option, ...] = ({"long": "--disable-pip-version-check", "hidden": True},)

METADATA_DIRECTORY: tuple[Option, ...] = ({"long": "--metadata-directory", "value": "METADATA_DIRECTORY"},)
