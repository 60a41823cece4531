"""Projects and workspaces: found, read, joined with their sources, and changed in place.

Import the module that holds what you need: ``discovery`` (project and members), ``manifest`` (one ``pyproject.toml``),
``lowering`` (``tool.uv.sources``), ``metadata`` (what a source tree says without being built), ``requires_python``,
``cache_info``, ``editing`` and ``additions`` (``uv add``, ``uv remove``), ``scripts`` (PEP 723), ``init`` (``uv init``).
"""
