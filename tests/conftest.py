"""What holds for every suite."""

from __future__ import annotations

import signal

# A shell that runs the suite in the background has its children ignore Ctrl-C, which tests of interruption send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
