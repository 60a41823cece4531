"""Which wheels stay in a lockfile, and which environments a wheel implies, compared with uv."""

from __future__ import annotations

import pytest

from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.markers import TRUE, parse_marker
from ultraviolet.standards.requires_python import RequiresPython
from ultraviolet.standards.wheel_markers import implied_markers, wheel_is_relevant

WINDOWS = ["win32", "win_amd64", "win_arm64", "win_ia64"]
LINUX = [
    "manylinux_2_17_x86_64",
    "manylinux1_i686",
    "manylinux2014_aarch64",
    "musllinux_1_2_ppc64le",
    "linux_armv7l",
    "linux_s390x",
    "manylinux_2_31_riscv64",
]
MACOS = ["macosx_10_9_x86_64", "macosx_11_0_arm64", "macosx_10_9_universal2"]
ANDROID = ["android_21_arm64_v8a", "android_21_x86_64"]
OTHERS = ["any", "ios_13_0_arm64_iphoneos", "pyodide_2024_0_wasm32", "unknown_platform"]


def is_kept(tags: str, requires_python: str = ">=3.8", marker: str | None = None) -> bool:
    filename = parse_wheel_filename(f"a-1.0-{tags}.whl")
    condition = TRUE if marker is None else parse_marker(marker)
    return wheel_is_relevant(filename, RequiresPython.from_text(requires_python), condition)


@pytest.mark.parametrize(
    ("requires_python", "dropped", "kept"),
    [
        (
            "==3.11.*",
            (
                "py2-none py27-none py312-none cp310-none cp312-none cp310-cp310 cp312-cp312 cp313-cp313t cp36-cp36m "
                "cp27-cp27mu pp310-pypy310_pp73 pp37-pypy37_pp73 pp3-pypy_41 cp313-none jy27-none py3-unknown"
            ),
            (
                "py3-none py37-none py310-none py311-none py2.py3-none cp311-cp311 cp311-cp311d cp37-abi3 cp313-abi3 "
                "cp39.cp310-abi3 cp315-abi3t pp311-pypy311_pp73 graalpy311-graalpy242_311_native"
            ),
        ),
        (
            ">=3.8,<3.12",
            "py312-none cp312-none cp312-cp312 cp313-cp313t cp313-none",
            "cp311-cp311 py311-none cp38-cp38",
        ),
        (">=3.8,<3.12.1", "cp313-cp313t cp313-none", "py312-none cp312-none cp312-cp312"),
        (">=3.8,<=3.12", "cp313-cp313t cp313-none", "py312-none cp312-none cp312-cp312"),
        (">3.11.2", "cp310-cp310", "cp311-cp311"),
        (">=3.11.4", "cp310-cp310", "cp311-cp311"),
        (">=3.8,!=3.10.*", "cp37-cp37m", "cp310-cp310"),
    ],
)
def test_python_and_abi_tags(requires_python: str, dropped: str, kept: str) -> None:
    for tags in dropped.split():
        assert not is_kept(f"{tags}-any", requires_python), tags
    for tags in kept.split():
        assert is_kept(f"{tags}-any", requires_python), tags


@pytest.mark.parametrize(
    ("marker", "dropped", "kept"),
    [
        ("sys_platform == 'win32'", [*LINUX, *MACOS, *ANDROID], [*WINDOWS, *OTHERS]),
        ("os_name == 'nt'", [*LINUX, *MACOS], [*WINDOWS, *ANDROID, *OTHERS]),
        (
            "platform_machine == 'arm64'",
            [
                "manylinux_2_17_x86_64",
                "manylinux1_i686",
                "musllinux_1_2_ppc64le",
                "linux_armv7l",
                "linux_s390x",
                "win32",
                "win_amd64",
                "macosx_10_9_x86_64",
            ],
            [
                "macosx_10_9_universal2",
                "macosx_11_0_arm64",
                "manylinux2014_aarch64",
                "win_arm64",
                "android_21_arm64_v8a",
                *OTHERS,
            ],
        ),
        (
            "sys_platform == 'linux' and platform_machine == 'x86_64'",
            ["ios_13_0_arm64_iphoneos", "manylinux2014_aarch64", *WINDOWS, *MACOS],
            ["manylinux_2_17_x86_64", "musllinux_1_1_x86_64", "any"],
        ),
        ("platform_system == 'FreeBSD'", [*LINUX, *MACOS, *WINDOWS, *ANDROID], OTHERS),
        ("sys_platform == 'linux'", ["macosx_10_9_x86_64.macosx_11_0_arm64"], ["linux_x86_64.win32"]),
    ],
)
def test_platform_tags(marker: str, dropped: list[str], kept: list[str]) -> None:
    for tag in dropped:
        assert not is_kept(f"py3-none-{tag}", marker=marker), tag
    for tag in kept:
        assert is_kept(f"py3-none-{tag}", marker=marker), tag


@pytest.mark.parametrize(
    ("tags", "marker"),
    [
        ("py3-none-any", "python_version == '3.*'"),
        ("py2.py3-none-any", "python_version == '2.*' or python_version == '3.*'"),
        ("py310-none-any", "python_version == '3.10.*'"),
        (
            "cp312-cp312-win_amd64",
            (
                "sys_platform == 'win32' and platform_machine == 'AMD64' and python_version == '3.12' "
                "and platform_python_implementation == 'CPython'"
            ),
        ),
        (
            "cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
            (
                "sys_platform == 'linux' and platform_machine == 'x86_64' and python_version >= '3.9' "
                "and platform_python_implementation == 'CPython'"
            ),
        ),
        (
            "pp310-pypy310_pp73-macosx_10_9_universal2",
            (
                "sys_platform == 'darwin' and (platform_machine == 'x86_64' or platform_machine == 'arm64') "
                "and python_version == '3.10' and platform_python_implementation == 'PyPy'"
            ),
        ),
        (
            "py3-none-linux_armv8l",
            "sys_platform == 'linux' and platform_machine == 'armv7l' and python_version == '3.*'",
        ),
        ("py3-none-unknown_platform", "python_version < '0'"),
    ],
)
def test_implied_markers(tags: str, marker: str) -> None:
    assert implied_markers(parse_wheel_filename(f"a-1.0-{tags}.whl")) is parse_marker(marker)
