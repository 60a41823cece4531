"""Compatibility tags: order, lookup, reasons, platforms and targets."""

from __future__ import annotations

import json

import packaging.tags as reference
import pytest

from ultraviolet.standards.errors import InvalidPlatform
from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.platforms import (
    TARGET_NAMES,
    OperatingSystem,
    Platform,
    canonical_arch,
    platform_tags,
    target_platform,
)
from ultraviolet.standards.tag_grammar import abi_tag, platform_tag, pretty_platform, python_tag
from ultraviolet.standards.tag_order import abi_order, platform_order, python_order
from ultraviolet.standards.tags import Tags

LINUX = Platform("manylinux", "x86_64", (2, 28))


def cpython(minor: int = 12, platform: Platform = LINUX, *, gil_disabled: bool = False, debug: bool = False) -> Tags:
    return Tags.for_platform(
        platform,
        implementation="cpython",
        implementation_version=(3, minor),
        python_version=(3, minor),
        gil_disabled=gil_disabled,
        debug=debug,
    )


def other(implementation: str, release: tuple[int, int], version: tuple[int, int]) -> Tags:
    return Tags.for_platform(
        LINUX, implementation=implementation, implementation_version=release, python_version=version
    )


def wheel(tags: str) -> str:
    return f"foo-1.0-{tags}.whl"


@pytest.mark.parametrize("minor", [8, 9, 10, 12, 14])
def test_cpython_agrees_with_packaging(minor: int) -> None:
    platforms = platform_tags(LINUX)
    expected = [
        *reference.cpython_tags((3, minor), abis=[f"cp3{minor}"], platforms=platforms),
        *reference.compatible_tags((3, minor), f"cp3{minor}", platforms),
    ]
    assert [(tag.interpreter, tag.abi, tag.platform) for tag in expected] == list(cpython(minor))


@pytest.mark.parametrize(
    ("platform", "version", "arch"),
    [
        (Platform("macos", "aarch64", (14, 2)), (14, 2), "arm64"),
        (Platform("macos", "x86_64", (12, 6)), (12, 6), "x86_64"),
        (Platform("macos", "x86_64", (10, 15)), (10, 15), "x86_64"),
    ],
)
def test_macos_agrees_with_packaging(platform: Platform, version: tuple[int, int], arch: str) -> None:
    # packaging spells one of the oldest formats `fat3`, everyone else `fat32`.
    expected = [
        tag.replace("_fat3", "_fat32").replace("_fat322", "_fat32") for tag in reference.mac_platforms(version, arch)
    ]
    assert platform_tags(platform) == expected


def test_ios_and_android_agree_with_packaging() -> None:
    assert platform_tags(Platform("ios", "aarch64", (13, 1))) == list(
        reference.ios_platforms((13, 1), "arm64_iphoneos")
    )
    assert platform_tags(Platform("ios", "x86_64", (12, 4), "simulator")) == list(
        reference.ios_platforms((12, 4), "x86_64_iphonesimulator")
    )
    assert platform_tags(Platform("ios", "aarch64", (11, 0))) == []
    assert platform_tags(Platform("android", "aarch64", (24, 0))) == list(reference.android_platforms(24, "arm64_v8a"))


@pytest.mark.parametrize(
    ("platform", "first", "last", "count"),
    [
        (Platform("manylinux", "x86_64", (2, 20)), "manylinux_2_20_x86_64", "linux_x86_64", 20),
        (Platform("manylinux", "aarch64", (2, 17)), "manylinux_2_17_aarch64", "linux_aarch64", 3),
        (Platform("manylinux", "riscv64", (2, 39)), "manylinux_2_39_riscv64", "linux_riscv64", 10),
        (Platform("manylinux", "armv5tel", (2, 39)), "linux_armv5tel", "linux_armv5tel", 1),
        (Platform("musllinux", "x86_64", (1, 2)), "musllinux_1_2_x86_64", "linux_x86_64", 4),
        (Platform("windows", "aarch64"), "win_arm64", "win_arm64", 1),
        (Platform("pyodide", "wasm32", (2024, 0)), "pyemscripten_2024_0_wasm32", "pyodide_2024_0_wasm32", 2),
        (Platform("freebsd", "x86_64", detail="13.2-RELEASE"), *["freebsd_13_2_release_amd64"] * 2, 1),
        (Platform("openbsd", "i686", detail="7.4"), *["openbsd_7_4_i386"] * 2, 1),
        (Platform("dragonfly", "x86_64", detail="6.4-X"), *["dragonfly_6_4_X_x86_64"] * 2, 1),
        (Platform("illumos", "x86_64", detail="5_11"), *["solaris_2_11_x86_64_64bit_64bit"] * 2, 1),
        (Platform("illumos", "x86_64", detail="4_11"), *["illumos_4_11_x86_64"] * 2, 1),
    ],
)
def test_platform_tags(platform: Platform, first: str, last: str, count: int) -> None:
    tags = platform_tags(platform)
    assert (tags[0], tags[-1], len(tags)) == (first, last, count)


def test_old_names_of_manylinux_follow_their_version() -> None:
    tags = platform_tags(Platform("manylinux", "x86_64", (2, 17)))
    assert tags[:2] == ["manylinux_2_17_x86_64", "manylinux2014_x86_64"]
    assert tags[-3:] == ["manylinux_2_5_x86_64", "manylinux1_x86_64", "linux_x86_64"]
    assert tags.index("manylinux2010_x86_64") == tags.index("manylinux_2_12_x86_64") + 1


def test_manylinux_can_be_switched_off() -> None:
    tags = Tags.from_facts(
        implementation="cpython",
        implementation_version=(3, 12),
        python_version=(3, 12),
        os="manylinux",
        os_version=(2, 28),
        arch="amd64",
        manylinux_compatible=False,
    )
    assert {platform for _, _, platform in tags} == {"linux_x86_64", "any"}


def test_the_order_is_that_of_priorities() -> None:
    tags = cpython(12)
    priorities = [tags.rank((python,), (abi,), (platform,)) for python, abi, platform in tags]
    assert priorities == list(range(len(tags), 0, -1))
    assert tags.best == ("cp312", "cp312", "manylinux_2_28_x86_64")
    assert str(tags).splitlines()[-1] == "py30-none-any"


def test_implementations_other_than_cpython() -> None:
    pypy = list(other("pypy", (7, 3), (3, 10)))
    assert pypy[0] == ("pp310", "pypy310_pp73", "manylinux_2_28_x86_64")
    assert ("pp310", "none", "any") not in pypy
    assert pypy[-1] == ("py30", "none", "any")
    assert next(iter(other("graalpy", (24, 0), (3, 10))))[:2] == ("graalpy310", "graalpy240_310_native")
    assert next(iter(other("pyston", (2, 3), (3, 8))))[:2] == ("pyston38", "pyston_23_x86_64_linux_gnu")


def test_variants_of_cpython() -> None:
    free = cpython(14, gil_disabled=True)
    assert free.best == ("cp314", "cp314t", "manylinux_2_28_x86_64")
    assert free.supports("cp313", "abi3t")
    assert not free.supports("cp313", "abi3")
    debug = cpython(12, debug=True)
    assert list(dict.fromkeys(tag[:2] for tag in debug))[:3] == [
        ("cp312", "cp312d"),
        ("cp312", "cp312"),
        ("cp312", "abi3"),
    ]
    assert cpython(7).best == ("cp37", "cp37m", "manylinux_2_28_x86_64")


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ("cp312-cp312-manylinux_2_17_x86_64", None),
        ("cp39.cp310-abi3-manylinux2014_x86_64", None),
        ("py2.py3-none-any", None),
        ("jy27-none-any", "invalid"),
        ("cp313-cp313-manylinux_2_17_x86_64", "python"),
        ("cp312-cp313-manylinux_2_17_x86_64", "abi"),
        ("cp312-cp312-win_amd64", "platform"),
        ("cp312-cp312-manylinux_2_99_x86_64", "platform"),
        ("cp312-cp312-any", "platform"),
        ("cp313.cp312-cp312-win_amd64", "platform"),
        ("cp313-abi3-manylinux_2_17_x86_64", "python"),
    ],
)
def test_reasons(tags: str, reason: str | None) -> None:
    parsed = parse_wheel_filename(wheel(tags))
    assert cpython(12).incompatibility(parsed) == reason
    assert cpython(12).is_compatible(parsed) == (reason is None)
    assert (cpython(12).compatibility(parsed) is None) == (reason is not None)


def test_free_threaded_python_refuses_other_interfaces() -> None:
    free = cpython(13, gil_disabled=True)
    assert free.incompatibility(parse_wheel_filename(wheel("cp313-abi3-win_amd64"))) == "freethreaded-abi"
    assert free.incompatibility(parse_wheel_filename(wheel("cp313-cp313-win_amd64"))) == "freethreaded-abi"
    assert free.incompatibility(parse_wheel_filename(wheel("cp313-cp313t-win_amd64"))) == "platform"
    assert free.is_compatible(parse_wheel_filename(wheel("py3-none-any")))


def test_the_best_combination_counts() -> None:
    tags = cpython(12)
    wide = parse_wheel_filename(wheel("cp311.cp312-abi3.cp312-manylinux_2_17_x86_64.manylinux_2_28_x86_64"))
    assert tags.compatibility(wide) == len(tags)


@pytest.mark.parametrize(
    ("implementation", "options", "message"),
    [
        ("jython", {}, "Unsupported implementation: `jython`"),
        ("brython", {}, "Unknown implementation: `brython`"),
        ("pypy", {"gil_disabled": True}, "Only CPython can be freethreading, not: pypy"),
        ("pypy", {"debug": True}, "Only CPython can be debug-enabled, not: pypy"),
    ],
)
def test_impossible_interpreters(implementation: str, options: dict[str, bool], message: str) -> None:
    with pytest.raises(InvalidPlatform) as caught:
        Tags.for_platform(
            LINUX, implementation=implementation, implementation_version=(1, 0), python_version=(3, 9), **options
        )
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("os", "arch", "message"),
    [
        ("windows", "s390x", "Unsupported operating system and architecture combination: windows s390x"),
        ("ios", "x86_64", "Invalid iOS device architecture: x86_64"),
        ("android", "riscv64", "Invalid Android architecture: riscv64"),
        ("haiku", "x 64", "release and architecture must contain only ASCII letters, digits, and underscores"),
    ],
)
def test_impossible_platforms(os: OperatingSystem, arch: str, message: str) -> None:
    with pytest.raises(InvalidPlatform, match=message):
        platform_tags(Platform(os, arch, (13, 0)))


def test_every_target_has_tags() -> None:
    for name in TARGET_NAMES:
        target = target_platform(name, {})
        assert target is not None
        assert target.name == name
        assert platform_tags(target.platform)
    assert len(TARGET_NAMES) == 46
    assert target_platform("plan9", {}) is None


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("manylinux_2_28_x86_64", "x86_64-manylinux_2_28"),
        ("manylinux2014_aarch64", "aarch64-manylinux2014"),
        ("x8664-manylinux240", "x86_64-manylinux_2_40"),
        ("arm64-pc-windows-msvc", "aarch64-pc-windows-msvc"),
        ("x8664-apple-darwin", "x86_64-apple-darwin"),
    ],
)
def test_aliases_of_targets(alias: str, name: str) -> None:
    target = target_platform(alias, {})
    assert target is not None
    assert target.name == name


def test_targets_bring_their_markers() -> None:
    mac = target_platform("macos", {"MACOSX_DEPLOYMENT_TARGET": "14.2"})
    assert mac is not None
    assert mac.platform == Platform("macos", "aarch64", (14, 2))
    assert mac.markers == {
        "os_name": "posix",
        "platform_machine": "arm64",
        "platform_release": "",
        "platform_system": "Darwin",
        "platform_version": "",
        "sys_platform": "darwin",
    }
    windows = target_platform("aarch64-pc-windows-msvc", {})
    assert windows is not None
    assert (windows.platform_machine, windows.os_name, windows.manylinux_compatible) == ("ARM64", "nt", False)
    pyodide = target_platform("wasm32-pyodide2025", {})
    assert pyodide is not None
    assert (pyodide.platform_release, pyodide.platform_version, pyodide.sys_platform) == ("4.0.9", "#1", "emscripten")
    android = target_platform("x86_64-linux-android", {"ANDROID_API_LEVEL": "30"})
    assert android is not None
    assert android.platform.version == (30, 0)
    junk = target_platform("macos", {"MACOSX_DEPLOYMENT_TARGET": "x.1"})
    assert junk is not None
    assert junk.platform.version == (13, 0)


def test_names_of_architectures() -> None:
    assert [canonical_arch(name) for name in ("AMD64", "arm64", "i386", "armv8l", "s390x")] == [
        "x86_64",
        "aarch64",
        "i686",
        "armv7l",
        "s390x",
    ]


@pytest.mark.parametrize("text", ["py", "pyX", "py3X", "cp", "cp3111", "pp", "pp3", "graalpy", "ip27", "cp3256", ""])
def test_unknown_python_tags(text: str) -> None:
    assert python_tag(text) is None


@pytest.mark.parametrize("text", ["cp", "cp3", "cp39x", "cp39mm", "pypy39", "pypy39_73", "abi4", "graalpy240_310", ""])
def test_unknown_abi_tags(text: str) -> None:
    assert abi_tag(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "manylinux_2_17",
        "manylinux_x_17_x86_64",
        "manylinux_2_17_mips",
        "linux_",
        "macosx_11_0_alpha",
        "android_x_x86",
        "solaris_11",
        "freebsd_",
        "ios_13_0_x86",
        "plan9",
        "",
    ],
)
def test_unknown_platform_tags(text: str) -> None:
    assert platform_tag(text) is None


def test_words_for_messages() -> None:
    pythons = {
        text: tag.pretty for text in ("py3", "py39", "cp3", "cp312", "pp310", "none") if (tag := python_tag(text))
    }
    assert pythons == {
        "py3": "Python 3",
        "py39": "Python 3.9",
        "cp3": "CPython 3",
        "cp312": "CPython 3.12",
        "pp310": "PyPy 3.10",
        "none": None,
    }
    texts = ("none", "abi3", "abi3t", "cp313t", "cp312d", "pypy310_pp73", "pypy_73", "graalpy240_310_native")
    abis = [known.pretty for text in texts if (known := abi_tag(text))]
    assert abis == [
        None,
        None,
        "stable ABI for free-threaded CPython",
        "free-threaded CPython 3.13",
        "CPython 3.12",
        "PyPy 7.3",
        "PyPy 7.3",
        "GraalPy 2.40",
    ]
    assert pretty_platform("any") is None
    assert pretty_platform("win_amd64") == pretty_platform("win32") == "Windows"
    assert pretty_platform("manylinux2014_x86_64") == "Linux"
    assert Platform("macos", "aarch64", (13, 0)).pretty == "macOS aarch64"


def test_platforms_are_plain_data() -> None:
    import msgspec

    platform = Platform("musllinux", "x86_64", (1, 2))
    encoded = msgspec.json.encode(platform)
    assert json.loads(encoded)["os"] == "musllinux"
    assert msgspec.json.decode(encoded, type=Platform) == platform


def test_the_order_in_which_messages_list_tags() -> None:
    assert sorted(["cp311", "abi3", "cp37m", "cp38", "cp310", "cp313t", "pypy39_pp73"], key=abi_order) == [
        *("abi3", "cp37m", "cp38", "cp310", "cp311", "cp313t", "pypy39_pp73"),
    ]
    assert sorted(["cp3", "pp39", "cp310", "py3", "py2", "cp39", "unknown"], key=python_order) == [
        *("py2", "py3", "cp39", "cp310", "pp39", "cp3", "unknown"),
    ]
    platforms = ["manylinux_2_5_x86_64", "manylinux_2_17_x86_64", "manylinux_2_5_i686", "manylinux2014_aarch64"]
    platforms += ["win_amd64", "win32", "macosx_11_0_arm64", "macosx_10_9_x86_64", "musllinux_1_2_x86_64", "any"]
    assert sorted(platforms, key=platform_order) == [
        *("any", "manylinux_2_5_i686", "manylinux_2_5_x86_64", "manylinux_2_17_x86_64", "manylinux2014_aarch64"),
        *("musllinux_1_2_x86_64", "macosx_10_9_x86_64", "macosx_11_0_arm64", "win32", "win_amd64"),
    ]


def test_any_platform_tags_can_be_compared() -> None:
    platforms = [
        "freebsd_13_amd64",
        "freebsd_13_0_release_amd64",
        "freebsd_13",
        "linux_x86_64",
        "linux_2_x",
        "odd",
        "any",
    ]
    platforms += ["android_21_x86", "ios_13_0_arm64_iphoneos", "manylinux2014_x86_64", "manylinux_x", "freebsd_13_0_1"]

    ordered = sorted(platforms, key=platform_order)

    assert (ordered[0], ordered[-1]) == ("any", "odd")
