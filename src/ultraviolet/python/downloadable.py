"""Which Pythons can be had as downloads: enough to say, where one is missing, whether a download would help.

The versions of CPython that python-build-standalone has built, and the Pythons of the PyPy and GraalPy releases.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ultraviolet.python.request import PythonRequest

_CPYTHON: dict[int, tuple[tuple[int, int], ...]] = {
    15: (),
    14: ((0, 7),),
    13: ((0, 15),),
    12: ((0, 14),),
    11: ((1, 1), (3, 16)),
    10: ((0, 0), (2, 9), (11, 21)),
    9: ((0, 7), (10, 25)),
    8: ((2, 3), (5, 20)),
}
"""By minor version of Python 3: first and last patch number of each run without gaps."""

_CPYTHON_PRERELEASES = (
    *(f"3.15.0{pre}" for pre in ("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "b1", "b2", "b3", "b4", "rc1")),
    "3.14.5rc1",
    *(f"3.14.0{pre}" for pre in ("a3", "a4", "a5", "a6", "a7", "b1", "b2", "b3", "b4", "rc1", "rc2", "rc3")),
    "3.13.0rc2",
    "3.13.0rc3",
)
_OTHERS: dict[str, tuple[str, ...]] = {
    "pypy": ("3.11.15", "3.10.16", "3.9.19", "3.8.16"),
    "graalpy": ("3.12.0", "3.11.0", "3.10.0", "3.8.5"),
    "pyodide": ("3.14.2", "3.13.2", "3.12.7", "3.12.1", "3.11.3"),
}


def is_downloadable(request: PythonRequest) -> bool | None:
    """Whether some download satisfies a request; None for a request that names no download (a path, a program)."""
    if request.kind in ("directory", "file", "executable"):
        return None
    implementation = request.implementation if request.key is None else request.key.implementation
    version = request.version_request
    if implementation not in (None, "cpython"):
        texts: tuple[str, ...] = _OTHERS.get(implementation or "", ())
        return any(version is None or version.matches(text) for text in texts)
    if version is None or version.kind in ("any", "default"):
        return True
    threads = version.is_freethreaded
    for text in _cpython_versions():
        if threads and text.startswith(("3.8.", "3.9.", "3.10.", "3.11.", "3.12.")):
            continue
        if version.matches(text, gil_disabled=threads, debug=version.is_debug):
            return True
    return False


def _cpython_versions() -> Iterator[str]:
    for minor, runs in _CPYTHON.items():
        for first, last in runs:
            for patch in range(last, first - 1, -1):
                yield f"3.{minor}.{patch}"
    yield from _CPYTHON_PRERELEASES
