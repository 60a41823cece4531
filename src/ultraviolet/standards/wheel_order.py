"""The order that uv gives the wheels of a flat listing: by what their tags mean, not by the text of the file name.

Lockfiles keep the order of listings, so it can be seen. Names and versions are compared elsewhere.
"""

from __future__ import annotations

from ultraviolet.standards.filenames import WheelFilename
from ultraviolet.standards.tag_order import Order, abi_order, platform_order, python_order


def wheel_order(wheel: WheelFilename) -> Order:
    """Return the sort key of a wheel among those of its version; plain names come before compressed and rebuilt ones.

    >>> from ultraviolet.standards.filenames import parse_wheel_filename as parse
    >>> names = ["x-1-cp311-cp311-win32.whl", "x-1-py3-none-any.whl", "x-1-cp39-cp39-win32.whl", "x-1-py2.py3-none-any.whl"]
    >>> for name in sorted(names, key=lambda name: wheel_order(parse(name))): print(name)
    x-1-py3-none-any.whl
    x-1-cp39-cp39-win32.whl
    x-1-cp311-cp311-win32.whl
    x-1-py2.py3-none-any.whl
    """
    tags = (
        tuple(map(python_order, wheel.python_tags)),
        tuple(map(abi_order, wheel.abi_tags)),
        tuple(map(platform_order, wheel.platform_tags)),
    )
    is_large = wheel.build is not None or any(len(part) != 1 for part in tags)
    if not is_large:
        return (0, *tags)
    return (1, wheel.build is not None, wheel.build or (), *tags, wheel.tags)
