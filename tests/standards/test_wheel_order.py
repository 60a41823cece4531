"""The order of wheels in flat listings, as uv 0.12.5 wrote it into a lockfile."""

from __future__ import annotations

import random

from ultraviolet.standards.filenames import parse_wheel_filename
from ultraviolet.standards.wheel_order import wheel_order

SORTED = [
    "py3-none-any",
    "py37-none-any",
    "cp39-abi3-macosx_10_9_x86_64",
    "cp39-cp39-win32",
    "cp311-none-manylinux_2_17_x86_64",
    "cp311-none-manylinux_2_28_aarch64",
    "cp311-none-manylinux1_i686",
    "cp311-none-manylinux2014_x86_64",
    "cp311-none-linux_x86_64",
    "cp311-none-musllinux_1_2_x86_64",
    "cp311-abi3-win32",
    "cp311-abi3-win_amd64",
    "cp311-cp37m-any",
    "cp311-cp311-macosx_10_9_x86_64",
    "cp311-cp311-macosx_11_0_arm64",
    "cp313-cp313-win_arm64",
    "cp313-cp313t-win_arm64",
    "pp310-pypy310_pp73-win_amd64",
    "graalpy311-none-any",
    "cp3-none-any",
    "py2.py3-none-any",
    "py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "1-py3-none-any",
    "2b-py2.py3-none-any",
]


def test_wheels_are_in_the_order_of_uv() -> None:
    shuffled = SORTED.copy()
    random.Random(1).shuffle(shuffled)

    def key(tags: str) -> tuple[object, ...]:
        return wheel_order(parse_wheel_filename(f"pkg-1.0-{tags}.whl"))

    assert sorted(shuffled, key=key) == SORTED
