"""What a command was asked for: arguments, requirements files, manifests and scripts, read into one specification.

Import the module that holds what you need: ``arguments`` (one requirement), ``requirements_txt`` (one file), ``sources``
(which kind of source an argument is) and ``specification`` (all of it together).
"""
