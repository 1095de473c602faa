import pytest

from eventflow.payments.stripe_gateway import StripeGateway

from .fake import StripeFake
from .fixtures import stripe_fake as stripe_fake
from .scenarios import gateway_to, ready_organizer


@pytest.fixture
def gateway(stripe_fake: StripeFake) -> StripeGateway:
    return gateway_to(stripe_fake)


@pytest.fixture
def organizer(stripe_fake: StripeFake, gateway: StripeGateway) -> str:
    """An account that may take payments."""
    return ready_organizer(stripe_fake, gateway)
