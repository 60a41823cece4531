"""Check that rooms import only what the architecture allows, and that no module takes part in an import cycle.

Every import statement counts: at module level, inside functions, and under ``TYPE_CHECKING``. Run from the repository root:

    python tools/check_boundaries.py            # exit status 1 and one line for each offence
    python tools/check_boundaries.py --figures  # also lines per room, the largest files and functions
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "ultraviolet"
SOURCE = Path("src") / PACKAGE

WORDS = {"standards", "distributions"}
ALLOWED: dict[str, set[str]] = {
    "standards": set(),
    "distributions": {"standards"},
    "pubgrub": set(),
    "fs": set(),
    "cache": {"fs"} | WORDS,
    "http": {"cache", "fs"} | WORDS,
    "index": {"http", "cache", "fs"} | WORDS,
    "advisories": {"http"} | WORDS,
    "git": {"http", "cache", "fs"} | WORDS,
    "python": {"http", "cache", "fs"} | WORDS,
    "environment": {"python", "fs"} | WORDS,
    "workspace": {"fs"} | WORDS,
    "requirements": {"workspace", "fs"} | WORDS,
    "resolver": {"pubgrub"} | WORDS,
    "lock": {"fs"} | WORDS,
    "backend": {"standards", "fs"},
    "build": {"environment", "python", "fs"} | WORDS,
    "prepare": {"index", "git", "http", "cache", "build", "backend", "fs"} | WORDS,
    "install": {"environment", "cache", "fs"} | WORDS,
    "tools": {"environment", "fs", "standards"},
    "publish": {"http", "fs"} | WORDS,
    "settings": {"workspace", "python", "http", "cache", "index", "resolver", "build", "prepare", "install"} | WORDS,
    "console": set(),
}
ALLOWED["operations"] = set(ALLOWED) - {"console"}
ALLOWED["cli"] = {"operations", "settings", "console", "stamp", "remember", "fastpath"} | WORDS
ALLOWED["startup"] = set()
ALLOWED["patterns"] = set()  # finds startup where it is, if it is there
ALLOWED["recall"] = {"environment", "fs", "install"}
ALLOWED["shell_answer"] = set()
ALLOWED["fastpath"] = {"recall", "shell_answer", "cli", "startup"}  # hands over to it when there is something to do
ALLOWED["stamp"] = {"fastpath", "fs"}
ALLOWED["remember"] = {"stamp", "fastpath", "fs"}
ALLOWED["operations"] |= {"stamp", "fastpath", "startup"}
EVERYONE = {"errors", "_version", "patterns"}
"""Leaves that every room may import."""
SHELL_ROOTS = {"__main__", "__init__"}
FREE_OF_THIRD_PARTIES = {"pubgrub", "fastpath", "shell_answer"}
"""Rooms that stay on the standard library."""


def modules() -> dict[str, Path]:
    """Return {dotted module name: file}."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        if parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = path
    return found


def imports(name: str, path: Path, known: dict[str, Path]) -> Iterator[tuple[int, str]]:
    """Yield (line, module) for everything that a file imports, lazily or not."""
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                yield node.lineno, full if full in known else base


def room(module: str) -> str:
    """Return the room of a module of the package, '' for the package itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def offences(graph: dict[str, set[tuple[int, str]]], known: dict[str, Path]) -> Iterator[str]:
    """Yield one line for each import that the table forbids."""
    for name, targets in graph.items():
        here = room(name)
        if here in SHELL_ROOTS or here == "":
            continue
        if here not in ALLOWED and here not in EVERYONE:
            yield f"{known[name]}: the room `{here}` is not in the table of tools/check_boundaries.py"
            continue
        for line, target in sorted(targets):
            if target.split(".")[0] != PACKAGE:
                top = target.split(".")[0]
                if here in FREE_OF_THIRD_PARTIES and top not in sys.stdlib_module_names:
                    yield f"{known[name]}:{line}: `{here}` stays on the standard library, but imports `{target}`"
                continue
            there = room(target)
            if there != here and there not in EVERYONE and there not in ALLOWED.get(here, set()):
                yield f"{known[name]}:{line}: `{here}` must not import `{there}` (`{target}`)"


def cycles(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components with more than one module (Tarjan, iterative)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in list(graph):
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(sorted(graph[successor]))))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    component = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        component.append(member)
                        if member == node:
                            break
                    if len(component) > 1:
                        found.append(sorted(component))
    return found


def figures(known: dict[str, Path]) -> None:
    """Print lines per room, the ten largest files and the ten longest functions."""
    rooms: dict[str, int] = {}
    files: list[tuple[int, str]] = []
    functions: list[tuple[int, str]] = []
    for name, path in known.items():
        text = path.read_text(encoding="utf-8")
        count = text.count("\n")
        rooms[room(name) or "(package)"] = rooms.get(room(name) or "(package)", 0) + count
        files.append((count, str(path)))
        functions += [
            ((node.end_lineno or 0) - node.lineno + 1, f"{path}:{node.lineno} {node.name}")
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef)
        ]
    print("lines per room")
    for where, count in sorted(rooms.items(), key=lambda item: -item[1]):
        print(f"  {count:6} {where}")
    for title, rows in (("largest files", files), ("longest functions", functions)):
        print(title)
        for count, what in sorted(rows, reverse=True)[:10]:
            print(f"  {count:6} {what}")


def main() -> int:
    """Run the checks and return the exit status."""
    known = modules()
    graph = {name: set(imports(name, path, known)) for name, path in known.items()}
    problems = list(offences(graph, known))
    inner = {
        name: {target for _, target in targets if target in known and target != name} for name, targets in graph.items()
    }
    problems += ["import cycle: " + " <-> ".join(component) for component in cycles(inner)]
    for problem in problems:
        print(problem)
    if "--figures" in sys.argv[1:]:
        figures(known)
    print(f"{len(known)} modules, {len(problems)} offences")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
