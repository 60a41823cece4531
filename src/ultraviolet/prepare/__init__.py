"""A distribution becomes metadata, or a wheel unpacked in the cache: each exactly once, whoever asks.

:class:`~ultraviolet.prepare.preparer.Preparer` is the resolver's provider of metadata and the installer's provider of wheels.
"""
