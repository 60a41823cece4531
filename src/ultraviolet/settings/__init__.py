"""Settings: command line > environment > project > user > system, merged into the frozen options of each room.

:func:`ultraviolet.settings.resolve.resolve_settings` is the entrance. Without configuration files it costs a few
``stat`` calls; TOML is only imported when a file is there.
"""
