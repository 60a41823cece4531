"""How laws are tried with values made up for them."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# How quick the machine is must not decide whether a law holds.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
