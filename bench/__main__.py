"""bin/bench: how close the hot paths are to what the database and the server can do.

    bin/bench            the hot paths against their floor, at 1 to 64 clients
    bin/bench --big      the same again with 1,000,000 tickets in the database
    bin/bench --quick    short rounds, to see that it works

Product and floor are alive at once and asked in turn, so that what the machine does meanwhile
falls on both; compare the ratios, never the absolute figures.
"""

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import mkdtemp

from bench import cases, clients, servers, world
from bench.cases import Case
from bench.clients import Run

RESULTS = Path(__file__).parent / "results"


def main() -> None:
    asked = _arguments()
    folder = Path(mkdtemp(prefix="eventflow-bench-"))
    product_port, floor_port = 18_080, 18_081
    os.environ |= {
        "EVENTFLOW_ENV": "testing",
        "BASE_DOMAIN": f"eventflow.localhost:{product_port}",
        "RATELIMIT_ENABLED": "0",
        "EVENTFLOW_VAR": str(folder),
        "BENCH_BYTES": str(folder),
    }
    for words in (["db", "upgrade"], ["templates", "compile"]):  # As bin/dev and deploy/ do.
        subprocess.run([sys.executable, "-m", "flask", "--app", "wsgi", *words], check=True)
    made = world.make(200 if asked.quick else 5_000)
    os.environ["BENCH_SUBJECT"] = f"{made.tenant_id},{made.event},{made.tier}"
    host = f"{made.slug}.eventflow.localhost:{product_port}"
    product, floor = (
        servers.serve("wsgi:app", product_port),
        servers.serve("bench.floor:app", floor_port),
    )
    try:
        _keep_pages(made, host, product_port, folder)
        report = {"machine": platform.platform(), "cores": os.cpu_count(), "cases": []}
        report["cases"] += _measure_all(asked, made, host, product_port, floor_port, "empty")
        report["memory_mb"] = servers.memory(product)
        if asked.big:
            world.fill(events=2_000, number_of_orders=300_000, tickets=1_000_000)
            report["cases"] += _measure_all(asked, made, host, product_port, floor_port, "full")
        _print_verdict(report)
    finally:
        for server in (product, floor):
            os.killpg(server.pid, signal.SIGTERM)
    if not asked.quick and not asked.only:
        RESULTS.mkdir(exist_ok=True)
        name = datetime.now(UTC).strftime("%Y-%m-%d-%H%M.json")
        (RESULTS / name).write_text(json.dumps(report, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds")
    parser.add_argument("--big", action="store_true", help="also with 1,000,000 tickets")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--only", default="", help="cases whose name has this in it")
    asked = parser.parse_args()
    if asked.quick:
        asked.rounds, asked.seconds = 1, 0.5
    return asked


def _keep_pages(made: world.World, host: str, port: int, folder: Path) -> None:
    for name, asked in cases.pages(made, host).items():
        got: list[clients.Answer] = []

        def once(_number: int, asked=asked, got=got):
            got.append((yield asked))
            yield clients.DONE

        clients.run(port, 1, 0, once, range(200, 300))
        (folder / name).write_bytes(got[0].body)
        (folder / f"{name}.type").write_text(got[0].header("Content-Type"))


def _measure_all(
    asked: argparse.Namespace,
    made: world.World,
    host: str,
    product_port: int,
    floor_port: int,
    database: str,
) -> list[dict]:
    print(
        f"\n{'database: ' + database:24}{'clients':>8}{'product/s':>11}{'floor/s':>10}"
        f"{'ratio':>7}{'p50':>8}{'p95':>8}{'p99':>8}{'floor’s p95':>13}  ms",
        flush=True,
    )
    told = []
    for case in cases.all_of(made, host):
        if asked.only not in case.name:
            continue
        for number in case.clients:
            told.append(
                _measure(asked, case, number, product_port, floor_port) | {"database": database}
            )
    return told


def _measure(
    asked: argparse.Namespace, case: Case, number: int, product_port: int, floor_port: int
) -> dict:
    pairs: list[tuple[Run, Run]] = []
    for turn in range(asked.rounds + 1):
        seconds = asked.seconds if turn else min(0.5, asked.seconds)
        case.prepare()
        floor = clients.run(floor_port, number, seconds, case.floor, case.good)
        case.prepare()
        product = clients.run(product_port, number, seconds, case.product, case.good)
        if turn:  # The first pair warms both up.
            pairs.append((product, floor))
    failures = sum(product.failures + floor.failures for product, floor in pairs)
    ratio = median(product.rate / floor.rate for product, floor in pairs)
    of_product = Run(took=[took for product, _floor in pairs for took in product.took])
    of_floor = Run(took=[took for _product, floor in pairs for took in floor.took])
    told = {
        "case": case.name,
        "clients": number,
        "product": round(median(product.rate for product, _floor in pairs), 1),
        "floor": round(median(floor.rate for _product, floor in pairs), 1),
        "ratios": [round(product.rate / floor.rate, 3) for product, floor in pairs],
        "ratio": round(ratio, 3),
        **{f"p{p}": round(of_product.percentile(p), 1) for p in (50, 95, 99)},
        "floor_p95": round(of_floor.percentile(95), 1),
        "target": case.target,
        "target_at": case.clients[-1],
        "failures": failures,
    }
    mark = (
        ""
        if number != case.clients[-1] or case.target is None
        else (" ok" if ratio >= case.target else f" below {case.target}")
    )
    print(
        f"{case.name:24}{number:8}{told['product']:11}{told['floor']:10}{told['ratio']:7.2f}"
        f"{told['p50']:8}{told['p95']:8}{told['p99']:8}{told['floor_p95']:13}{mark}"
        + (f"  {failures} failed" if failures else ""),
        flush=True,
    )
    return told


def _print_verdict(report: dict) -> None:
    print()
    for process in report["memory_mb"]:
        print(
            f"a web process: {process['rss']} MB resident (at most 130 wanted), of which its"
            f" share is {process['pss']} MB"
        )
    full = {(c["case"], c["clients"]): c for c in report["cases"] if c["database"] == "full"}
    for case in report["cases"]:
        grown = full.get((case["case"], case["clients"]))
        if case["database"] == "empty" and grown and case["target_at"] == case["clients"]:
            print(f"{case['case']:24} p95 full/empty: {grown['p95'] / case['p95']:.2f}")


if __name__ == "__main__":
    main()
