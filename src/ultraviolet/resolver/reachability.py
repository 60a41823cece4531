"""Under which conditions a package is needed, while the search goes on."""

from __future__ import annotations

from ultraviolet.pubgrub import Search
from ultraviolet.resolver.packages import VirtualPackage
from ultraviolet.standards.markers import FALSE, TRUE, Marker


def reachable(search: Search, package: VirtualPackage) -> Marker:
    """Return the conditions under which a package is known to be needed: the least fixpoint from the root."""
    if package.kind == "root":
        return TRUE
    packages, incompatibilities = search.knowledge.packages, search.knowledge.incompatibilities
    parents: dict[int, set[int]] = {}
    ancestors = {package.number}
    stack = [package.number]
    while stack:
        current = stack.pop()
        for number in search.relevant[current]:
            found = incompatibilities[number]
            if found.kind == "dependency" and found.dependency == current:
                parents.setdefault(current, set()).add(found.package)
                if found.package not in ancestors:
                    ancestors.add(found.package)
                    stack.append(found.package)
    if search.root not in ancestors:
        return FALSE
    children: dict[int, list[int]] = {}
    for child, found_parents in parents.items():
        for parent in found_parents:
            children.setdefault(parent, []).append(child)
    reached: dict[int, Marker] = {search.root: TRUE}
    queue = [search.root]
    while queue:
        current = queue.pop()
        for child in children.get(current, ()):
            old = reached.get(child, FALSE)
            new = old | (packages[child].marker & reached[current])
            if new is not old:
                reached[child] = new
                queue.append(child)
    return reached.get(package.number, FALSE)
