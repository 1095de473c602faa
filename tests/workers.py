"""Which of the processes that run the tests runs which.

A test goes to whichever is free, but for those that get in each other's way or share what takes
long to make: they are one work unit. The largest units begin first.
"""

import gc

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = {
    "tests/demo/test_demo.py": "the whole demo, loaded once",
    "tests/launcher/test_dev.py": "copies of the product",
    "tests/launcher/test_services.py": "copies of the product",
    "tests/load/test_faults.py": "copies of the product",
    "tests/load/test_http_rush.py": "copies of the product",
}


class Scheduling(LoadScopeScheduling):
    """Unlike `--dist loadgroup`, it does not depend on marks that change a test's name."""

    def _split_scope(self, nodeid: str) -> str:
        return TOGETHER.get(nodeid.partition("::")[0], nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadscope" else None


def pytest_collection_finish() -> None:
    """What was collected stays to the end, and isn't looked through for what could be let go.

    Nor is the rest as often as usual: that took a twenty-fifth of all the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
