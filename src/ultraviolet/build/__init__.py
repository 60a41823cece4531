"""PEP 517 and PEP 660 frontend: a source tree becomes a wheel, an sdist, or metadata.

The room runs the hooks; what the hooks need installed is provided through :class:`ultraviolet.build.ports.Provision`, which the
operations implement, because it takes a resolver and an installer.
"""
