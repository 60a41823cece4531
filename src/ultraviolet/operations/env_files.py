"""The environment files of ``uv run``: which ones, and what they add to the child's environment."""

from __future__ import annotations

import os

from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class EnvironmentFileError(UltravioletError):
    """An environment file is missing or cannot be read."""


def split_paths(values: Iterable[str]) -> list[str]:
    r"""Split ``--env-file`` and ``UV_ENV_FILE`` values at blanks; a backslash keeps the next character.

    >>> split_paths(["a b", r"c\ d"])
    ['a', 'b', 'c d']
    """
    paths: list[str] = []
    for value in values:
        current, escaped = "", False
        for char in value:
            if escaped:
                current, escaped = current + char, False
            elif char == "\\":
                escaped = True
            elif char.isspace():
                if current:
                    paths.append(current)
                current = ""
            else:
                current += char
        if current:
            paths.append(current)
    return paths


def read_env_files(
    paths: Iterable[str], *, cwd: str, environ: Mapping[str, str], warn: Callable[[str], None]
) -> dict[str, str]:
    """Return the variables that files add: those that are not set yet. Later files win, and a file's first line.

    :raises EnvironmentFileError: a file cannot be read. A malformed one is only warned about, and counts up to its mistake.
    """
    from ultraviolet.standards.dotenv import InvalidLine, parse_env_text
    from ultraviolet.workspace.paths import user_display

    found: dict[str, str] = {}
    for path in reversed(list(paths)):
        shown = user_display(path, cwd)
        try:
            with open(os.path.join(cwd, path), encoding="utf-8", newline="") as stream:
                text = stream.read()
        except FileNotFoundError:
            raise EnvironmentFileError(f"No environment file found at: `{shown}`") from None
        except UnicodeDecodeError:
            raise EnvironmentFileError(
                f"Failed to read environment file `{shown}`: stream did not contain valid UTF-8"
            ) from None
        except OSError as error:
            reason = f"{error.strerror} (os error {error.errno})"
            raise EnvironmentFileError(f"Failed to read environment file `{shown}`: {reason}") from None
        try:
            for name, value in parse_env_text(text, environ):
                if name not in environ:
                    found.setdefault(name, value)
        except InvalidLine as mistake:
            warn(f"Failed to parse environment file `{shown}` at position {mistake.position}: {mistake.line}")
    return found
