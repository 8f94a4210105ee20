"""The build hook: builds the scripts of the atlas when they are stale, with a Node of its own.

A wheel or a source distribution holds them built and needs neither Node nor its packages. Set
STALEMATE_NO_FRONTEND=1 to leave them out; the atlas then shows its pages without script.
"""

import os
import sys
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "frontend"))
import assets


class ScriptsOfTheAtlas(BuildHookInterface):
    """Builds before anything is packed."""

    def dependencies(self):
        """Ask for Node only when there is something to build."""
        return [assets.NODE_WHEEL] if self._wanted() else []

    def initialize(self, version, build_data):
        """Build what is stale."""
        if self._wanted():
            assets.build()

    def _wanted(self):
        return not os.environ.get("STALEMATE_NO_FRONTEND") and assets.stale()
