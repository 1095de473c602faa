"""The worker with one job more: `python -m tests.queue.lingering_worker prompt`.

`tests.linger` says in Redis that it is at work, and goes on when it is told to. Its lease is short,
so that a test needn't wait for the one of the product.
"""

import sys
import time
from datetime import timedelta

import jobs
from eventflow import queue
from jobs import worker

queue.LEASE = timedelta(seconds=2)
queue.RENEW_EVERY = 0.5


def linger(name: str) -> None:
    client = queue.connection()
    client.incr(f"began:{name}")
    while not client.exists(f"go:{name}"):
        time.sleep(0.05)
    client.incr(f"ended:{name}")


jobs._registry["tests.linger"] = linger

if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[1:]))
