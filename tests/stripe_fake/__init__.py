"""A stateful stand-in for Stripe: a real HTTP server with a store of its own, for tests.

Every request that arrives and every object that leaves is checked against the types inside
stripe-python (`checker`), so it cannot drift from the API version the library speaks. What it
does has been read in Stripe's documentation; it has not been compared with Stripe itself.

    fake          StripeFake: the handle a test holds; fixtures: the pytest fixture `stripe_fake`
    server        HTTP, keys, idempotency, faults;   routes: which request is whose
    checker       requests and objects against the types of the library
    store         objects, their owners, the clock, the events
    accounts checkout payments refunds disputes listing      what Stripe does
    webhooks      signing and delivering: late, twice, out of order, lost, forged
    pages         the hosted payment and onboarding pages
    scenarios     usual situations, made through the product's own gateway
"""
