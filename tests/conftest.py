"""What holds for every suite."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# How quick the machine is must not decide whether a law holds.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# A shell that runs the suite in the background has its children ignore Ctrl-C, which tests of interruption send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
