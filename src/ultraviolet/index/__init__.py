"""What exists: the versions and files of a project at the configured indexes, and the metadata of its wheels.

``client.IndexClient`` answers both; ``prefetch`` calls return at once, the others wait. Parsing happens on the asking thread,
answers are kept decoded in the cache, identical questions are asked once.
"""

from __future__ import annotations
