"""Threads that share a slot's reader must not end each other at a barrier."""

from concurrent.futures import ThreadPoolExecutor

from exhibit.contract.barrier import barrier


def test_barrier_of_many_threads_holds_nobody_up() -> None:
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(lambda: [barrier() for _ in range(1000)]) for _ in range(8)]:
            assert len(done.result()) == 1000
