"""The pytest fixture `stripe_fake`; a conftest at the root can name this module as a plugin."""

from collections.abc import Iterator

import pytest

from .fake import StripeFake


@pytest.fixture
def stripe_fake() -> Iterator[StripeFake]:
    """Stripe on a port of its own. It also fails the test when the fake itself went wrong."""
    with StripeFake() as fake:
        yield fake
        assert fake.broken == []
