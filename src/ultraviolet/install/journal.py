"""Journals: how an environment stays whole when a command is killed.

A distribution counts as installed when its ``.dist-info`` directory is in site-packages. That directory is made under another
name, ``.uv-install-*``, complete with its ``RECORD``, *before* the first file of the distribution is linked, and gets its own
name by one rename *after* the last one. A removal renames it away, to ``.uv-remove-*``, before the first file goes, and
deletes it after the last. So at every moment

- a ``.dist-info`` in place means that all files of the distribution are in place;
- a distribution of which only some files are there has a journal whose ``RECORD`` names them.

The next command that holds the environment's lock finds the journals in its listing of site-packages and completes the
removal (:func:`repair`): files that the ``RECORD`` names go, unless another installed distribution owns them. What was to be
installed is then missing, which any plan notices. The names do not end in ``.dist-info``, so that
nobody takes the directories for distributions.

An installation that some other installer left half done has a ``.dist-info`` without ``RECORD`` and ``INSTALLER``
(``InstalledDistribution.complete``); plans reinstall it.
"""

from __future__ import annotations

import os

from ultraviolet.environment.site_packages import SitePackages, read_file
from ultraviolet.environment.value import Environment
from ultraviolet.fs.trees import remove_tree
from ultraviolet.install.removal import remove_recorded
from ultraviolet.standards.record import parse_record


def removal_journal(dist_info_path: str) -> str:
    """Return the path of the journal of a removal; nothing is renamed."""
    parent, name = os.path.split(dist_info_path)
    return f"{parent}/.uv-remove-{os.getpid()}-{name.removesuffix('.dist-info')}"


def repair(environment: Environment, site_packages: SitePackages) -> list[str]:
    """Complete the removals that the journals tell of; return ``name-version`` of the distributions concerned.

    Call it with the environment's lock held, before planning.
    """
    if not site_packages.interrupted:
        return []
    owned: set[str] = set()
    for distribution in site_packages:
        text = read_file(os.path.join(distribution.path, "RECORD"))
        if text is not None:
            base = os.path.dirname(distribution.path)
            rows = parse_record(text.decode("utf-8", "replace"))
            owned.update(os.path.normpath(os.path.join(base, path)) for path, _, _ in rows)
    repaired = []
    for journal in site_packages.interrupted:
        base = os.path.dirname(journal)
        record = read_file(os.path.join(journal, "RECORD"))
        if record is not None:
            paths = [path for path, _, _ in parse_record(record.decode("utf-8", "replace"))]
            mine = [path for path in paths if os.path.normpath(os.path.join(base, path)) not in owned]
            remove_recorded(mine, base, environment)
        remove_tree(journal)
        repaired.append(os.path.basename(journal).split("-", 3)[-1])
    return repaired
