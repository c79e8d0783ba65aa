"""The infrastructure: what is deployed, with which settings, to AWS or to the embedded cloud."""

import os
from pathlib import Path

_NODE = Path(__file__).resolve().parents[1] / ".tools" / "node" / "node"

# CDK's constructs run in Node. The project's own is taken where there is one, so that it does not matter which Node, or
# whether any, is installed on the machine. It must be said before aws_cdk is imported.
if _NODE.exists():
    os.environ.setdefault("JSII_NODE", str(_NODE))
