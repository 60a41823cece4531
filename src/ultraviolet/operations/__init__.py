"""What can be done: one module for each verb. Here the rooms are wired to each other; nothing here prints.

Every function takes typed values and returns them; progress and warnings go to the :class:`~ultraviolet.operations.reporter.Reporter`
that the caller hands in.
"""
