"""Files that several wheels bring (``detect-module-conflicts``)."""

from __future__ import annotations

import pytest

from ultraviolet.distributions.dist import CachedWheel, RegistryDist
from ultraviolet.distributions.indexes import PYPI
from ultraviolet.distributions.manifest import WheelFile, WheelManifest
from ultraviolet.install.overlaps import overlapping_files
from ultraviolet.standards.names import PackageName
from ultraviolet.standards.versions import parse_version


def wheel(name: str, **files: int) -> CachedWheel:
    """A wheel with files of sizes, ``/`` written as two underscores."""
    version = parse_version("1")
    listed = tuple(WheelFile(path.replace("__", "/") + ".py", size) for path, size in sorted(files.items()))
    return CachedWheel(
        dist=RegistryDist(name=PackageName(name), version=version, index=PYPI),
        name=PackageName(name),
        version=version,
        filename=f"{name}-1-py3-none-any.whl",
        path="/nowhere",
        manifest=WheelManifest(f"{name}-1.dist-info", (), listed),
    )


@pytest.mark.parametrize(
    ("wheels", "expected"),
    [
        ([wheel("a", x__init=0), wheel("b", y__init=5)], []),
        ([wheel("a", x__init=0, x__a=1), wheel("b", x__init=0, x__b=2)], []),
        ([wheel("a", x__init=1), wheel("b", x__init=2)], ["x/init.py: a b"]),
        ([wheel("a", top=1), wheel("b", top=2), wheel("c", top=2)], ["top.py: a b c"]),
        (
            [wheel("a", x__deep__m=1, x__z=1, y__m=1), wheel("b", x__deep__m=2, x__z=2, y__m=2)],
            ["x/z.py: a b", "y/m.py: a b"],
        ),
    ],
)
def test_overlaps(wheels: list[CachedWheel], expected: list[str]) -> None:
    found = []
    for message in overlapping_files(wheels):
        first, *others = message.split("\n* ")
        names = " ".join(other.partition(" (")[0] for other in others)
        found.append(f"{first.split('`')[1]}: {names}")

    assert found == expected
