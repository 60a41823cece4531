"""Files of ``NAME=value`` lines (``.env``), in the dialect of the dotenvy library, which uv reads them with.

A line is ``[export ]NAME=value``; blank lines and ``#`` comments count for nothing. Single quotes keep everything,
double quotes allow backslashes and ``$NAME`` or ``${NAME}``; a quoted value may span lines. What other libraries read
differs in the variables they expand and in what they do after a mistake: here nothing after the first one is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ultraviolet.standards.errors import StandardsError

_SPACE = " \t"


class InvalidLine(StandardsError):
    """A line that is no assignment."""

    def __init__(self, line: str, position: int) -> None:
        super().__init__(f"Error parsing line: '{line}', error at line index: {position}")
        self.line = line
        """The line, or the value in it that is wrong."""
        self.position = position
        """Where in it the mistake is, in characters."""


def parse_env_text(text: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield names with values, in order.

    :param environ: what variables in values stand for; those that were read before come second.
    :raises InvalidLine: at the first mistake.
    """
    known: dict[str, str] = {}
    for line in _logical_lines(text):
        found = _parse_line(line, environ, known)
        if found is not None:
            known[found[0]] = found[1]
            yield found


def _logical_lines(text: str) -> Iterator[str]:
    """Join the lines of quoted values."""
    buffer = state = ""
    for line in _lines(text.removeprefix("\ufeff")):
        if not state and line.lstrip().startswith("#"):
            continue
        start = len(buffer)
        buffer += line
        state, comment_at = _scan(state, line)
        if state == "":
            yield buffer.removesuffix("\n").removesuffix("\r")
            buffer = ""
        elif state == "comment":
            yield buffer[: start + comment_at]
            buffer = state = ""
    if buffer:
        raise InvalidLine(buffer, len(buffer.encode()))


def _lines(text: str) -> list[str]:
    """Split at line feeds alone."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _scan(state: str, line: str) -> tuple[str, int]:
    """Follow quotes and escapes to the end of a line; the position counts where a comment begins."""
    for position, char in enumerate(line):
        if state in ("", "space"):
            if char == "\\":
                state = "escape"
            elif char == '"':
                state = "weak"
            elif char == "'":
                state = "strong"
            elif char == "#" and state == "space":
                return "comment", position
            else:
                state = "space" if not state and char.isspace() and char not in "\r\n" else ""
        elif state == "escape":
            state = ""
        elif state == "weak":
            state = "weak-escape" if char == "\\" else "" if char == '"' else state
        elif state == "weak-escape":
            state = "weak"
        elif state == "strong":
            state = "strong-escape" if char == "\\" else "" if char == "'" else state
        elif state == "strong-escape":
            state = "strong"
    return state, 0


def _parse_line(line: str, environ: Mapping[str, str], known: dict[str, str]) -> tuple[str, str] | None:
    text = line.rstrip()
    position = _skip_space(text, 0)
    if position == len(text) or text[position] == "#":
        return None
    key, position = _parse_key(line, text, position)
    position = _skip_space(text, position)
    if key == "export" and not text.startswith("=", position):
        key, position = _parse_key(line, text, position)
        position = _skip_space(text, position)
    if not text.startswith("=", position):
        raise InvalidLine(line, position)
    position = _skip_space(text, position + 1)
    if position == len(text) or text[position] == "#":
        return key, ""
    return key, _parse_value(text[position:], environ, known)


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _parse_key(line: str, text: str, position: int) -> tuple[str, int]:
    end = position
    if end == len(text) or not ((text[end].isascii() and text[end].isalpha()) or text[end] == "_"):
        raise InvalidLine(line, position)
    while end < len(text) and ((text[end].isascii() and text[end].isalnum()) or text[end] in "_."):
        end += 1
    return text[position:end], end


def _parse_value(text: str, environ: Mapping[str, str], known: Mapping[str, str]) -> str:
    output: list[str] = []
    name = ""
    quote = substitution = ""
    escaped = ending = False

    def substitute() -> None:
        output.append(environ[name] if name in environ else known.get(name, ""))

    for position, char in enumerate(text):
        if ending:
            if char in _SPACE:
                continue
            if char == "#":
                break
            raise InvalidLine(text, position)
        if escaped:
            if char in "\\'\"$ ":
                output.append(char)
            elif char == "n":
                output.append("\n")
            else:
                raise InvalidLine(text, position)
            escaped = False
        elif quote == "'":
            if char == "'":
                quote = ""
            else:
                output.append(char)
        elif substitution:
            if char.isalnum():
                name += char
            elif substitution == "plain" and char == "{" and not name:
                substitution = "braced"
            elif substitution == "plain":
                substitute()
                name, substitution = "", ""
                if char == "$":
                    substitution = "plain"
                else:
                    output.append(char)
            elif char == "}":
                substitute()
                name, substitution = "", ""
            else:
                name += char
        elif char == "$":
            substitution = "plain"
        elif quote:
            if char == '"':
                quote = ""
            elif char == "\\":
                escaped = True
            else:
                output.append(char)
        elif char in "'\"":
            quote = char
        elif char == "\\":
            escaped = True
        elif char in _SPACE:
            ending = True
        else:
            output.append(char)
    if substitution == "braced" or quote:
        raise InvalidLine(text, max(0, len(text.encode()) - 1))
    if substitution:
        substitute()
    return "".join(output)
