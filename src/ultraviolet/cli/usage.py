"""Word what is wrong with a command line, and the usage lines of errors and help, as clap does.

Imported only when something is wrong or help is asked for. Texts carry colour codes, which :func:`plain` removes.
"""

from __future__ import annotations

from ultraviolet.cli import registry
from ultraviolet.cli.arguments import COMMAND_LINE, ENVIRONMENT
from ultraviolet.errors import UltravioletError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from ultraviolet.cli.arguments import Level, Match
    from ultraviolet.cli.grammar.model import Option, Positional

_HEADER = "\x1b[1m\x1b[32m"
_LITERAL = "\x1b[1m\x1b[36m"
_PLACEHOLDER = "\x1b[36m"
_ERROR = "\x1b[1m\x1b[31m"
_VALID = "\x1b[32m"
_INVALID = "\x1b[33m"
_RESET = "\x1b[0m"


class UsageError(UltravioletError):
    """A command line that cannot be understood; ``message`` is the whole text, with colour codes."""

    exit_code = 2


def header(text: str) -> str:
    """Colour a heading."""
    return f"{_HEADER}{text}{_RESET}"


def literal(text: str) -> str:
    """Colour what is typed as it stands."""
    return f"{_LITERAL}{text}{_RESET}"


def placeholder(text: str) -> str:
    """Colour what stands for something else."""
    return f"{_PLACEHOLDER}{text}{_RESET}"


def _valid(text: str) -> str:
    return f"{_VALID}{text}{_RESET}"


def _invalid(text: str) -> str:
    return f"{_INVALID}{text}{_RESET}"


def plain(text: str) -> str:
    """Remove colour codes."""
    if "\x1b" not in text:
        return text
    first, *rest = text.split("\x1b[")
    return first + "".join(part.partition("m")[2] for part in rest)


# arguments and usage lines


def option_text(option: Option) -> str:
    """``--index <INDEX>``, as help and usage lines name an option."""
    suffix = f" {placeholder('<' + option['value'] + '>')}" if "value" in option else ""
    dots = placeholder("...") if option.get("count") else ""
    return literal(option["long"]) + suffix + dots


def positional_text(row: Positional, *, required: bool | None = None) -> str:
    """``<NAME>...`` or ``[NAME]``."""
    needed = row.get("required", False) if required is None else required
    name = f"<{row['value']}>" if needed else f"[{row['value']}]"
    return placeholder(name + ("..." if row.get("repeat") else ""))


def _argument_text(level: Level, name: str) -> str:
    option = level.longs.get(name)
    return plain(option_text(option) if option is not None else positional_text(level.by_name[name]))


def _group_text(level: Level, group: str) -> str:
    parts = []
    for name in level.members(group):
        option = level.longs.get(name)
        parts.append(level.by_name[name]["value"] if option is None else plain(option_text(option)))
    return placeholder(f"<{'|'.join(parts)}>")


def _needs_options_tag(level: Level) -> bool:
    for option in level.options:
        if "action" in option or option.get("hidden") or option.get("required"):
            continue
        groups = level.command.get("groups", {})
        if any(groups[group]["required"] for group in option.get("groups", ())):
            continue
        return True
    return False


def usage_words(level: Level, used: Iterable[str] = ()) -> str:
    """The words after ``Usage:``; ``used`` are the arguments (or groups) to show instead of ``[OPTIONS]``."""
    groups = level.command.get("groups", {})
    required = [option["long"] for option in level.options if option.get("required")]
    required += [row["name"] for row in level.positionals if row.get("required")]
    required += [name for name, group in groups.items() if group["required"]]
    used = list(used)
    shown = required + [name for name in used if name not in required]
    words = [literal(level.display)]
    if not used and _needs_options_tag(level):
        words.append(placeholder("[OPTIONS]"))
    shown_groups = [name for name in shown if name in groups and name not in level.longs]
    hidden = {member for name in shown_groups for member in level.members(name)}
    options: list[str] = []
    positionals: dict[str, str] = {}
    for name in shown:
        if name in hidden or name in shown_groups:
            continue
        option = level.longs.get(name)
        if option is not None:
            text = option_text(option)
            if text not in options:
                options.append(text)
        else:
            positionals[name] = positional_text(level.by_name[name], required=True)
    words += options
    words += [_group_text(level, name) for name in shown_groups]
    for row in level.positionals:
        name = row["name"]
        if name in hidden:
            continue
        if row.get("last"):
            text = positional_text(row, required=True)
            words.append(f"{literal('--')} {text}" if name in positionals else f"{literal('[--')} {text}{literal(']')}")
        else:
            words.append(positionals.get(name) or positional_text(row, required=row.get("required", False)))
    if level.command.get("external"):
        if not used:
            words.append(placeholder("[COMMAND]"))
    elif level.subcommands:
        words.append(placeholder("<COMMAND>"))
    return " ".join(words)


def usage_line(level: Level, used: Iterable[str] = ()) -> str:
    """``Usage: uv sync [OPTIONS]``."""
    return f"{header('Usage:')} {usage_words(level, used)}"


# suggestions


def similarity(first: str, second: str) -> float:
    """Jaro similarity of two words, between 0 and 1."""
    if not first or not second:
        return 1.0 if first == second else 0.0
    reach = max(max(len(first), len(second)) // 2 - 1, 0)
    taken = [False] * len(second)
    matched: list[str] = []
    for at, letter in enumerate(first):
        for other in range(max(at - reach, 0), min(len(second), at + reach + 1)):
            if not taken[other] and second[other] == letter:
                taken[other] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    facing = [letter for letter, flag in zip(second, taken, strict=True) if flag]
    swaps = sum(one != two for one, two in zip(matched, facing, strict=True)) // 2
    count = len(matched)
    return (count / len(first) + count / len(second) + (count - swaps) / count) / 3


def similar(word: str, candidates: Iterable[str]) -> list[str]:
    """Candidates that resemble a word, the best last."""
    scored = [(similarity(word, candidate), candidate) for candidate in candidates]
    return [candidate for score, candidate in sorted(scored, key=lambda pair: pair[0]) if score > 0.7]


# messages


def explain(level: Level, matches: Mapping[str, Match], problem: str, facts: Mapping[str, Any]) -> UsageError:
    """Build the error for one of the parser's problems."""
    return UsageError(_PROBLEMS[problem](level, matches, **facts))


def _message(body: str, *, tips: Iterable[str] = (), usage: str | None = None) -> str:
    text = f"{_ERROR}error:{_RESET} {body}"
    for number, tip in enumerate(tips):
        text += ("\n" if number == 0 else "") + f"\n  {_valid('tip:')} {tip}"
    if usage is not None:
        text += f"\n\n{usage}"
    return f"{text}\n\nFor more information, try '{literal('--help')}'.\n"


def _used(level: Level, matches: Mapping[str, Match], *, skip: Iterable[str] = ()) -> list[str]:
    names = []
    for name, match in matches.items():
        if match.source not in {COMMAND_LINE, ENVIRONMENT} or name in skip:
            continue
        option = level.longs.get(name)
        if option is None or not option.get("hidden"):
            names.append(name)
    return names


def _as_value_tip(word: str) -> str:
    return f"to pass '{_invalid(word)}' as a value, use '{_valid('-- ' + word)}'"


def _unknown_long(level: Level, matches: Mapping[str, Match], *, word: str, rest: list[str]) -> str:
    body = f"unexpected argument '{_invalid(word)}' found"
    tips: list[str] = []
    candidates = similar(word[2:], (name[2:] for name in level.longs))
    used = _used(level, matches)
    capturing = any(row.get("last") for row in level.positionals)
    if candidates:
        found = "--" + candidates[-1]
        tips.append(f"a similar argument exists: '{_valid(found)}'")
        option = level.longs[found]
        overridden = set(option.get("overrides", ()))
        overridden |= {name for name in used if option["long"] in level.longs.get(name, {}).get("overrides", ())}
        used = [name for name in used if name not in overridden and name != option["long"]]
        if option["long"] in matches:
            used = _used(level, matches)
        elif not option.get("hidden"):
            used.append(option["long"])
    else:
        elsewhere = _option_of_subcommand(level, word, rest)
        if elsewhere is not None:
            tips.append(f"'{_valid(elsewhere)}' exists")
            candidates = [elsewhere]
    if level.positionals and (not candidates or capturing):
        tips.append(_as_value_tip(word))
    return _message(body, tips=tips, usage=usage_line(level, used))


def _option_of_subcommand(level: Level, word: str, rest: list[str]) -> str | None:
    """``sync --frozen`` for ``uv --frozen sync``."""
    best: tuple[int, str] | None = None
    for name in registry.COMMANDS.get(level.path, ()):
        if name not in rest:
            continue
        options = registry.grammar((*level.path, name))["options"]
        longs = [long[2:] for option in options for long in (option["long"], *option.get("aliases", ()))]
        candidates = similar(word[2:], longs)
        if candidates and (best is None or rest.index(name) < best[0]):
            best = (rest.index(name), f"{name} --{candidates[-1]}")
    return best[1] if best else None


def _wrong_name(level: Level, _matches: Mapping[str, Match], *, option: Option) -> str:
    return _message(
        f"unexpected argument '{_invalid(option['long'])}' found",
        tips=[f"a similar argument exists: '{_valid(option['instead'])}'"],
        usage=usage_line(level),
    )


def _unknown_short(level: Level, _matches: Mapping[str, Match], *, word: str) -> str:
    tips = [_as_value_tip(word)] if level.positionals else []
    return _message(f"unexpected argument '{_invalid(word)}' found", tips=tips, usage=usage_line(level))


def _unknown_word(level: Level, _matches: Mapping[str, Match], *, word: str, tip: bool) -> str:
    tips = [_as_value_tip(word)] if tip else []
    return _message(f"unexpected argument '{_invalid(word)}' found", tips=tips, usage=usage_line(level))


_PIP_COMMANDS = ("compile", "install", "uninstall", "freeze", "list", "show")


def _word(level: Level, matches: Mapping[str, Match], *, word: str, trailing: bool) -> str:
    if trailing and word in level.subcommands:
        remove = f"subcommand '{_valid(word)}' exists; to use it, remove the '{_invalid('--')}' before it"
        return _message(f"unexpected argument '{_invalid(word)}' found", tips=[remove], usage=usage_line(level))
    if not level.subcommands:
        return _unknown_word(level, matches, word=word, tip=False)
    body = f"unrecognized subcommand '{_invalid(word)}'"
    tips = []
    if word in _PIP_COMMANDS:
        tips.append(f"a similar subcommand exists: '{_valid('uv pip ' + word)}'")
    else:
        candidates = similar(word, subcommand_names(level))
        if candidates:
            start = "a similar subcommand exists" if len(candidates) == 1 else "some similar subcommands exist"
            tips.append(f"{start}: " + ", ".join(f"'{_valid(name)}'" for name in candidates))
    return _message(body, tips=tips, usage=usage_line(level))


def subcommand_names(level: Level) -> list[str]:
    """Names and aliases in declaration order, as uv has them."""
    aliases = registry.ALIASES.get(level.path, {})
    names: list[str] = []
    for name in registry.COMMANDS[level.path]:
        if (*level.path, name) in registry.BEYOND_UV:
            continue
        names.append(name)
        names += [alias for alias, target in aliases.items() if target == name]
    return names


def _unneeded_value(level: Level, matches: Mapping[str, Match], *, option: Option, value: str) -> str:
    required = {option["long"] for option in level.options if option.get("required")}
    used = [name for name in _used(level, matches) if name not in required]
    if option["long"] not in used:
        used.append(option["long"])
    body = (
        f"unexpected value '{_invalid(value)}' for '{literal(plain(option_text(option)))}' found; no more were expected"
    )
    return _message(body, usage=usage_line(level, used))


def _row_text(option: Option | Positional) -> str:
    return plain(option_text(option) if "long" in option else positional_text(option))  # type: ignore[arg-type]


def _choices(option: Option | Positional) -> str:
    choices = option.get("choices")
    if not choices:
        return ""
    return f"\n  [possible values: {', '.join(_valid(choice) for choice in choices)}]"


def _missing_value(_level: Level, _matches: Mapping[str, Match], *, option: Option) -> str:
    body = f"a value is required for '{_invalid(_row_text(option))}' but none was supplied"
    return _message(body + _choices(option))


def _choice(level: Level, matches: Mapping[str, Match], *, option: Option, value: str) -> str:
    if not value:
        return _missing_value(level, matches, option=option)
    body = f"invalid value '{_invalid(value)}' for '{literal(_row_text(option))}'" + _choices(option)
    near = similar(value, option.get("choices", ()))
    tips = [f"a similar value exists: '{_valid(near[-1])}'"] if near else []
    return _message(body, tips=tips)


def _value(level: Level, matches: Mapping[str, Match], *, option: Option, value: str, reason: str) -> str:
    if option.get("kind") == "bump":
        return _message(reason, usage=usage_line(level))
    if reason == "":
        return _missing_value(level, matches, option=option)
    if reason == "[bool]":
        return _message(
            f"invalid value '{_invalid(value)}' for '{literal(_row_text(option))}'"
            f"\n  [possible values: {_valid('true')}, {_valid('false')}]"
        )
    return _message(f"invalid value '{_invalid(value)}' for '{literal(_row_text(option))}': {reason}")


def _repeated(level: Level, _matches: Mapping[str, Match], *, option: Option) -> str:
    body = f"the argument '{_invalid(_row_text(option))}' cannot be used multiple times"
    return _message(body, usage=usage_line(level))


def _conflict(level: Level, matches: Mapping[str, Match], *, option: Option | Positional, others: list[str]) -> str:
    body = f"the argument '{_invalid(_row_text(option))}' cannot be used with"
    texts = [_argument_text(level, name) for name in others]
    if len(texts) == 1:
        body += f" '{_invalid(texts[0])}'"
    else:
        body += ":" + "".join(f"\n  {_invalid(text)}" for text in texts)
    used = _used(level, matches, skip=others)
    needed = [
        name
        for key in used
        for name in level.longs.get(key, {}).get("requires", ())
        if name not in used and name not in others
    ]
    return _message(body, usage=usage_line(level, needed + used))


def _missing(level: Level, matches: Mapping[str, Match], *, missing: list[str]) -> str:
    options, groups, positionals = [], [], []
    for name in missing:
        if name in level.longs:
            options.append(option_text(level.longs[name]))
        elif name in level.by_name:
            positionals.append(positional_text(level.by_name[name], required=True))
        else:
            groups.append(_group_text(level, name))
    listing = "".join(f"\n  {_valid(plain(text))}" for text in options + groups + positionals)
    body = f"the following required arguments were not provided:{listing}"
    return _message(body, usage=usage_line(level, _used(level, matches) + missing))


def _missing_subcommand(level: Level, _matches: Mapping[str, Match]) -> str:
    names = ", ".join(_valid(name) for name in subcommand_names(level))
    body = f"'{_invalid(level.display)}' requires a subcommand but one was not provided\n  [subcommands: {names}]"
    return _message(body, usage=usage_line(level))


_PROBLEMS: dict[str, Callable[..., str]] = {
    "unknown_long": _unknown_long,
    "unknown_short": _unknown_short,
    "unknown_word": _unknown_word,
    "word": _word,
    "unneeded_value": _unneeded_value,
    "wrong_name": _wrong_name,
    "missing_value": _missing_value,
    "choice": _choice,
    "value": _value,
    "repeated": _repeated,
    "conflict": _conflict,
    "missing": _missing,
    "missing_subcommand": _missing_subcommand,
}
