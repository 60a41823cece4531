"""What ``uv run`` is given: the metadata of a script, and the requirements of ``--with`` and its like."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ultraviolet.errors import UltravioletError
from ultraviolet.operations.options import url_context
from ultraviolet.operations.run_command import RunCommand
from ultraviolet.operations.script_environment import ScriptItem
from ultraviolet.requirements.arguments import split_requirements
from ultraviolet.requirements.sources import (
    FileSource,
    Source,
    source_from_editable,
    source_from_file,
    source_from_package,
)
from ultraviolet.settings.options import Settings
from ultraviolet.workspace.scripts import parse_script, read_script


def read_item(command: RunCommand, path: str | None, cwd: str) -> ScriptItem | None:
    """Read the inline metadata of what is to be run; None when it has none, or cannot have any.

    :param path: where a script was downloaded to.
    :raises UltravioletError: it cannot be read, or breaks the rules.
    """
    nowhere = os.path.join(cwd, "-")
    if not command.may_be_script:
        return None
    if command.reads_stdin:
        script = parse_script(command.content, nowhere)
        return ScriptItem(script=script, identity=script.metadata.text) if script is not None else None
    if path is not None:
        with open(path, "rb") as stream:
            script = parse_script(stream.read(), nowhere)
        return ScriptItem(script=script, identity=command.target) if script is not None else None
    try:
        script = read_script(os.path.normpath(os.path.join(cwd, command.target)))
    except FileNotFoundError:
        return None
    except OSError as error:
        reason = f"{error.strerror} (os error {error.errno})"
        raise UltravioletError(f"failed to read from file `{command.target}`: {reason}") from None
    return ScriptItem(script=script) if script is not None else None


def read_sources(settings: Settings) -> list[Source]:
    """Read ``--with``, ``--with-editable`` and ``--with-requirements``.

    :raises UltravioletError: one of them cannot be understood.
    """
    arguments, urls = settings.arguments, url_context(settings)
    found: list[Source] = []
    for value in arguments.many("--with"):
        found += [source_from_package(text, urls) for text in split_requirements(str(value))]
    for value in arguments.many("--with-editable"):
        found += [source_from_editable(text, urls) for text in split_requirements(str(value))]
    found += [source_from_file(str(value)) for value in arguments.many("--with-requirements") if value]
    return found


def check_sources(sources: Iterable[Source], *, reads_stdin: bool) -> None:
    """Refuse ``--with-requirements`` files that ``uv run`` does not take.

    :raises UltravioletError: one of them is such a file.
    """
    refused = {"pyproject": "pyproject.toml", "setup-py": "setup.py", "setup-cfg": "setup.cfg"}
    from_stdin = False
    for source in sources:
        if isinstance(source, FileSource):
            if source.kind in refused:
                raise UltravioletError(
                    f"Adding requirements from a `{refused[source.kind]}` is not supported in `uv run`"
                )
            from_stdin = from_stdin or source.path == "-"
    if from_stdin and reads_stdin:
        raise UltravioletError("Cannot read both requirements file and script from stdin")
