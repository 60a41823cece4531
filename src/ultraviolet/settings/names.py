"""Package, extra and group names in settings."""

from __future__ import annotations

from ultraviolet.settings.errors import SettingsError

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
_ALL = _LETTERS | frozenset("-_.")


def normalized_name(text: str) -> str:
    """A name in its normal form.

    >>> normalized_name("Foo__Bar")
    'foo-bar'
    """
    if not text or text[0] not in _LETTERS or text[-1] not in _LETTERS or not _ALL.issuperset(text):
        raise SettingsError(
            f'Not a valid package or extra name: "{text}". Names must start and end with a letter or digit and may '
            "only contain -, _, ., and alphanumeric characters."
        )
    text = text.lower().replace("_", "-").replace(".", "-")
    while "--" in text:
        text = text.replace("--", "-")
    return text


def checked_index_name(text: str) -> str:
    """A name of an index, as it is.

    Raises :class:`SettingsError` when it has a character that cannot stand in the name of a variable.
    """
    if not text:
        raise SettingsError("Index included a name, but the name was empty")
    for letter in text:
        if letter not in _ALL:
            raise SettingsError(
                "Index names may only contain letters, digits, hyphens, underscores, and periods, but found "
                f"unsupported character (`{letter}`) in: `{text}`"
            )
    return text
