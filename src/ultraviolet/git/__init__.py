"""Git repositories: references to commits, commits to checkouts in the cache, by way of the git program.

``repositories`` is what others use; ``database`` keeps one clone of a repository, ``checkout`` one work tree of a commit,
``program`` runs git.
"""
