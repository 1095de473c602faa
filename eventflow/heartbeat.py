"""Signs of life: which queues some worker is there for, kept in Redis while they are fresh."""

from collections.abc import Collection

from redis import Redis

LASTS = 12
"""Seconds after which a worker that has given no sign is taken for dead."""


def beat(client: Redis, queues: Collection[str], worker: str) -> None:
    """A worker says that it is there for these queues."""
    with client.pipeline() as pipeline:
        for queue in queues:
            pipeline.set(_key(queue), worker, ex=LASTS)
        pipeline.execute()


def stop(client: Redis, queues: Collection[str], worker: str) -> None:
    """A worker says that it leaves, unless another has spoken for the queue since."""
    for queue in queues:
        if client.get(_key(queue)) == worker.encode():
            client.delete(_key(queue))


def served(client: Redis, queues: Collection[str]) -> set[str]:
    """Those of the queues that some worker is there for."""
    signs = client.mget([_key(queue) for queue in queues])
    return {queue for queue, sign in zip(queues, signs, strict=True) if sign}


def _key(queue: str) -> str:
    return f"eventflow:worker:{queue}"
