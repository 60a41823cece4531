"""Interpreters: what the user asked for, where they are, and the facts one probe tells about each.

``request`` parses ``--python`` values and pins, ``discovery`` finds installations, ``probe`` runs (or remembers) the
probe, ``managed`` knows the installations below the data directory, ``pins`` reads and writes ``.python-version``.
Nothing heavier than ``os`` is imported at module level: creating an environment must cost milliseconds.
"""

from __future__ import annotations
