"""Print help in the layout of clap: about, usage, then arguments and options under their headings."""

from __future__ import annotations

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import Level
from ultraviolet.cli.helptexts import ARGUMENTS, COMMANDS, OPTIONS, SPECIFIC
from ultraviolet.cli.usage import header, literal, option_text, plain, positional_text, usage_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ultraviolet.cli.grammar.model import Option, Positional

_WIDTH = 100
_FIRST = ("--no-cache", "--cache-dir", "--cert")
"""Global options that stand before a command's own under their heading."""


def width_of_terminal(environ: Mapping[str, str]) -> int:
    """Columns to wrap at: the terminal's, else ``COLUMNS``, never more than 100."""
    import os

    for stream in (1, 2, 0):
        try:
            return min(os.get_terminal_size(stream).columns or _WIDTH, _WIDTH)
        except OSError:
            continue
    columns = environ.get("COLUMNS", "")
    return min(int(columns), _WIDTH) if columns.isdigit() and int(columns) else _WIDTH


def wrap(text: str, width: int) -> list[str]:
    """Break a text at blanks; words are never broken.

    >>> wrap("one two three", 8)
    ['one two', 'three']
    """
    lines = [""]
    for word in text.split(" "):
        if not lines[-1]:
            lines[-1] = word
        elif len(plain(lines[-1])) + 1 + len(plain(word)) <= width:
            lines[-1] += " " + word
        else:
            lines.append(word)
    return lines


def _option_text(command: str, option: Option) -> str:
    long = option["long"]
    return SPECIFIC.get(f"{command} {long}") or OPTIONS.get(long, "")


def _facts(row: Option | Positional, environ: Mapping[str, str]) -> list[str]:
    facts = []
    if "env" in row:
        facts.append(f"[env: {row['env']}={environ.get(row['env'], '')}]")
    variable = row.get("settings_env")
    if variable is not None:
        facts.append(f"[env: {variable}={row.get('settings_env_value', '')}]")
    if "default" in row:
        facts.append(f"[default: {row['default']}]")
    if row.get("choices"):
        facts.append(f"[possible values: {', '.join(row['choices'])}]")
    return facts


class _Entry:
    """One line or block of help: what is typed, and what it does."""

    __slots__ = ("facts", "label", "text", "wide")

    def __init__(self, label: str, text: str, facts: list[str], *, wide: bool) -> None:
        self.label = label
        self.text = text
        self.facts = facts
        self.wide = wide


def _option_entry(command: str, option: Option, environ: Mapping[str, str]) -> _Entry:
    short = option.get("short")
    front = f"{literal(short)}, " if short else "    "
    return _Entry(front + option_text(option), _option_text(command, option), _facts(option, environ), wide=True)


def _section(title: str, entries: list[_Entry], width: int, *, long: bool) -> str:
    longest = max(len(plain(entry.label)) for entry in entries)
    taken = longest + 4
    next_line = long or (
        taken / width > 0.40 and any(len(" ".join([entry.text, *entry.facts])) > width - taken for entry in entries)
    )
    blocks = []
    for entry in entries:
        if next_line:
            lines = wrap(entry.text if long else " ".join([entry.text, *entry.facts]).strip(), width - 10)
            if long:
                for fact in entry.facts:
                    lines += ["", *wrap(fact, width - 10)]
            block = f"  {entry.label}" + "".join(f"\n{' ' * 10}{line}".rstrip() for line in lines)
        else:
            lines = wrap(" ".join([entry.text, *entry.facts]).strip(), width - taken)
            gap = " " * (longest - len(plain(entry.label)) + 2)
            block = f"  {entry.label}{gap}" + ("\n" + " " * taken).join(lines)
        blocks.append(block.rstrip())
    return header(title + ":") + "\n" + ("\n\n" if long else "\n").join(blocks)


def _commands(level: Level, width: int, *, show: frozenset[str] = frozenset()) -> str:
    entries = []
    for name in registry.COMMANDS[level.path]:
        path = (*level.path, name)
        if path in registry.HIDDEN and name not in show:
            continue
        entries.append(_Entry(literal(name), COMMANDS[" ".join(path)], [], wide=False))
    return _section("Commands", entries, width, long=False)


def _sections(level: Level, width: int, environ: Mapping[str, str], *, long: bool) -> list[str]:
    command = " ".join(level.path)
    sections = []
    if level.positionals:
        arguments = [
            _Entry(
                positional_text(row), ARGUMENTS.get(f"{command} {row['name']}", ""), _facts(row, environ), wide=False
            )
            for row in level.positionals
        ]
        sections.append(_section("Arguments", arguments, width, long=long))
    headings: dict[str, list[Option]] = {}
    for option in level.options:
        if not option.get("hidden"):
            headings.setdefault(option.get("heading", "Options"), []).append(option)
    for title in sorted(headings, key=lambda title: title != "Options"):
        options = sorted(headings[title], key=lambda option: option["long"] not in _FIRST)
        entries = [_option_entry(command, option, environ) for option in options]
        sections.append(_section(title, entries, width, long=long))
    return sections


_HELP_OPTIONS = "\x1b[1m\x1b[4mOptions:\x1b[0m\n  \x1b[1m--no-pager\x1b[0m Print without a pager"


def help_text(level: Level, environ: Mapping[str, str], *, long: bool = False, topic: bool = False) -> str:
    """Help of one command, with colour codes: short, or long with a paragraph an option.

    ``topic`` is how ``uv help`` shows the program and its namespaces.
    """
    width = width_of_terminal(environ)
    command = " ".join(level.path)
    parts = [COMMANDS[command], usage_line(level)]
    if command == "help":
        return "\n\n".join([*parts, _HELP_OPTIONS])
    if level.subcommands:
        show = frozenset({"generate-shell-completion"}) if topic else frozenset[str]()
        parts.append(_commands(level, width, show=show))
    parts += _sections(level, width, environ, long=long)
    words = level.display
    if topic and not level.path:
        parts.append("Use `\x1b[1muv help <command>\x1b[0m` for more information on a specific command.")
    elif topic and level.subcommands:
        name = f"uv help {level.path[-1]} <command>"
        parts.append(f"Use `\x1b[1m{name}\x1b[0m` for more information on a specific command.")
    elif not level.path:
        parts.append("Use `uv help` for more details.")
    elif level.command.get("more_help") and not long:
        topic_words = "tool run" if command == "tool uvx" else words.removeprefix("uv ")
        parts.append(f"Use `uv help {topic_words}` for more details.")
    return "\n\n".join(parts)
