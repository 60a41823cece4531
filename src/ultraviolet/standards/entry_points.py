"""``entry_points.txt``: the scripts a distribution declares.

A case-sensitive INI file in which only ``=`` separates names from values.
Specification: https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import msgspec

from ultraviolet.standards.errors import StandardsError


class InvalidEntryPoints(StandardsError):
    """The file, or the value of a script in it, is malformed."""


class EntryPoint(msgspec.Struct, frozen=True):
    """A script: ``name = module:object``."""

    name: str
    module: str
    function: str
    """Dotted path inside the module."""

    @property
    def import_name(self) -> str:
        """The first part of the dotted path, which is what must be imported."""
        return self.function.partition(".")[0]


class Scripts(msgspec.Struct, frozen=True):
    """Console and GUI scripts, in the order declared."""

    console: tuple[EntryPoint, ...] = ()
    gui: tuple[EntryPoint, ...] = ()


def parse_sections(text: str) -> dict[str, dict[str, str | None]]:
    """Parse the file into {section: {name: value}}; a later value of one name wins.

    :raises InvalidEntryPoints: a line belongs to no section, or a section's bracket is not closed.
    """
    sections: dict[str, dict[str, str | None]] = {}
    current: dict[str, str | None] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if stripped[0] == "[":
            if "]" not in stripped:
                raise InvalidEntryPoints(
                    f"entry_points.txt is invalid: line {number}: Found opening bracket for section name but no closing bracket"
                )
            current = sections.setdefault(stripped[1 : stripped.index("]")].strip(), {})
            continue
        if current is None:
            current = sections.setdefault("default", {})
        name, separator, value = stripped.partition("=")
        current[name.strip()] = value.strip() if separator else None
    return sections


def parse_scripts(text: str, python_minor: int | None = None) -> Scripts:
    """Return the console and GUI scripts that an ``entry_points.txt`` declares.

    pip's ``pip3.N`` entries name the Python that built the wheel: they are replaced by one for ``python_minor``.

    :raises InvalidEntryPoints: a script's value is no object reference.
    """
    if "_scripts" not in text:
        return Scripts()
    sections = parse_sections(text)
    console = _scripts(sections.get("console_scripts", {}), "console_scripts")
    gui = _scripts(sections.get("gui_scripts", {}), "gui_scripts")
    if python_minor is not None:
        console = [script for script in console if not _is_versioned_pip(script.name)]
        pip = next((script for script in console if script.name == "pip3"), None)
        if pip is not None:
            console.append(EntryPoint(f"pip3.{python_minor}", pip.module, pip.function))
    return Scripts(tuple(console), tuple(gui))


def _is_versioned_pip(name: str) -> bool:
    return name.startswith("pip3.") and name[5:].isdecimal()


def _scripts(section: dict[str, str | None], title: str) -> list[EntryPoint]:
    scripts = []
    for name, value in section.items():
        if value is None:
            raise InvalidEntryPoints(f"The wheel is invalid: [{title}] key {name} must have a value")
        scripts.append(parse_object_reference(name, value))
    return scripts


def parse_object_reference(name: str, value: str) -> EntryPoint:
    """Parse ``module : object [extras]``; extras are ignored.

    :raises InvalidEntryPoints: the value is not of this form.
    """
    reference = value.partition("[")[0] if value.rstrip().endswith("]") else value
    module, colon, function = reference.partition(":")
    module, function = module.strip(), function.strip()
    if not colon or not _is_dotted(module) or not _is_dotted(function):
        raise InvalidEntryPoints(f"The wheel is invalid: invalid console script: '{value}'")
    return EntryPoint(name, module, function)


def _is_dotted(text: str) -> bool:
    return bool(text) and text.replace(".", "").replace("-", "").replace("_", "a").isalnum()
