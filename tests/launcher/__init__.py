"""The launcher of bin/ is no package of the product: its tests find it here."""

import sys
from pathlib import Path

BIN = Path(__file__).resolve().parents[2] / "bin"

sys.path.insert(0, str(BIN))
