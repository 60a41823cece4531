"""What can be installed and from where: the frozen values that travel between rooms.

Sources and requirements after lowering, artifacts and listings of an index, distributions, unpacked wheels,
installed distributions and the solved graph. Nothing here does I/O; import the module that holds the value.
"""
