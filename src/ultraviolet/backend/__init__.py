"""The build backend of projects that name ``uv_build``: pure-Python wheels straight from ``[project]`` (PEP 517, 621, 660).

Such projects are built in this process, without an environment and without a download. The room knows nothing of resolving or
installing, so it can be used alone.
"""
