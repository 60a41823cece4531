"""``[project]`` as core metadata and entry points.

Specifications: https://packaging.python.org/en/latest/specifications/core-metadata/ and
https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from ultraviolet.backend.errors import BackendError, invalid
from ultraviolet.backend.files import refuse_environment, walk
from ultraviolet.backend.globs import GlobSet, InvalidGlob
from ultraviolet.backend.modules import identifier_problem
from ultraviolet.backend.project import BackendProject, read_text
from ultraviolet.standards.markers import parse_marker

_CONTENT_TYPES = {"txt": "text/plain", "rst": "text/x-rst", "md": "text/markdown"}


def core_metadata(project: BackendProject, *, cwd: str = "", warn: Callable[[str], None] | None = None) -> str:
    """Return METADATA: version 2.3, 2.4 with the licence fields of PEP 639, 2.5 with the import names of PEP 794.

    :param warn: told of licence classifiers, which PEP 639 deprecates.
    :raises BackendError: the metadata break a rule, or a file they name cannot be read.
    """
    table = project.table
    summary = table.get("description")
    if summary is not None and "\n" in summary:
        raise invalid("`project.description` must be a single line")
    description, content_type = _readme(project)
    if table.get("dynamic"):
        raise invalid("Dynamic metadata is not supported")
    names, namespaces = _import_names(table)
    licence_text, expression, files = _licence(project, cwd)
    for classifier in table.get("classifiers", ()):
        if warn is not None and classifier.startswith("License :: "):
            warn(
                f"Found license classifier `{classifier}`. License classifiers are ambiguous and deprecated per PEP 639; "
                "projects should use `project.license` and `project.license-files` instead."
            )
    version = "2.3"
    if names is not None or namespaces is not None:
        version = "2.5"
    elif expression is not None or "license-files" in table:
        version = "2.4"
    keywords = table.get("keywords")
    rows: list[tuple[str, str | None]] = [
        ("Metadata-Version", version),
        ("Name", project.given_name),
        ("Version", project.version),
        ("Summary", summary),
        ("Keywords", None if keywords is None else ",".join(keywords)),
        ("Author", _names(table.get("authors", ()))),
        ("Author-email", _addresses(table.get("authors", ()))),
        ("License", licence_text),
        ("License-Expression", expression),
        *(("License-File", file) for file in files),
        *(("Classifier", classifier) for classifier in table.get("classifiers", ())),
        *(("Requires-Dist", requirement) for requirement in _requires_dist(project)),
        ("Maintainer", _names(table.get("maintainers", ()))),
        ("Maintainer-email", _addresses(table.get("maintainers", ()))),
        ("Requires-Python", None if project.requires_python is None else project.requires_python.text(", ")),
        *(("Project-URL", f"{label}, {url}") for label, url in table.get("urls", {}).items()),
        *(("Provides-Extra", extra) for extra, _ in project.optional_dependencies),
        *(("Import-Name", name) for name in names or ()),
        *(("Import-Namespace", name) for name in namespaces or ()),
        ("Description-Content-Type", content_type),
    ]
    text = "".join(line for key, value in rows if value is not None for line in _header(key, value))
    return text if description is None else f"{text}\n{description}"


def _header(key: str, value: str) -> Iterator[str]:
    """Yield the lines of a header; further lines are indented below the value."""
    lines = value.split("\n")
    if lines[-1] == "":
        lines.pop()
    first, *rest = [line.removesuffix("\r") for line in lines] or [""]
    yield f"{key}: {first}\n"
    for line in rest:
        yield f"{' ' * (len(key) + 2)}{line}\n"


def _names(people: Iterable[Mapping[str, str]]) -> str | None:
    return ", ".join(person["name"] for person in people if "name" in person) or None


def _addresses(people: Iterable[Mapping[str, str]]) -> str | None:
    found = (
        f"{person['name']} <{person['email']}>" if "name" in person else person["email"]
        for person in people
        if "email" in person
    )
    return ", ".join(found) or None


def _requires_dist(project: BackendProject) -> Iterator[str]:
    for requirement in project.dependencies:
        yield str(requirement)
    for extra, requirements in project.optional_dependencies:
        condition = parse_marker(f"extra == '{extra}'")
        for requirement in requirements:
            yield str(msgspec.structs.replace(requirement, marker=requirement.marker & condition))


# -- readme


def _readme(project: BackendProject) -> tuple[str | None, str | None]:
    """Return (text, content type)."""
    readme = project.table.get("readme")
    if readme is None:
        return None, None
    if isinstance(readme, str):
        text = read_text(os.path.join(project.root, readme))
        extension = os.path.splitext(readme)[1].removeprefix(".")
        supported = "Please use a support extension (`.md`, `.rst`, `.txt`) or set the content type manually."
        if not extension:
            raise invalid(f"Can't infer content type because `{readme}` does not have an extension. {supported}")
        if extension not in _CONTENT_TYPES:
            raise invalid(f"Unknown Readme extension `{extension}`, can't determine content type. {supported}")
        return text, _CONTENT_TYPES[extension]
    content_type = readme["content-type"]
    is_file = isinstance(readme.get("file"), str)
    text = read_text(os.path.join(project.root, readme["file"])) if is_file else readme["text"]
    if content_type not in _CONTENT_TYPES.values():
        raise invalid(f"Unsupported content type: {content_type}")
    if readme.get("charset", "UTF-8") != "UTF-8":
        raise invalid(
            "Charsets other than UTF-8 are not supported. Please convert your README to UTF-8 and remove "
            "`project.readme.charset`."
        )
    return text, content_type


# -- import names


def _import_names(table: Mapping[str, list[str]]) -> tuple[list[str] | None, list[str] | None]:
    """Return what ``import-names`` and ``import-namespaces`` say (PEP 794); None where they are missing."""
    names = table.get("import-names")
    namespaces = table.get("import-namespaces")
    plain_names = [_import_name(name, "project.import-names") for name in names or ()]
    if namespaces is not None and not namespaces:
        raise invalid("`project.import-namespaces` must not be empty")
    plain_namespaces = [_import_name(name, "project.import-namespaces") for name in namespaces or ()]
    bases = {base for base, _ in plain_names}
    if names is not None:
        for base, _ in plain_namespaces:
            if base in bases:
                raise invalid(f"`project.import-names` and `project.import-namespaces` must not both contain `{base}`")
    return (
        None if names is None else [text for _, text in plain_names] or [""],
        None if namespaces is None else [text for _, text in plain_namespaces],
    )


def _import_name(value: str, field: str) -> tuple[str, str]:
    """Return (dotted name, as METADATA has it)."""
    name, separator, suffix = value.partition(";")
    if separator:
        name, suffix = name.rstrip(), suffix.strip()
    if not name:
        raise invalid(f"`{field}` entry must not be empty")
    if separator and suffix != "private":
        raise invalid(f"`{field}` entry `{value}` must end with `; private` or nothing, found `{suffix}`")
    for segment in name.split("."):
        reason = identifier_problem(segment)
        if reason is not None:
            error = invalid(f"`{field}` entry `{name}` has an invalid import name")
            assert error.__cause__ is not None
            error.__cause__.__cause__ = BackendError(reason)
            raise error
    return name, f"{name}; private" if separator else name


# -- licences


def _licence(project: BackendProject, cwd: str) -> tuple[str | None, str | None, list[str]]:
    """Return (text of the older field, SPDX expression, files)."""
    licence = project.table.get("license")
    files: list[str] = []
    text: str | None = None
    if "license-files" in project.table:
        if isinstance(licence, dict):
            raise invalid(
                "When `project.license-files` is defined, `project.license` must be an SPDX expression string"
            )
        files = license_files(project, cwd=cwd)
    elif isinstance(licence, dict):
        stated = licence.get("text")
        text = stated if isinstance(stated, str) else read_text(os.path.join(project.root, licence["file"]))
    expression = licence if isinstance(licence, str) else None
    if expression is not None:
        _check_expression(expression)
    return text, expression, files


def license_files(project: BackendProject, *, cwd: str = "") -> list[str]:
    """Return the files that ``project.license-files`` matches, sorted (PEP 639).

    :raises BackendError: a pattern is not portable or matches nothing, or a file is not UTF-8.
    """
    patterns = project.table.get("license-files", ())
    try:
        globs = [GlobSet((pattern,), escapes=False) for pattern in patterns]
    except InvalidGlob as error:
        field = next(pattern for pattern in patterns if not _is_portable(pattern))
        raise BackendError(f"Unsupported glob expression in: {field}", hints=error.hints) from error
    every = GlobSet(patterns, escapes=False)
    found: list[str] = []
    # uv does not tell files from directories here: what something below could match is included, so `**` includes every file.
    for relative, entry in walk(
        project.root, "", cwd=cwd, prune=lambda path, _: not every.may_match_below(path) and not every.matches(path)
    ):
        refuse_environment(entry, cwd)
        found.append(relative)
    for pattern, glob in zip(patterns, globs, strict=True):
        if not any(glob.matches(path) for path in found):
            raise invalid(f"`project.license-files` glob `{pattern}` did not match any files")
    for relative in found:
        try:
            read_text(os.path.join(project.root, relative))
        except BackendError as error:
            if "UTF-8" not in error.message:
                raise
            problem = invalid(f"License file `{relative}` must be UTF-8 encoded")
            raise problem from problem.__cause__
    return sorted(found)


def _is_portable(pattern: str) -> bool:
    try:
        GlobSet((pattern,), escapes=False)
    except InvalidGlob:
        return False
    return True


def _check_expression(expression: str) -> None:
    """Check a licence expression (SPDX 2.3, Annex D).

    :raises BackendError: it is malformed, or names an unknown licence.
    """
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        canonicalize_license_expression(expression)
    except InvalidLicenseExpression as reason:
        error = invalid(f"`project.license` is not a valid SPDX expression: {expression}")
        assert error.__cause__ is not None
        error.__cause__.__cause__ = BackendError(_expression_problem(expression) or str(reason))
        raise error from error.__cause__


def _expression_problem(expression: str) -> str | None:
    """Mark the first unknown term below the expression; None where the terms are known and their order is wrong."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    position = 0
    for word in expression.replace("(", " ").replace(")", " ").split(" "):
        if word and word.upper() not in {"AND", "OR", "WITH"}:
            known = False
            for attempt in (word, f"MIT WITH {word}"):
                try:
                    canonicalize_license_expression(attempt)
                    known = True
                except InvalidLicenseExpression:
                    continue
            if not known:
                return f"{expression}\n{' ' * position}{'^' * len(word)} unknown term"
        position += len(word) + 1
    return None


# -- entry points


def entry_points(project: BackendProject) -> str | None:
    """Return ``entry_points.txt``, or None when the project states none.

    :raises BackendError: a group or script has an unusable name.
    """
    table = project.table
    groups: list[tuple[str, Mapping[str, str]]] = []
    if "scripts" in table:
        groups.append(("console_scripts", table["scripts"]))
    if "gui-scripts" in table:
        groups.append(("gui_scripts", table["gui-scripts"]))
    groups += sorted(table.get("entry-points", {}).items())
    if not groups and "entry-points" not in table:
        return None
    own = len([key for key in ("scripts", "gui-scripts") if key in table])
    return "".join(_group(group, entries, reserved=at >= own) for at, (group, entries) in enumerate(groups))


def _group(group: str, entries: Mapping[str, str], *, reserved: bool) -> str:
    if reserved and group == "console_scripts":
        raise invalid("Use `project.scripts` instead of `project.entry-points.console_scripts`")
    if reserved and group == "gui_scripts":
        raise invalid("Use `project.gui-scripts` instead of `project.entry-points.gui_scripts`")
    if not group or group[0] == "." or not all(char.isalnum() or char in "._" for char in group):
        raise invalid(
            f"Entrypoint groups must consist of letters and numbers separated by dots, invalid group: {group}"
        )
    lines = [f"[{group}]\n"]
    for name, reference in sorted(entries.items()):
        plain = all(char.isalnum() or char in ".-_" for char in name)
        if group in ("console_scripts", "gui_scripts") and (not plain or not name.strip(".")):
            raise invalid(
                f"Script entry point name `{name}` must include a non-dot character and consist only of letters, numbers, "
                "dots, underscores and dashes"
            )
        lines.append(f"{name} = {reference}\n")
    return "".join((*lines, "\n"))
