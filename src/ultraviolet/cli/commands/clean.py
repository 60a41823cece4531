"""``uv clean``: a hidden name of ``uv cache clean``."""

from __future__ import annotations

from ultraviolet.cli.commands.cache_clean import run

__all__ = ["run"]
