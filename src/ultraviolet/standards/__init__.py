"""Packaging standards as pure values: one module per specification, no input or output anywhere.

Import what is needed from the module that owns it (``standards.versions``, ``standards.ranges``, ...); this
module imports nothing, so that a command pays only for the standards it touches.
"""
