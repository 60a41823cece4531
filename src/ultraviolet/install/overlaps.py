"""Notice files that several wheels bring in different forms (the preview feature ``detect-module-conflicts``).

Sizes are compared, not contents: what differs is almost never of equal length, and an ``__init__.py`` of a namespace shared by
several packages is the same in all of them. One warning for each top-level entry is enough to name the packages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ultraviolet.distributions.dist import CachedWheel


def overlapping_files(wheels: Sequence[CachedWheel]) -> Iterator[str]:
    """Yield a warning for each top-level directory or file in which wheels are in conflict."""
    tops: dict[str, set[str]] = {}
    for wheel in wheels:
        for file in wheel.manifest.files:
            tops.setdefault(file.path.partition("/")[0], set()).add(wheel.filename)
    shared = {top for top, names in tops.items() if len(names) > 1}
    if not shared:
        return
    sizes: dict[str, dict[str, dict[str, int]]] = {}
    for wheel in wheels:
        for file in wheel.manifest.files:
            top = file.path.partition("/")[0]
            if top in shared:
                sizes.setdefault(top, {}).setdefault(file.path, {})[wheel.filename] = file.size
    names = {wheel.filename: wheel.name for wheel in wheels}
    for top in sorted(sizes):
        files = sizes[top]
        # The files of a directory come before those of the directories in it.
        for path in sorted(files, key=_breadth_first):
            if len(set(files[path].values())) > 1:
                listed = "".join(f"\n* {names[one]} ({one})" for one in sorted(files[path]))
                yield (
                    f"The file `{path}` is provided by more than one package, which causes an install race condition and "
                    f"can result in a broken module. Packages containing the file:{listed}"
                )
                break


def _breadth_first(path: str) -> tuple[tuple[bool, str], ...]:
    parts = path.split("/")
    return (*((True, part) for part in parts[:-1]), (False, parts[-1]))
