"""The words and options of ``uv publish``."""

from __future__ import annotations

from ultraviolet.cli.grammar.model import Command
from ultraviolet.cli.grammar.shared import DRY_RUN, GLOBALS, KEYRING_PROVIDER

COMMAND: Command = {
    "path": ("publish",),
    "positionals": ({"name": "files", "value": "FILES", "repeat": True, "default": "dist/*"},),
    "options": (
        {"long": "--index", "value": "INDEX", "env": "UV_PUBLISH_INDEX", "conflicts": ("--publish-url", "--check-url")},
        {"long": "--username", "short": "-u", "value": "USERNAME", "env": "UV_PUBLISH_USERNAME"},
        {"long": "--password", "short": "-p", "value": "PASSWORD", "env": "UV_PUBLISH_PASSWORD"},
        {
            "long": "--token",
            "short": "-t",
            "value": "TOKEN",
            "env": "UV_PUBLISH_TOKEN",
            "conflicts": ("--username", "--password"),
        },
        {"long": "--trusted-publishing", "value": "TRUSTED_PUBLISHING", "choices": ("automatic", "always", "never")},
        *KEYRING_PROVIDER,
        {"long": "--publish-url", "value": "PUBLISH_URL", "kind": "url", "env": "UV_PUBLISH_URL"},
        {"long": "--check-url", "value": "CHECK_URL", "kind": "index-url", "env": "UV_PUBLISH_CHECK_URL"},
        {"long": "--skip-existing", "hidden": True},
        *DRY_RUN,
        {"long": "--no-attestations", "env": "UV_PUBLISH_NO_ATTESTATIONS"},
        {"long": "--direct", "hidden": True},
        *GLOBALS,
    ),
}
