"""Read a command line by the tables of :mod:`ultraviolet.cli.grammar`, as clap reads uv's.

The standard library's argument parser costs more to import and to fill than a whole no-op ``sync``, and its
messages are not clap's. This one walks the words once, against the table of one command. Whatever goes wrong is
worded by :mod:`ultraviolet.cli.usage`, which is only imported then. See docs/adr/0002-own-command-line-parser.md.

The rules, in clap's order: words, then environment variables of options that were not given, then conflicts and
required arguments. Options of the root and of ``pip`` may stand before or after the command's name; the later place
wins.
"""

from __future__ import annotations

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import COMMAND_LINE, DEFAULT, ENVIRONMENT, Arguments, HelpRequested, Level, Match
from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, NoReturn

    from ultraviolet.cli.grammar.model import Option, Positional


class _Reader:
    """The state of reading the words of one level."""

    def __init__(self, level: Level, environ: Mapping[str, str]) -> None:
        self.level = level
        self.environ = environ
        self.matches: dict[str, Match] = {}
        self.pending: Option | None = None
        """An option whose value stands in a word of its own; settled when the next word is read, as clap does."""
        self.value: str | None = None
        self.positional: Positional | None = None
        """A repeatable positional whose words are being collected."""
        self.words: list[str] = []

    # words

    def read(self, argv: Sequence[str], start: int) -> tuple[str | None, int, list[str] | None]:
        """Read words from ``start``; answers a subcommand, the index after it, and a child's command line."""
        level = self.level
        longs, shorts = level.longs, level.shorts
        index, trailing, place = start, False, 0
        count = len(argv)
        while index < count:
            word = argv[index]
            index += 1
            if not trailing:
                waiting = self.pending is not None and self.value is None
                if not waiting and self.positional is None and word in level.subcommands:
                    self._resolve()
                    return level.subcommands[word], index, None
                if word == "--":
                    trailing = True
                    continue
                if word.startswith("--"):
                    name, separator, value = word.partition("=")
                    option = longs.get(name)
                    if option is None:
                        self._settle()
                        self._fail("unknown_long", word=name, rest=list(argv[index:]))
                    if "value" in option:
                        if separator:
                            self._resolve()
                            self._store(option, [value])
                        else:
                            self._resolve()
                            self.pending = option
                    elif separator:
                        self._fail("unneeded_value", option=option, value=value)
                    else:
                        self._resolve()
                        self._flag(option)
                    continue
                if len(word) > 1 and word[0] == "-":
                    self._shorts(word, shorts)
                    continue
                if self.pending is not None and self.value is None:
                    self.value = word
                    continue
            # a positional
            if trailing and level.positionals and level.positionals[-1].get("last"):
                place = len(level.positionals) - 1
            if place < len(level.positionals):
                row = level.positionals[place]
                if row.get("last") and not trailing:
                    self._settle()
                    self._fail("unknown_word", word=word, tip=False)
                self._resolve_option()
                if row.get("repeat"):
                    self.positional = row
                    self.words.append(word)
                else:
                    place += 1
                    self._positional(row, [word])
                continue
            self._settle()
            if level.command.get("external"):
                return None, count, [word, *argv[index:]]
            self._fail("word", word=word, trailing=trailing)
        self._resolve()
        return None, index, None

    def _shorts(self, word: str, shorts: dict[str, Option]) -> None:
        at, size = 1, len(word)
        while at < size:
            letter = word[at]
            at += 1
            option = shorts.get("-" + letter)
            if option is None:
                self._settle()
                self._fail("unknown_short", word="-" + letter)
            if "value" not in option:
                self._resolve()
                self._flag(option)
                continue
            rest = word[at:]
            self._resolve()
            if rest:
                self._store(option, [rest.removeprefix("=")])
            else:
                self.pending = option
            return

    def _resolve(self) -> None:
        """Settle an option that still waits for its value, and the collected words of a positional."""
        self._resolve_option()
        if self.positional is not None:
            row, words = self.positional, self.words
            self.positional, self.words = None, []
            self._positional(row, words)

    def _settle(self) -> None:
        """Like :meth:`_resolve`, before another complaint that goes first."""
        try:
            self._resolve()
        except UltravioletError:
            return

    def _resolve_option(self) -> None:
        if self.pending is not None:
            option, value = self.pending, self.value
            self.pending = self.value = None
            if value is None:
                self._fail("missing_value", option=option)
            self._store(option, [value])

    def _flag(self, option: Option) -> None:
        action = option.get("action")
        if action is not None:
            raise HelpRequested(self.level, action)
        name = option["long"]
        if "instead" in option:
            self._fail("wrong_name", option=option)
        if option.get("count"):
            earlier = self.matches.pop(name, None)
            self._start(option, COMMAND_LINE).values.append(earlier.values[-1] + 1 if earlier is not None else 1)
            return
        if self.matches.pop(name, None) is not None:
            self._fail("repeated", option=option)
        self._start(option, COMMAND_LINE).values.append(True)

    def _start(self, option: Option, source: str) -> Match:
        """Begin an occurrence: what the option overrides, and what overrides it, is forgotten."""
        name, matches = option["long"], self.matches
        if source == COMMAND_LINE and matches:
            for other in option.get("overrides", ()):
                matches.pop(other, None)
            longs = self.level.longs
            for other in [key for key in matches if key in longs and name in longs[key].get("overrides", ())]:
                del matches[other]
        match = matches.get(name)
        if match is None:
            match = matches[name] = Match(source)
        match.source = source
        return match

    def _store(self, option: Option, words: list[str], source: str = COMMAND_LINE) -> None:
        name = option["long"]
        if "split" in option:
            words = [part for word in words for part in word.split(option["split"])]
        if not option.get("repeat") and self.matches.pop(name, None) is not None:
            self._fail("repeated", option=option)
        match = self._start(option, source)
        for word in words:
            match.values.append(self._checked(option, word))

    def _positional(self, row: Positional, words: list[str], source: str = COMMAND_LINE) -> None:
        match = self.matches.get(row["name"])
        if match is None:
            match = self.matches[row["name"]] = Match(source)
        for word in words:
            match.values.append(self._checked(row, word))

    def _checked(self, row: Option | Positional, word: str) -> Any:
        """The value of a word, or the message about it."""
        choices = row.get("choices")
        if choices is not None:
            if word in choices:
                return word
            alias = row.get("choice_aliases", {}).get(word)  # type: ignore[attr-defined]
            if alias is not None:
                return alias
            self._fail("choice", option=row, value=word)
        kind = row.get("kind")
        if kind is None:
            return word
        from ultraviolet.cli.values import InvalidValue, check

        try:
            return check(kind, word)
        except InvalidValue as error:
            self._fail("value", option=row, value=word, reason=str(error))

    # after the words

    def finish(self, *, has_subcommand: bool) -> None:
        """Apply variables and defaults, then conflicts and requirements."""
        level, environ, matches = self.level, self.environ, self.matches
        for option in level.options:
            variable = option.get("env")
            if variable is not None and variable in environ and option["long"] not in matches:
                self._from_environment(option, environ[variable])
        for row in level.positionals:
            variable = row.get("env")
            if variable is not None and row["name"] not in matches and variable in environ:
                self._positional(row, [environ[variable]], ENVIRONMENT)
        if not has_subcommand and level.subcommands and not level.command.get("external"):
            if not matches:
                raise HelpRequested(level, "missing")
            self._fail("missing_subcommand")
        if matches:
            self._check_conflicts()
        self._check_required()
        for option in level.options:
            if "default" in option and option["long"] not in matches:
                match = matches[option["long"]] = Match(DEFAULT)
                match.values.append(self._checked(option, option["default"]))
        for row in level.positionals:
            if "default" in row and row["name"] not in matches:
                match = matches[row["name"]] = Match(DEFAULT)
                match.values.append(row["default"])

    def _from_environment(self, option: Option, text: str) -> None:
        if "value" in option:
            self._store(option, [text], ENVIRONMENT)
            return
        from ultraviolet.cli.values import InvalidValue, check

        try:
            value = check(option.get("kind", "bool"), text)
        except InvalidValue as error:
            self._fail("value", option=option, value=text, reason=str(error))
        self._start(option, ENVIRONMENT).values[:] = [value]

    def _direct_conflicts(self, name: str) -> set[str]:
        option = self.level.longs.get(name)
        found: set[str] = set()
        row: Any = option if option is not None else self.level.by_name.get(name)
        if row is None:
            return found
        if option is not None:
            found.update(option.get("conflicts", ()))
            found.update(option.get("overrides", ()))
        for group in row.get("groups", ()):
            if not self.level.command["groups"][group]["multiple"]:
                found.update(self.level.members(group))
                found.discard(name)
        return found

    def _check_conflicts(self) -> None:
        longs = self.level.longs
        if not any(
            "conflicts" in (option := longs.get(name, {})) or "overrides" in option or "groups" in option
            for name in self.matches
        ):
            return
        direct = {name: self._direct_conflicts(name) for name in self.matches}
        for name in self.matches:
            met = [
                other for other in self.matches if other != name and (other in direct[name] or name in direct[other])
            ]
            if met:
                self._fail("conflict", option=longs.get(name) or self.level.by_name[name], others=met)

    def _check_required(self) -> None:
        level, matches = self.level, self.matches
        missing = [
            option["long"] for option in level.options if option.get("required") and option["long"] not in matches
        ]
        missing += [
            row["name"]
            for row in level.positionals
            if row.get("required") and row["name"] not in matches and not self._is_excused(row["name"])
        ]
        for name, group in level.command.get("groups", {}).items():
            if group["required"] and not any(member in matches for member in level.members(name)):
                missing.append(name)
        for name in list(matches):
            for needed in level.longs.get(name, {}).get("requires", ()):
                if needed not in matches:
                    missing.append(needed)
        if missing:
            self._fail("missing", missing=missing)

    def _is_excused(self, name: str) -> bool:
        """Whether a required argument is ruled out by one that was given."""
        return any(name in self._direct_conflicts(other) for other in self.matches)

    # messages

    def _fail(self, problem: str, **facts: Any) -> NoReturn:
        from ultraviolet.cli import usage

        raise usage.explain(self.level, self.matches, problem, facts)


def _merge(into: dict[str, Match], outer: dict[str, Match]) -> None:
    """Give a command what was said about global options before its name."""
    rank = (DEFAULT, ENVIRONMENT, COMMAND_LINE)
    for name, match in outer.items():
        own = into.get(name)
        if own is None or rank.index(match.source) > rank.index(own.source):
            into[name] = match


def parse(argv: Sequence[str], environ: Mapping[str, str], program: str = "uv") -> Arguments:
    """Read the words after the program's name.

    Raises :class:`HelpRequested`, or :class:`ultraviolet.cli.usage.UsageError` with the message ready to print.
    """
    path: tuple[str, ...] = ("tool", "uvx") if program == "uvx" else ()
    display = program
    index = 0
    readers: list[_Reader] = []
    while True:
        reader = _Reader(Level(registry.grammar(path), display), environ)
        readers.append(reader)
        name, index, external = reader.read(argv, index)
        if name is None:
            break
        required = _required_of(reader)
        path = (*path, name)
        display = f"{display}{required} {name}" if name != "uvx" else "uvx"
    readers[-1].finish(has_subcommand=external is not None)
    for reader in reversed(readers[:-1]):
        reader.finish(has_subcommand=True)
    matches = readers[-1].matches
    for reader in readers[-2::-1]:
        _merge(matches, reader.matches)
    return Arguments(path, matches, external)


def _required_of(reader: _Reader) -> str:
    """Required options of a parent stand between the words of its commands in usage lines."""
    return "".join(
        f" {option['long']} <{option['value']}>" for option in reader.level.options if option.get("required")
    )
