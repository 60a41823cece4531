"""Transfers: one client, two transports, retries, redirects, credentials, cache semantics.

``client.Client`` sends requests and hands back futures; who needs an answer waits for it. Importing this package or
``client`` loads neither libcurl nor ``ssl``: the transport is chosen and started by the first request.
"""

from __future__ import annotations
