"""How the cut-off dates of a lock differ from those asked for, in words."""

from __future__ import annotations

from ultraviolet.lock.model import Cutoff, Options


def exclude_newer_change(old: Options, new: Options) -> str | None:
    """Say how the cut-offs differ; a span that stays the same is no change although the time moves on."""
    before, after = old.exclude_newer, new.exclude_newer
    if before is None and after is not None:
        return f"addition of global exclude newer {_moment(after)}"
    if before is not None and after is None:
        return "removal of global exclude newer"
    if before is not None and after is not None and (change := _cutoff_change(before, after)):
        return change
    for name, setting in old.exclude_newer_package.items():
        if name not in new.exclude_newer_package:
            return f"removal of exclude newer for package `{name}`"
        now = new.exclude_newer_package[name]
        if setting is False and now is not False:
            return f"remove exclude newer exclusion (now `{_moment(now)}`) for package `{name}`"
        if setting is not False and now is False:
            return f"add exclude newer exclusion (was `{_moment(setting)}`) for package `{name}`"
        if setting is not False and now is not False and (change := _cutoff_change(setting, now)):
            return f"{change} for package `{name}`"
    for name, setting in new.exclude_newer_package.items():
        if name not in old.exclude_newer_package:
            if setting is False:
                return f"addition of exclude newer exclusion for package `{name}`"
            return f"addition of exclude newer `{_moment(setting)}` for package `{name}`"
    return None


def _cutoff_change(old: Cutoff, new: Cutoff) -> str | None:
    if old.span is None and new.span is not None:
        return f"addition of exclude newer span `{new.span}`"
    if old.span is not None and new.span is None:
        return "removal of exclude newer span"
    if old.span != new.span:
        return f"change of exclude newer span from `{old.span}` to `{new.span}`"
    if old.span is None and old.timestamp != new.timestamp:
        return f"change of exclude newer timestamp from `{old.timestamp}` to `{new.timestamp}`"
    return None


def _moment(cutoff: Cutoff) -> str:
    return cutoff.timestamp or cutoff.span or ""
