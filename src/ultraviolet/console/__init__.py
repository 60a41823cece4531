"""What the user sees: streams and levels, colours, summary lines, errors, progress, tables.

Commands and operations get one :class:`ultraviolet.console.printer.Console` and print through it. Results go to
stdout, everything else to stderr.
"""
