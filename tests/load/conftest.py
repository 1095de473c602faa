"""The storms are made on copies that the launcher runs: its modules are found from here too."""

import tests.launcher  # noqa: F401
