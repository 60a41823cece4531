"""Search for an interpreter with everything that a command knows: preference, download policy, hints."""

from __future__ import annotations

from ultraviolet.operations.world import World
from ultraviolet.python.discovery import Installation, find_python
from ultraviolet.python.errors import PythonNotFound
from ultraviolet.python.request import DEFAULT, PythonRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ultraviolet.python.discovery import EnvironmentPreference


def search_python(
    world: World, request: PythonRequest | None, *, environments: EnvironmentPreference = "any"
) -> Installation:
    """Return the installation for a request; None asks for the default.

    :param environments: whether virtual environments and the system's Pythons count.
    :raises PythonNotFound: there is none; hints say whether a download could have helped.
    :raises DiscoveryError: the only candidates cannot be used.
    """
    wanted = request if request is not None else DEFAULT
    preference = world.options.python_preference
    try:
        return find_python(wanted, world.search, environments=environments, preference=preference)
    except PythonNotFound as error:
        from ultraviolet.operations.missing_python import DownloadPolicy, explain

        policy = DownloadPolicy(world.options.python_downloads, offline=world.options.http.offline)
        raise explain(error, wanted, policy, preference=preference, cwd=world.cwd) from error.__cause__
