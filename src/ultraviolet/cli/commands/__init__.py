"""One module per command, each with ``run(invocation) -> int``: read settings, call one operation, print."""
