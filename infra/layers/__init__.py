"""What runs in Lambda, built as zips: one per function and one per layer.

`python -m infra.layers local` or `python -m infra.layers aws` builds all of them into ``build/``.
"""

from infra.layers.build import FUNCTIONS, LAYERS, Assets, BuiltAssets, StubAssets
from infra.layers.target import Target, TargetUnavailableError

__all__ = ["FUNCTIONS", "LAYERS", "Assets", "BuiltAssets", "StubAssets", "Target", "TargetUnavailableError"]
