"""The keys of ``[tool.uv]`` and ``uv.toml``, and what each may hold.

A check takes the value and the path to it, and answers the value to keep; it raises
:class:`ultraviolet.standards.shapes.ShapeError` in serde's words, with the path for the place in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ultraviolet.errors import UltravioletError
from ultraviolet.settings.cutoffs import InvalidCutoff, check_cutoff
from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.locations import has_scheme
from ultraviolet.settings.names import checked_index_name, normalized_name
from ultraviolet.standards import shapes
from ultraviolet.standards.shapes import Path, ShapeError

Check = Callable[[Any, Path], Any]

PRERELEASE_MODES = ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit")


def choice(*variants: str, aliases: Mapping[str, str] | None = None, listed: tuple[str, ...] | None = None) -> Check:
    """One of a few words; ``listed`` are those that messages name, when aliases are among them."""

    def check(value: Any, path: Path) -> str:
        if not isinstance(value, str):
            if isinstance(value, dict):
                raise ShapeError("wanted exactly 1 element, found 0 elements" if not value else "wanted string", path)
            raise ShapeError("wanted string or table", path)
        if value in variants:
            return value
        if aliases and value in aliases:
            return aliases[value]
        words = [f"`{word}`" for word in listed or variants]
        expected = " or ".join(words) if len(words) == 2 else "one of " + ", ".join(words)
        raise ShapeError(f"unknown variant `{value}`, expected {expected}", path)

    return check


def _boolean(value: Any, path: Path) -> bool:
    return shapes.boolean(value, path)


def _string(value: Any, path: Path) -> str:
    return shapes.string(value, path)


def _anything(value: Any, path: Path) -> Any:
    del path
    return value


def _path(value: Any, path: Path) -> str:
    return shapes.string(value, path, "path string")


def _count(value: Any, path: Path) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise shapes.wrong_type(value, "a nonzero usize", path)
    if value <= 0:
        raise ShapeError(f"invalid value: integer `{value}`, expected a nonzero usize", path)
    return value


def _name(value: Any, path: Path) -> str:
    return shapes.parsed(value, path, normalized_name)


def _list_of(item: Check) -> Check:
    def check(value: Any, path: Path) -> tuple[Any, ...]:
        return tuple(item(entry, (*path, place)) for place, entry in enumerate(shapes.array(value, path)))

    return check


def _map_of(item: Check, key: Callable[[str], str] | None = None, *, expected: str = "a map") -> Check:
    def check(value: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, entry in shapes.table(value, path, expected).items():
            checked = shapes.parsed_key(name, path, key) if key is not None else name
            found[checked] = item(entry, (*path, name))
        return found

    return check


def _requirement(value: Any, path: Path) -> str:
    from ultraviolet.standards.requirements import parse_requirement

    shapes.parsed(value, path, parse_requirement, "a string containing a PEP 508 requirement")
    return str(value)


def _extra_requirement(value: Any, path: Path) -> Any:
    """Check a requirement, or a table of one with ``match-runtime``."""
    try:
        if not isinstance(value, dict):
            return _requirement(value, path)
        _requirement(value["requirement"], path)
        shapes.boolean(value["match-runtime"], path)
    except (KeyError, ShapeError):
        raise ShapeError(
            "data did not match any variant of untagged enum ExtraBuildDependencyWire", path[:-1]
        ) from None
    return value


def _overrides(value: Any, path: Path) -> Any:
    from ultraviolet.workspace.scoped import read_overrides

    read_overrides(value, path)
    return value


def _exclusions(value: Any, path: Path) -> Any:
    from ultraviolet.workspace.scoped import read_exclusions

    read_exclusions(value, path)
    return value


def _package_or_all(value: Any, path: Path) -> str:
    text = shapes.string(value, path)
    return text if text in {":all:", ":none:"} else _name(value, path)


def _cutoff(value: Any, path: Path) -> str | bool:
    if value is False:
        return False
    if value is True:
        raise ShapeError("expected false to disable exclude-newer, got true", path)
    text = shapes.string(
        value,
        path,
        "a date/timestamp/duration string, false to disable exclude-newer, or a table with timestamp/span",
    )
    try:
        check_cutoff(text)
    except InvalidCutoff as error:
        raise ShapeError(str(error), path) from None
    return text


def _location(value: Any, path: Path) -> str:
    text = shapes.string(value, path)
    if has_scheme(text) and "://" in text:
        host = text.partition("://")[2].partition("/")[0].rpartition("@")[2]
        if host.startswith("[") and "]" not in host:
            raise ShapeError("invalid IPv6 address", path)
        if not host and not text.startswith("file:"):
            raise ShapeError("empty host", path)
    return text


def _host(value: Any, path: Path) -> str:
    if isinstance(value, dict):
        return str(value.get("host", ""))
    return shapes.string(value, path, "a string or map")


def _config_setting(value: Any, path: Path) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return tuple(shapes.string(entry, (*path, place)) for place, entry in enumerate(value))
    raise shapes.wrong_type(value, "a string or list of strings", path)


def _cache_control(value: Any, path: Path) -> dict[str, Any]:
    table = shapes.table(value, path, "struct IndexCacheControlWire")
    return {name: shapes.cache_control(table[name], (*path, name)) for name in ("api", "files") if name in table}


_INDEX_CHECKS: dict[str, Check] = {
    "name": lambda value, path: shapes.parsed(value, path, checked_index_name),
    "url": _location,
    "explicit": _boolean,
    "default": _boolean,
    "format": choice("simple", "flat"),
    "publish-url": _string,
    "authenticate": choice("auto", "always", "never"),
    "ignore-error-codes": shapes.status_codes,
    "cache-control": _cache_control,
    "exclude-newer": _cutoff,
    "hash-algorithm": choice("md5", "sha256", "sha384", "sha512", "blake2b"),
}


def _index(value: Any, path: Path) -> dict[str, Any]:
    entry = shapes.table(value, path, "struct Index")
    found = {name: check(entry[name], (*path, name)) for name, check in _INDEX_CHECKS.items() if name in entry}
    if "url" not in found:
        raise ShapeError("missing field `url`", path)
    if found.get("explicit") and "name" not in found:
        shown = found["url"] if found["url"].count("/") > 2 else found["url"] + "/"
        raise ShapeError(f"An index with `explicit = true` requires a `name`: {shown}", path)
    return found


def _static_metadata(value: Any, path: Path) -> dict[str, Any]:
    """Check one table of ``dependency-metadata``."""
    from ultraviolet.standards.names import parse_extra_name
    from ultraviolet.standards.specifiers import parse_specifiers
    from ultraviolet.standards.versions import parse_version

    def extras(value: Any, path: Path) -> None:
        for place, extra in enumerate(shapes.array(value, path)):
            shapes.parsed(extra, (*path, place), parse_extra_name)

    checks: dict[str, Callable[[Any, Path], Any]] = {
        "name": _name,
        "version": lambda value, path: shapes.parsed(value, path, parse_version),
        "requires-dist": _list_of(_requirement),
        "requires-python": lambda value, path: shapes.parsed(value, path, parse_specifiers),
        "provides-extra": extras,
        "provides-extras": extras,
    }
    entry = shapes.table(value, path, "struct StaticMetadata")
    for key, item in entry.items():
        shapes.known_fields({key: item}, path, tuple(checks))
        checks[key](item, (*path, key))
    if "name" not in entry:
        raise ShapeError("missing field `name`", path)
    return {**entry, "name": _name(entry["name"], (*path, "name"))}


def _cache_key(value: Any, path: Path) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)) in {"file", "dir", "git", "env"}:
        return value
    raise ShapeError("data did not match any variant of untagged enum CacheKey", path[:-1])


def _url(value: Any, path: Path) -> str:
    from ultraviolet.distributions.urls import InvalidUrl, normalize_url

    text = shapes.string(value, path)
    try:
        return normalize_url(text)
    except InvalidUrl as error:
        raise ShapeError(f'{error}: "{text}"', path) from None


def _proxy(value: Any, path: Path) -> str:
    """The address of a proxy, which may lack its scheme."""
    from ultraviolet.distributions.urls import InvalidUrl, normalize_url, redact

    text = shapes.string(value, path)
    whole = text if "://" in text else f"http://{text}"
    try:
        found = normalize_url(whole)
    except InvalidUrl as error:
        raise ShapeError(f"invalid proxy URL: {error}", path) from None
    scheme = found.partition("://")[0]
    if scheme not in {"http", "https", "socks5", "socks5h"}:
        bare = scheme in {"ftp", "ws", "wss"} and "/" not in found.partition("://")[2]
        shown = redact(f"{found}/" if bare else found)
        raise ShapeError(
            f"invalid proxy URL scheme `{scheme}` in `{shown}`: expected http, https, socks5, or socks5h", path
        )
    return text


_AUDIT_CHECKS: dict[str, Check] = {
    "malware-check": _boolean,
    "malware-check-url": _url,
    "ignore": shapes.strings,
    "ignore-until-fixed": shapes.strings,
}


def _audit(value: Any, path: Path) -> dict[str, Any]:
    entry = shapes.table(value, path, "struct AuditOptions")
    return {name: check(entry[name], (*path, name)) for name, check in _AUDIT_CHECKS.items() if name in entry}


def _preview_features(value: Any, path: Path) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return tuple(shapes.string(entry, (*path, place)) for place, entry in enumerate(value))
    raise shapes.wrong_type(value, "a boolean or a list of preview feature names", path)


def _required_version(value: Any, path: Path) -> str:
    from ultraviolet.standards.specifiers import parse_specifiers

    text = shapes.string(value, path)
    specifiers = f"=={text}" if text[:1].isdigit() else text
    try:
        parse_specifiers(specifiers)
    except UltravioletError as error:
        raise ShapeError(str(error), path) from None
    return text


def _pip(value: Any, path: Path) -> dict[str, Any]:
    entry = shapes.table(value, path, "struct PipOptions")
    shapes.known_fields(entry, path, tuple(PIP_CHECKS))
    return {name: PIP_CHECKS[name](item, (*path, name)) for name, item in entry.items()}


_NAMES = _list_of(_name)
_LOCATIONS = _list_of(_location)
_INDEX_STRATEGIES = choice(
    "first-index",
    "unsafe-first-match",
    "unsafe-best-match",
    aliases={"unsafe-any-match": "unsafe-first-match"},
    listed=("first-index", "unsafe-any-match", "unsafe-first-match", "unsafe-best-match"),
)
_LINK_MODES = choice(
    "clone",
    "copy",
    "hardlink",
    "symlink",
    aliases={"reflink": "clone"},
    listed=("clone", "reflink", "copy", "hardlink", "symlink"),
)
_CONFIG_SETTINGS = _map_of(_config_setting, expected="a map from string to string or list of strings")


def _package_config_settings(value: Any, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    expected = "a map from package name to a map from string to string or list of strings"
    for name, entry in shapes.table(value, path, expected).items():
        try:
            checked = normalized_name(name)
        except SettingsError as error:
            raise ShapeError(f"Invalid package name: {error}", path) from None
        found[checked] = _CONFIG_SETTINGS(entry, (*path, name))
    return found


_PACKAGE_CONFIG_SETTINGS = _package_config_settings
_EXTRA_VARIABLES = _map_of(_map_of(_string), normalized_name)
_EXTRA_REQUIREMENTS = _map_of(_list_of(_extra_requirement), normalized_name)
_CUTOFFS = _map_of(_cutoff, normalized_name)
_PRERELEASE = choice(*PRERELEASE_MODES)

CHECKS: dict[str, Check] = {
    "required-version": _required_version,
    "system-certs": _boolean,
    "native-tls": _boolean,
    "offline": _boolean,
    "no-cache": _boolean,
    "cache-dir": _path,
    "preview": _boolean,
    "preview-features": _preview_features,
    "python-preference": choice("only-managed", "managed", "system", "only-system"),
    "python-downloads": choice("automatic", "manual", "never", aliases={"auto": "automatic"}),
    "concurrent-downloads": _count,
    "concurrent-builds": _count,
    "concurrent-installs": _count,
    "index": _list_of(_index),
    "index-url": _location,
    "extra-index-url": _LOCATIONS,
    "no-index": _boolean,
    "find-links": _LOCATIONS,
    "index-strategy": _INDEX_STRATEGIES,
    "keyring-provider": choice("disabled", "subprocess"),
    "http-proxy": _proxy,
    "https-proxy": _proxy,
    "no-proxy": _list_of(_string),
    "allow-insecure-host": _list_of(_host),
    "resolution": choice("highest", "lowest", "lowest-direct"),
    "prerelease": _PRERELEASE,
    "prerelease-package": _map_of(_PRERELEASE, normalized_name),
    "fork-strategy": choice("fewest", "requires-python"),
    "dependency-metadata": _list_of(_static_metadata),
    "config-settings": _CONFIG_SETTINGS,
    "config-settings-package": _PACKAGE_CONFIG_SETTINGS,
    "no-build-isolation": _boolean,
    "no-build-isolation-package": _NAMES,
    "extra-build-dependencies": _EXTRA_REQUIREMENTS,
    "extra-build-variables": _EXTRA_VARIABLES,
    "exclude-newer": _cutoff,
    "exclude-newer-package": _CUTOFFS,
    "link-mode": _LINK_MODES,
    "compile-bytecode": _boolean,
    "no-sources": _boolean,
    "no-sources-package": _NAMES,
    "upgrade": _boolean,
    "upgrade-package": _list_of(_requirement),
    "reinstall": _boolean,
    "reinstall-package": _NAMES,
    "no-build": _boolean,
    "no-build-package": _NAMES,
    "no-binary": _boolean,
    "no-binary-package": _NAMES,
    "torch-backend": _string,
    "python-install-mirror": _string,
    "pypy-install-mirror": _string,
    "python-downloads-json-url": _string,
    "publish-url": _string,
    "trusted-publishing": choice("automatic", "always", "never"),
    "check-url": _location,
    "add-bounds": choice("lower", "major", "minor", "exact"),
    "audit": _audit,
    "pip": _pip,
    "cache-keys": _list_of(_cache_key),
    "override-dependencies": _overrides,
    "exclude-dependencies": _exclusions,
    "constraint-dependencies": _list_of(_requirement),
    "build-constraint-dependencies": _list_of(_requirement),
    "environments": _anything,
    "required-environments": _anything,
    "conflicts": _anything,
    "workspace": _anything,
    "sources": _anything,
    "managed": _anything,
    "package": _anything,
    "default-groups": _anything,
    "dependency-groups": _anything,
    "dev-dependencies": _anything,
    "build-backend": _anything,
}
"""In the order of uv's list of fields."""

PIP_CHECKS: dict[str, Check] = {
    "python": _string,
    "system": _boolean,
    "break-system-packages": _boolean,
    "target": _path,
    "prefix": _path,
    "index-url": _location,
    "extra-index-url": _LOCATIONS,
    "no-index": _boolean,
    "find-links": _LOCATIONS,
    "index-strategy": _INDEX_STRATEGIES,
    "keyring-provider": choice("disabled", "subprocess"),
    "no-build": _boolean,
    "no-binary": _list_of(_package_or_all),
    "only-binary": _list_of(_package_or_all),
    "no-build-isolation": _boolean,
    "no-build-isolation-package": _NAMES,
    "extra-build-dependencies": _EXTRA_REQUIREMENTS,
    "extra-build-variables": _EXTRA_VARIABLES,
    "strict": _boolean,
    "extra": _NAMES,
    "all-extras": _boolean,
    "no-extra": _NAMES,
    "no-deps": _boolean,
    "group": _list_of(_anything),
    "allow-empty-requirements": _boolean,
    "resolution": choice("highest", "lowest", "lowest-direct"),
    "prerelease": _PRERELEASE,
    "fork-strategy": choice("fewest", "requires-python"),
    "dependency-metadata": _list_of(_static_metadata),
    "output-file": _path,
    "no-strip-extras": _boolean,
    "no-strip-markers": _boolean,
    "no-annotate": _boolean,
    "no-header": _boolean,
    "custom-compile-command": _string,
    "generate-hashes": _boolean,
    "config-settings": _CONFIG_SETTINGS,
    "config-settings-package": _PACKAGE_CONFIG_SETTINGS,
    "python-version": _string,
    "python-platform": _string,
    "universal": _boolean,
    "exclude-newer": _cutoff,
    "exclude-newer-package": _CUTOFFS,
    "no-emit-package": _NAMES,
    "emit-index-url": _boolean,
    "emit-find-links": _boolean,
    "emit-build-options": _boolean,
    "emit-marker-expression": _boolean,
    "emit-index-annotation": _boolean,
    "annotation-style": choice("line", "split"),
    "link-mode": _LINK_MODES,
    "compile-bytecode": _boolean,
    "require-hashes": _boolean,
    "verify-hashes": _boolean,
    "no-sources": _boolean,
    "no-sources-package": _NAMES,
    "upgrade": _boolean,
    "upgrade-package": _list_of(_requirement),
    "reinstall": _boolean,
    "reinstall-package": _NAMES,
    "torch-backend": _string,
}

PROJECT_ONLY = (
    "conflicts",
    "workspace",
    "sources",
    "dev-dependencies",
    "default-groups",
    "dependency-groups",
    "managed",
    "package",
    "build-backend",
    "environments",
    "required-environments",
)
"""Keys that a ``uv.toml`` may not have, in the order they are looked for."""

NOT_MASKED = frozenset({*PROJECT_ONLY, "no-sources-package", "audit"})
"""Keys of ``[tool.uv]`` that keep their meaning beside a ``uv.toml``."""


def check_options(value: Any, path: Path = ()) -> dict[str, Any]:
    """Check a whole table of settings; keys come back as they are written."""
    table = shapes.table(value, path, "struct OptionsWire")
    shapes.known_fields(table, path, tuple(CHECKS))
    return {name: CHECKS[name](item, (*path, name)) for name, item in table.items()}
