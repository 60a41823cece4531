"""Environments: what they are, how they are made, and what is installed in them.

``value`` is the environment as the other rooms see it; ``create`` makes one; ``site_packages`` lists what is installed and
``diagnostics`` says what is wrong with it; ``project`` decides whether a project's environment may be kept.
"""

from __future__ import annotations
