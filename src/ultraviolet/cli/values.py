"""Check the value of one option, by the kind its row names.

A value is checked while the words are read, so that the first bad word is the one reported, as clap does; what a
value means is settled later, in :mod:`ultraviolet.settings`. Only package, extra and group names are changed here:
they come back normalised.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

TRUE_WORDS = frozenset({"y", "yes", "t", "true", "on", "1"})
FALSE_WORDS = frozenset({"n", "no", "f", "false", "off", "0"})

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_NAME_LETTERS = _LETTERS | frozenset("-_.")


class InvalidValue(Exception):
    """Why a value does not fit; an empty text means that a value was needed."""


def check(kind: str, text: str) -> Any:
    """Check ``text``, answering the value to keep."""
    return _KINDS[kind](text)


def boolish(text: str) -> bool:
    """Read a truth value as clap's lenient parser does.

    >>> boolish("On"), boolish("0")
    (True, False)
    """
    word = text.lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise InvalidValue("value was not a boolean")


def _bool(text: str) -> bool:
    if text in {"true", "false"}:
        return text == "true"
    raise InvalidValue("[bool]")


def _is_name(text: str) -> bool:
    return bool(text) and text[0] in _LETTERS and text[-1] in _LETTERS and _NAME_LETTERS.issuperset(text)


def _normalized(text: str) -> str:
    text = text.lower().replace("_", "-").replace(".", "-")
    while "--" in text:
        text = text.replace("--", "-")
    return text


def _package(text: str) -> str:
    if not _is_name(text):
        raise InvalidValue(
            f'Not a valid package or extra name: "{text}". Names must start and end with a letter or digit and may '
            "only contain -, _, ., and alphanumeric characters."
        )
    return _normalized(text)


def _cli_extra(text: str) -> str:
    if not _is_name(text):
        raise InvalidValue(
            "Extra names must start and end with a letter or digit and may only contain -, _, ., and "
            "alphanumeric characters"
        )
    return _normalized(text)


def _pip_group(text: str) -> str:
    path, separator, name = text.rpartition(":")
    if not separator:
        return _package(text)
    if path and path.replace("\\", "/").rpartition("/")[2] != "pyproject.toml":
        raise InvalidValue(
            f"The `--group` path is required to end in 'pyproject.toml' for compatibility with pip; got: {path}"
        )
    return f"{path}:{_package(name)}"


def _package_or_all(text: str) -> str:
    return text if text in {":all:", ":none:"} else _package(text)


def _number(limit: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text:
            raise InvalidValue("cannot parse integer from empty string")
        digits = text[1:] if text[0] == "+" and len(text) > 1 else text
        if not (digits.isascii() and digits.isdigit()):
            raise InvalidValue("invalid digit found in string")
        value = int(digits)
        if value > limit:
            raise InvalidValue(
                f"{value} is not in 0..={limit}" if limit < 2**63 else "number too large to fit in target type"
            )
        return value

    return read


def _path(text: str) -> str:
    if text.startswith("file://"):
        from ultraviolet.settings.locations import path_of_file_url

        path = path_of_file_url(text)
        if path is None:
            raise InvalidValue("invalid file URL")
        return path
    return text


def _native_path(text: str) -> str:
    if not text:
        raise InvalidValue("")
    return text


def _config_setting(text: str) -> str:
    if "=" not in text:
        raise InvalidValue(f"Invalid config setting: {text} (expected `KEY=VALUE`)")
    return text


def _config_setting_package(text: str) -> str:
    package, separator, setting = text.partition(":")
    if not separator or "=" not in setting:
        raise InvalidValue(f"Invalid config setting: {text} (expected `PACKAGE:KEY=VALUE`)")
    return f"{_package(package)}:{setting}"


_PRERELEASE_MODES = ("disallow", "allow", "if-necessary", "explicit", "if-necessary-or-explicit")


def _prerelease_package(text: str) -> str:
    package, separator, mode = text.partition("=")
    if not separator:
        raise InvalidValue(f"Invalid `prerelease-package` value `{text}`: expected format `PACKAGE=MODE`")
    name = _package(package)
    if mode not in _PRERELEASE_MODES:
        modes = [f"`{known}`" for known in _PRERELEASE_MODES]
        raise InvalidValue(
            f"Invalid `prerelease-package` mode: expected one of {', '.join(modes[:-1])}, or {modes[-1]}, found `{mode}`"
        )
    return f"{name}={mode}"


def _exclude_newer(text: str) -> str:
    from ultraviolet.settings.cutoffs import InvalidCutoff, check_cutoff

    if text == "false":
        return text  # lifts the cut-off of a configuration file
    try:
        check_cutoff(text)
    except InvalidCutoff as error:
        raise InvalidValue(str(error)) from error
    return text


def _exclude_newer_package(text: str) -> str:
    package, separator, value = text.partition("=")
    if not separator:
        raise InvalidValue(
            f"Invalid `exclude-newer-package` value `{text}`: expected format `PACKAGE=DATE` or `PACKAGE=false`"
        )
    from ultraviolet.settings.cutoffs import InvalidCutoff, check_cutoff

    name = _package(package)
    if value != "false":
        try:
            check_cutoff(value)
        except InvalidCutoff as error:
            raise InvalidValue(f"Invalid `exclude-newer-package` value `{value}`: {error}") from error
    return f"{name}={value}"


def _requirement(text: str) -> str:
    """A requirement is read by the engine; only what cannot start one is refused here."""
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.requirements import parse_requirement

    try:
        parse_requirement(text)
    except UltravioletError as error:
        raise InvalidValue(str(error)) from error
    return text


def _python_version(text: str) -> str:
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.versions import parse_version

    shown = f"Python version `{text}`"
    try:
        version = parse_version(text)
    except UltravioletError as error:
        raise InvalidValue(f"{shown} could not be parsed: {error}") from error
    if version.local:
        raise InvalidValue(f"{shown} is a local version")
    if version.epoch:
        raise InvalidValue(f"{shown} has a non-zero epoch")
    if version.dev is not None:
        raise InvalidValue(f"{shown} is a development release")
    if version.post is not None:
        raise InvalidValue(f"{shown} is a post-release")
    for part, number in zip(("major", "minor", "patch"), version.release, strict=False):
        if number > 255:
            raise InvalidValue(f"{shown} has an invalid {part} version ({number})")
    if version.release[0] < 3:
        raise InvalidValue(f"{shown} must be >= 3.0")
    if len(version.release) > 1 and version.release[0] == 3 and version.release[1] < 7:
        return text
    return text


def _url(text: str) -> str:
    head, separator, _rest = text.partition(":")
    if not separator or not head[:1].isalpha() or not all(c.isalnum() or c in "+-." for c in head):
        raise InvalidValue("relative URL without a base")
    return text


def _index_url(text: str) -> str:
    if "://" in text:
        host = text.partition("://")[2].partition("/")[0].rpartition("@")[2]
        if host.startswith("[") and "]" not in host:
            raise InvalidValue("invalid IPv6 address")
        if not host and text.partition("://")[0] != "file":
            raise InvalidValue("empty host")
    return text


def _index(text: str) -> str:
    name, separator, rest = text.partition("=")
    if separator and "://" not in name:
        for letter in name:
            if letter not in _NAME_LETTERS:
                raise InvalidValue(
                    "Index names may only contain letters, digits, hyphens, underscores, and periods, but found "
                    f"unsupported character (`{letter}`) in: `{name}`"
                )
        if not rest:
            raise InvalidValue("Index URL is required when an index name is given")
        _index_url(rest)
        return text
    return _index_url(text)


def _indices(text: str) -> str:
    for word in text.split():
        _index(word)
    return text


def _marker(text: str) -> str:
    from ultraviolet.errors import UltravioletError
    from ultraviolet.standards.markers import parse_marker

    try:
        parse_marker(text)
    except UltravioletError as error:
        raise InvalidValue(str(error)) from error
    return text


_BUMPS = ("major", "minor", "patch", "stable", "alpha", "beta", "rc", "post", "dev")


def _bump(text: str) -> str:
    component, separator, value = text.partition("=")
    if component not in _BUMPS:
        raise InvalidValue(f"invalid bump component `{component}`")
    if separator:
        if component == "stable":
            raise InvalidValue("`--bump stable` does not accept a value")
        if not (value.isascii() and value.isdigit()):
            if not value:
                raise InvalidValue("`--bump` values cannot be empty")
            raise InvalidValue(f"invalid numeric value `{value}` for `--bump {component}`")
    return text


def _feature(text: str) -> str:
    if not text.strip():
        raise InvalidValue("preview feature name cannot be empty")
    return text


def _anything(text: str) -> str:
    return text


_KINDS: dict[str, Callable[[str], Any]] = {
    "bool": _bool,
    "boolish": boolish,
    "package": _package,
    "extra": _package,
    "group": _package,
    "cli-extra": _cli_extra,
    "pip-group": _pip_group,
    "package-or-all": _package_or_all,
    "u8": _number(255),
    "u32": _number(2**32 - 1),
    "usize": _number(2**64 - 1),
    "path": _path,
    "maybe-path": _path,
    "native-path": _native_path,
    "config-setting": _config_setting,
    "config-setting-package": _config_setting_package,
    "prerelease-package": _prerelease_package,
    "exclude-newer": _exclude_newer,
    "exclude-newer-package": _exclude_newer_package,
    "requirement": _requirement,
    "python-version": _python_version,
    "url": _url,
    "index-url": _index_url,
    "index": _index,
    "indices": _indices,
    "marker": _marker,
    "bump": _bump,
    "host": _anything,
    "preview-feature": _feature,
}
