"""Stripe as a process of its own: `python -m tests.stripe_fake --webhooks URL`."""

import argparse
import threading

from .fake import StripeFake


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhooks", help="where events are delivered as they happen")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds each delivery is late")
    parser.add_argument("--secret-key", default="sk_test_fake")
    parser.add_argument("--webhook-secret", default="whsec_fake")
    asked = parser.parse_args()
    with StripeFake(
        port=asked.port, secret_key=asked.secret_key, webhook_secret=asked.webhook_secret
    ) as fake:
        if asked.webhooks:
            fake.deliver_automatically(asked.webhooks, delay=asked.delay)
        print(f"STRIPE_API_BASE={fake.url}")
        print(f"STRIPE_SECRET_KEY={fake.secret_key}")
        print(f"STRIPE_WEBHOOK_SECRET={fake.webhook_secret}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
