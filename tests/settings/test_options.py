"""Options: flags with variables, indexes, cut-offs, and what the pip commands see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.settings.test_files import settings, write

from ultraviolet.settings.cutoffs import InvalidCutoff, parse_cutoff
from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.globals import PREVIEW_FEATURES
from ultraviolet.settings.layers import http_options, install_options


def test_defaults(tmp_path: Path) -> None:
    plain = settings(tmp_path)

    assert not plain.globals.offline
    assert plain.globals.python_preference == "managed"
    assert (plain.globals.read_timeout, plain.globals.retries) == (30.0, 3)
    assert plain.resolver.resolution == "highest"
    assert plain.resolver.index_locations.indexes == ()
    assert plain.pip.annotation_style == "split"


def test_flag_and_its_variable(tmp_path: Path) -> None:
    assert settings(tmp_path, "sync", "--frozen").flag("--frozen")
    assert settings(tmp_path, UV_FROZEN="yes").flag("--frozen")
    assert not settings(tmp_path, UV_FROZEN="0").flag("--frozen")
    assert settings(tmp_path, "venv", UV_VENV_SEED="1").flag("--seed")


def test_command_line_silences_the_variables_of_a_pair(tmp_path: Path) -> None:
    assert settings(tmp_path, "sync", "--dev", UV_NO_DEV="1").pair("--dev", "--no-dev") == (True, False)
    assert settings(tmp_path, UV_NO_DEV="1").pair("--dev", "--no-dev") == (False, True)


def test_conflict_names_where_flags_come_from(tmp_path: Path) -> None:
    both = settings(tmp_path, "sync", "--locked", UV_FROZEN="1")

    with pytest.raises(SettingsError) as error:
        both.refuse_together("--locked", "--frozen")

    assert str(error.value) == "the argument `--locked` cannot be used with `UV_FROZEN` (environment variable)"


def test_network_options(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", 'allow-insecure-host = ["b"]\nhttp-proxy = "http://p"\nno-proxy = ["x", "y"]\n')
    variables: dict[str, Any] = {
        "UV_HTTP_TIMEOUT": "5",
        "UV_HTTP_RETRIES": "0",
        "HTTPS_PROXY": "http://s",
        "SSL_CERT_FILE": "/ca",
    }

    options = http_options(settings(tmp_path, "sync", "--allow-insecure-host", "a", **variables))

    assert (options.read_timeout, options.retries, options.ca_file) == (5.0, 0, "/ca")
    assert options.insecure_hosts == ("a", "b")
    assert (options.proxies.http, options.proxies.https, options.proxies.no_proxy) == ("http://p", "http://s", "x,y")


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"UV_HTTP_TIMEOUT": "x"}, "invalid digit found in string; value should be an integer number of seconds"),
        ({"UV_CONCURRENT_DOWNLOADS": "0"}, "number would be zero for non-zero type"),
        ({"UV_OFFLINE": "x"}, "expected a boolish value"),
    ],
    ids=str,
)
def test_invalid_variable(variables: dict[str, Any], message: str, tmp_path: Path) -> None:
    (name, value), *_rest = variables.items()

    with pytest.raises(SettingsError) as error:
        settings(tmp_path, "sync", **variables)

    expected = f"Failed to parse environment variable `{name}` with invalid value `{value}`: {message}"
    assert str(error.value) == expected


def test_opposite_global_flags_in_two_places(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="`--offline` and `--no-offline` cannot be used together"):
        settings(tmp_path, "--offline", "sync", "--no-offline")


def test_refresh_needs_the_network(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="the argument `--offline` cannot be used with `--refresh`"):
        _ = settings(tmp_path, "sync", "--offline", "--refresh").resolver


def test_preview_features(tmp_path: Path) -> None:
    warnings: list[str] = []
    chosen = settings(tmp_path, "sync", "--preview-features", "pylock,zz", warnings=warnings)

    assert chosen.globals.preview == {"pylock"}
    assert "Unknown preview feature: `zz`" in warnings
    assert settings(tmp_path, "sync", "--preview").globals.preview == PREVIEW_FEATURES
    assert settings(tmp_path, UV_PREVIEW="1").globals.preview == PREVIEW_FEATURES
    assert settings(tmp_path, "sync", "--no-preview", UV_PREVIEW="1").globals.preview == frozenset()


def test_python_preference(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", 'python-preference = "system"\npython-downloads = "manual"\n')

    assert settings(tmp_path).globals.python_preference == "system"
    assert settings(tmp_path, "sync", "--managed-python").globals.python_preference == "only-managed"
    assert settings(tmp_path, UV_NO_MANAGED_PYTHON="1").globals.python_preference == "only-system"
    assert settings(tmp_path).globals.python_downloads == "manual"
    assert settings(tmp_path, UV_PYTHON_DOWNLOADS="never").globals.python_downloads == "never"


# indexes


def test_order_of_indexes(tmp_path: Path) -> None:
    write(
        tmp_path / "uv.toml",
        'index-url = "https://main.example/simple"\nextra-index-url = ["https://extra.example/simple"]\n'
        '[[index]]\nname = "conf"\nurl = "https://conf.example/simple"\n',
    )
    words = ("--index", "https://a.example/x https://b.example/x", "--default-index", "https://d.example/x")

    project = settings(tmp_path, "sync", *words, "--extra-index-url", "https://e.example/x").resolver.index_locations
    pip = settings(tmp_path, "pip", "list", *words, "--extra-index-url", "https://e.example/x").pip.resolver

    assert [index.url.partition("//")[2][0] for index in project.indexes] == ["d", "a", "b", "c", "e", "e", "m"]
    assert [index.url.partition("//")[2][0] for index in pip.index_locations.indexes] == list("dabecem")
    default = project.default_index()
    assert default is not None
    assert default.url == "https://d.example/x"


def test_named_index_and_its_credentials(tmp_path: Path) -> None:
    variables: dict[str, Any] = {"UV_INDEX_MY_INDEX_USERNAME": "me", "UV_INDEX_MY_INDEX_PASSWORD": "s:cret"}

    (index,) = settings(
        tmp_path, "sync", "--index", "my-index=https://h/x", **variables
    ).resolver.index_locations.indexes

    assert (index.name, index.url) == ("my-index", "https://me:s%3Acret@h/x")


def test_index_of_the_files_by_name(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", '[[index]]\nname = "conf"\nurl = "https://conf.example/simple"\nexplicit = true\n')
    warnings: list[str] = []

    locations = settings(tmp_path, "sync", "--default-index", "conf", warnings=warnings).resolver.index_locations

    assert (locations.indexes[0].url, locations.indexes[0].default) == ("https://conf.example/simple", True)
    assert not locations.indexes[0].explicit
    assert warnings[0].startswith("Referencing an index by name is experimental")


def test_relative_locations(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.uv]\nfind-links = ["wheels"]\n[[tool.uv.index]]\nurl = "./index"\n')
    below = tmp_path / "below"
    below.mkdir()
    warnings: list[str] = []

    locations = settings(below, "sync", "--index", "other", "-f", "links", warnings=warnings).resolver.index_locations

    assert [index.url for index in locations.indexes] == [f"file://{below}/other", f"file://{tmp_path}/index"]
    assert [index.url for index in locations.find_links] == [f"file://{below}/links", f"file://{tmp_path}/wheels"]
    assert warnings == [
        (
            "Relative paths passed to `--index` or `--default-index` should be disambiguated from index names (use "
            "`./other`). Support for ambiguous values will be removed in the future"
        )
    ]


# the pip commands


def test_pip_table_goes_first(tmp_path: Path) -> None:
    write(
        tmp_path / "uv.toml",
        'resolution = "lowest"\nno-build-package = ["b"]\n'
        '[pip]\nresolution = "lowest-direct"\nonly-binary = ["a"]\nsystem = true\nno-binary = [":all:", "x"]\n',
    )

    pip = settings(tmp_path, "pip", "install", "x").pip

    assert pip.resolver.resolution == "lowest-direct"
    assert settings(tmp_path).resolver.resolution == "lowest"
    assert pip.system
    assert not settings(tmp_path, "pip", "install", "--no-system", "x").pip.system
    assert pip.resolver.no_build_package == ("a", "b")
    assert (pip.resolver.no_binary, pip.resolver.no_binary_package) == (True, ("x",))


def test_build_options_of_pip_on_the_command_line(tmp_path: Path) -> None:
    only = settings(tmp_path, "pip", "install", "--only-binary", ":all:", "x").pip.resolver
    some = settings(tmp_path, "pip", "install", "--no-binary", "Foo_Bar", "x").pip.resolver

    assert (only.no_build, only.no_binary) == (True, False)
    assert (some.no_binary, some.no_binary_package) == (False, ("foo-bar",))


def test_install_options(tmp_path: Path) -> None:
    chosen = settings(tmp_path, "sync", "--link-mode=reflink", "--compile-bytecode", "--no-installer-metadata")
    options = install_options(chosen, chosen.resolver)

    assert (options.link_mode, options.compile_bytecode, options.installer_metadata) == ("clone", True, False)


def test_config_settings_and_pre(tmp_path: Path) -> None:
    words = ("-C", "a=1", "-C", "a=2", "--config-settings-package", "foo:b=3", "--pre", "--no-build-isolation")
    resolver = settings(tmp_path, "sync", *words).resolver

    assert resolver.config_settings == {"a": ("1", "2")}
    assert resolver.config_settings_package == {"foo": {"b": "3"}}
    assert resolver.prerelease == "allow"
    assert resolver.build_options().no_isolation


# cut-offs

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("text", "milliseconds", "span"),
    [
        ("2024-01-01T00:00:00Z", 1_704_067_200_000, None),
        ("2024-01-01T00:00:00+02:00", 1_704_060_000_000, None),
        ("3 days", 1_699_740_800_000, "P3D"),
        ("2 weeks, 1 day", 1_698_704_000_000, "P2W1D"),
        ("PT36H", 1_699_870_400_000, "PT36H"),
        ("2h30m", 1_699_991_000_000, "PT2H30M"),
    ],
)
def test_cutoffs(text: str, milliseconds: int, span: str | None) -> None:
    cutoff = parse_cutoff(text, {}, now=NOW)

    assert (cutoff.milliseconds, cutoff.span) == (milliseconds, span)


def test_date_ends_with_its_day() -> None:
    day = parse_cutoff("2024-01-01", {}, now=NOW)
    midnight = parse_cutoff("2024-01-02T00:00:00Z", {}, now=NOW)

    assert abs(day.milliseconds - midnight.milliseconds) <= 14 * 3_600_000
    assert parse_cutoff("20240101", {}, now=NOW) == day


def test_clock_may_be_fixed() -> None:
    fixed = parse_cutoff("1 day", {"UV_TEST_CURRENT_TIMESTAMP": "2024-01-02T00:00:00Z"}, now=NOW)

    assert fixed.milliseconds == 1_704_067_200_000


@pytest.mark.parametrize(
    "text",
    ["foo", "3", "days", "1.5 days", "3 foos", "1 year", "3 months", "P1M", "P", "P3", "PT", "2024-02-30", "2024-1-1"],
)
def test_what_is_no_cutoff(text: str) -> None:
    with pytest.raises(InvalidCutoff):
        parse_cutoff(text, {}, now=NOW)


def test_cutoffs_of_packages(tmp_path: Path) -> None:
    words = ("--exclude-newer-package", "foo=2024-01-01T00:00:00Z", "--exclude-newer-package", "bar=false")
    cutoffs = settings(tmp_path, "sync", *words).resolver.resolver_options().exclude_newer_packages

    assert cutoffs == {"foo": 1_704_067_200_000, "bar": False}
