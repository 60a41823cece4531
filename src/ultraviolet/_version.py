"""The two versions: of this project, and of the uv release it reproduces."""

__version__ = "0.1.0"
COMPATIBILITY_VERSION = "0.12.5"
"""The uv release whose behaviour, files and version checks this project reproduces."""
