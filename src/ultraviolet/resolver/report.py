"""The explanation of a failure."""

from __future__ import annotations

from ultraviolet.pubgrub import Derivation
from ultraviolet.resolver.errors import NoSolution
from ultraviolet.resolver.fork_state import ForkState
from ultraviolet.resolver.inquiry import Inquiry


def explain(inquiry: Inquiry, derivation: Derivation, state: ForkState) -> NoSolution:
    """Return the error for a derivation."""
    return NoSolution("No solution found when resolving dependencies:", "", hints=(), derivation=derivation, split=None)
