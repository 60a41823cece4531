"""Configuration files: where they are found, how they are merged, and what is said about mistakes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.cli import assert_snapshot, clean_environment, run_cli

from ultraviolet.cli.parser import parse
from ultraviolet.settings.errors import SettingsError
from ultraviolet.settings.options import Settings
from ultraviolet.settings.resolve import resolve_settings

MISTAKES = {
    "proxies": [
        'http-proxy = "not a url"\n',
        'http-proxy = ""\n',
        'https-proxy = "https://h:x"\n',
        'http-proxy = "ftp://proxy.example.com:8080"\n',
        'http-proxy = "socks4://user:secret@host"\n',
    ],
    "values": [
        'resolution = "foo"\n',
        "concurrent-downloads = 0\n",
        'offline = "x"\n',
        "index = 3\n",
        'find-links = "a"\n',
        'exclude-newer = "3 months"\n',
        'exclude-newer = "2024-02-30"\n',
        "exclude-newer = 3\n",
        'no-binary-package = ["@"]\n',
        'upgrade-package = ["!"]\n',
        "[config-settings]\na = 1\n",
        '[config-settings-package]\n"a b" = {}\n',
        '[prerelease-package]\na = "x"\n',
        'cache-keys = [{foo = "a"}]\n',
        'link-mode = "x"\n',
        "python-preference = 3\n",
        'index-url = "http://[x"\n',
        'required-version = "x"\n',
        'extra-build-dependencies = { p = ["six", { requirement = "click" }] }\n',
        'extra-build-dependencies = { p = ["six =="] }\n',
    ],
    "tables": [
        f"[[dependency-metadata]]\n{text}\n"
        for text in (
            'version = "1"',
            'name = "a"\nrequires_dist = []',
            'name = "a"\nversion = "x"',
            'name = "a"\nversion = 1',
            'name = "a b"',
            'name = "a"\nrequires-dist = ["x y"]',
            'name = "a"\nrequires-dist = "x"',
            'name = "a"\nrequires-python = "x"',
            'name = "a"\nprovides-extra = ["x y"]',
        )
    ],
    "structure": [
        "foo = 1\n",
        "[pip]\nfoo = 1\n",
        "a = [\n",
        "sources = {}\n",
        '[[index]]\nname = "a b"\nurl = "https://x/"\n',
        '[[index]]\nname = "ab"\n',
        '[[index]]\nurl = "https://x"\nexplicit = true\n',
        'required-version = ">=1"\n',
        'required-version = "1.0"\nfoo = 1\n',
    ],
}


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_shown_in_place(name: str, tmp_path: Path) -> None:
    outcomes = []
    for text in MISTAKES[name]:
        (tmp_path / "uv.toml").write_text(text)
        outcomes.append(run_cli("cache", "dir", cwd=tmp_path))

    assert_snapshot(f"settings_{name}", *outcomes)


@pytest.mark.parametrize("proxy", ["localhost:8080", "http://user:secret@proxy.example.com", "socks5h://host:1"])
def test_proxies_may_lack_their_scheme(proxy: str, tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(f'https-proxy = "{proxy}"\n')

    assert run_cli("cache", "dir", cwd=tmp_path).exit_code == 0


def test_mistakes_in_a_manifest_are_warnings(tmp_path: Path) -> None:
    outcomes = []
    for text in ("[tool.uv]\nfoo = 1\n", '[tool.uv]\nresolution = "x"\n', "[tool.uv\n"):
        (tmp_path / "pyproject.toml").write_text(text)
        outcomes.append(run_cli("cache", "dir", cwd=tmp_path, env=clean_environment(tmp_path, UV_CACHE_DIR="/c")))

    assert_snapshot("settings_manifest", *outcomes)


def settings(cwd: Path, *words: str, warnings: list[str] | None = None, **variables: str) -> Settings:
    environ = clean_environment(cwd / "home", **variables)
    arguments = parse(words or ("sync",), environ)
    warn = warnings.append if warnings is not None else lambda _text: None
    return resolve_settings(arguments.command, arguments, environ, str(cwd), warn=warn)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_layers_in_order_of_strength(tmp_path: Path) -> None:
    write(tmp_path / "system" / "uv" / "uv.toml", 'resolution = "lowest"\nlink-mode = "copy"\nno-build = true\n')
    write(tmp_path / "home" / ".config" / "uv" / "uv.toml", 'resolution = "lowest-direct"\nlink-mode = "symlink"\n')
    write(tmp_path / "uv.toml", 'resolution = "highest"\n')
    system: dict[str, Any] = {"XDG_CONFIG_DIRS": str(tmp_path / "system")}

    def resolution(*words: str, **variables: Any) -> Any:
        return settings(tmp_path, "sync", *words, **system, **variables).resolver.resolution

    assert resolution() == "highest"
    assert resolution(UV_RESOLUTION="lowest") == "lowest"
    assert resolution("--resolution=lowest-direct", UV_RESOLUTION="lowest") == "lowest-direct"
    merged = settings(tmp_path, **system).resolver
    assert (merged.link_mode, merged.no_build) == ("symlink", True)
    assert not settings(tmp_path, **system, UV_NO_SYSTEM_CONFIG="1").resolver.no_build


def test_lists_are_joined_with_the_nearer_file_first(tmp_path: Path) -> None:
    write(
        tmp_path / "home" / ".config" / "uv" / "uv.toml", 'no-build-package = ["b", "c"]\n[config-settings]\nx = "1"\n'
    )
    write(tmp_path / "uv.toml", 'no-build-package = ["a", "b"]\n[config-settings]\ny = "2"\n')

    merged = settings(tmp_path).resolver

    assert merged.no_build_package == ("a", "b", "c")
    assert merged.config_settings == {"y": "2", "x": "1"}
    assert settings(tmp_path, "sync", "--no-build-package", "z").resolver.no_build_package == ("z", "a", "b", "c")


def test_nearest_file_counts(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.uv]\noffline = true\n")
    below = tmp_path / "below"
    below.mkdir()

    assert settings(below).globals.offline
    write(below / "pyproject.toml", "[project]\nname = 'x'\n")
    assert settings(below).globals.offline
    write(below / "uv.toml", "offline = false\n")
    assert not settings(below).globals.offline


def test_files_below_the_project_do_not_count(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[project]\nname = 'x'\nversion = '1'\n[tool.uv]\noffline = true\n")
    write(tmp_path / "below" / "uv.toml", "offline = false\n")

    assert settings(tmp_path / "below").globals.offline


def test_root_of_the_workspace_counts_for_its_members(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", "[tool.uv]\noffline = true\n[tool.uv.workspace]\nmembers = ['m']\n")
    write(tmp_path / "m" / "pyproject.toml", "[project]\nname = 'm'\nversion = '1'\n[tool.uv]\noffline = false\n")

    assert settings(tmp_path / "m").globals.offline


def test_tool_commands_ignore_the_project(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", "offline = true\n")

    assert not settings(tmp_path, "tool", "list").globals.offline
    assert settings(tmp_path, "pip", "list").globals.offline


def test_configuration_may_be_named_or_switched_off(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", "offline = true\n")
    write(tmp_path / "other.toml", "no-cache = true\n")

    assert settings(tmp_path, "sync", "--no-config").files == {}
    assert settings(tmp_path, UV_NO_CONFIG="1").files == {}
    assert settings(tmp_path, "sync", "--config-file", "other.toml").files == {"no-cache": True}
    with pytest.raises(SettingsError, match=r"failed to open file `none\.toml`"):
        settings(tmp_path, "sync", "--config-file", "none.toml")


def test_masked_settings_are_named(tmp_path: Path) -> None:
    write(tmp_path / "uv.toml", "offline = true\n")
    write(tmp_path / "pyproject.toml", "[tool.uv]\ncache-keys = []\noffline = true\nsources = {}\n")
    warnings: list[str] = []

    settings(tmp_path, warnings=warnings)

    assert warnings == [
        (
            "Found both a `uv.toml` file and a `[tool.uv]` section in an adjacent `pyproject.toml`. The following fields "
            "from `[tool.uv]` will be ignored in favor of the `uv.toml` file:\n- offline\n- cache_keys"
        )
    ]


def test_project_option(tmp_path: Path) -> None:
    write(tmp_path / "p" / "pyproject.toml", "[tool.uv]\noffline = true\n")

    assert settings(tmp_path, "sync", "--project", "p").globals.offline
    assert settings(tmp_path, "sync", "--project", "p/pyproject.toml").project_dir == str(tmp_path / "p")
    with pytest.raises(SettingsError, match="Project directory `none` does not exist"):
        settings(tmp_path, "sync", "--project", "none")
    assert settings(tmp_path, "init", "--project", "none").project_dir == str(tmp_path / "none")
