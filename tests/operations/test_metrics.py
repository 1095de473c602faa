import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from eventflow import logs, metrics

BASE = "http://eventflow.example"


@pytest.fixture
def app(build) -> Flask:
    app = build(logs, metrics)

    @app.get("/events/<slug>")
    def event(slug):
        return slug

    return app


def told(app, **kwargs) -> str:
    answer = app.test_client().get("/metrics", base_url=kwargs.pop("base_url", BASE), **kwargs)
    assert answer.status_code == 200
    return answer.text


def figure(text: str, series: str) -> float:
    found = [line for line in text.splitlines() if line.startswith(series + " ")]
    return float(found[0].split()[-1]) if found else 0.0


def test_requests_are_timed_by_route_and_not_by_address(app):
    series = (
        'eventflow_request_seconds_count{method="GET",route="/events/<slug>",status="2xx"}',
        'eventflow_request_seconds_count{method="GET",route="none",status="4xx"}',
        'eventflow_request_seconds_count{method="other",route="none",status="4xx"}',
    )
    before = [figure(told(app), name) for name in series]
    client = app.test_client()
    client.get("/events/gala")
    client.get("/events/market")
    for path in ("/nowhere", "/wp-admin", "/.env"):
        client.get(path)
    client.open("/events/gala", method="BREW")
    text = told(app)
    after = [figure(text, name) for name in series]
    assert [b - a for a, b in zip(before, after, strict=True)] == [2, 3, 1]
    assert "gala" not in text
    assert "wp-admin" not in text
    assert "BREW" not in text


def test_what_capabilities_count_is_told(app):
    before = told(app)
    metrics.hold_placed()
    metrics.hold_refused("sold_out")
    metrics.hold_refused("sold_out")
    metrics.order_reached("paid")
    metrics.payment("sandbox", "paid")
    metrics.webhook_received("stripe", 1.5)
    metrics.checked_in("USED")
    metrics.job_done("sales.confirm_order", "done", 0.2)
    metrics.rate_limited("sign_in")
    after = told(app)
    for series, more in {
        "eventflow_holds_placed_total": 1,
        'eventflow_hold_refusals_total{reason="sold_out"}': 2,
        'eventflow_orders_total{state="paid"}': 1,
        'eventflow_payments_total{outcome="paid",provider="sandbox"}': 1,
        'eventflow_webhook_lag_seconds_sum{provider="stripe"}': 1.5,
        'eventflow_checkins_total{result="USED"}': 1,
        'eventflow_job_seconds_count{job="sales.confirm_order",outcome="done"}': 1,
        'eventflow_rate_limited_total{limit="sign_in"}': 1,
    }.items():
        assert figure(after, series) - figure(before, series) == more, series


def test_gauges_are_measured_when_asked(app):
    waiting = [3.5]
    metrics.register_gauge(app, "eventflow_queue_age_seconds", "Age", lambda: waiting[0])
    metrics.register_gauge(
        app, "eventflow_queue_length", "Length", lambda: {"prompt": 1, "bulk": 250}, label="queue"
    )
    text = told(app)
    assert figure(text, "eventflow_queue_age_seconds") == 3.5
    assert figure(text, 'eventflow_queue_length{queue="bulk"}') == 250
    waiting[0] = 0
    assert "eventflow_queue_age_seconds 0.0" in told(app)


def test_a_gauge_that_cannot_be_measured_does_not_hide_the_others(app):
    def broken():
        raise ConnectionError

    metrics.register_gauge(app, "eventflow_broken", "Broken", broken)
    metrics.register_gauge(app, "eventflow_whole", "Whole", lambda: 1)
    text = told(app)
    assert "eventflow_broken" not in text
    assert figure(text, "eventflow_whole") == 1


def test_only_the_base_host_and_bare_addresses_tell(app):
    client = app.test_client()
    for host, status in (
        (BASE, 200),
        ("http://127.0.0.1:8000", 200),
        ("http://[::1]:8000", 200),
        ("http://localhost:8000", 200),
        ("http://riverside.eventflow.example", 404),
        ("http://other.example", 404),
    ):
        assert client.get("/metrics", base_url=host).status_code == status


@pytest.mark.parametrize(
    ("token", "headers", "address", "status"),
    [
        (None, {}, "127.0.0.1", 200),
        (None, {}, "::1", 200),
        (None, {}, "203.0.113.5", 401),
        (None, {"Authorization": "Bearer "}, "203.0.113.5", 401),
        (None, {"Authorization": "Bearer None"}, "203.0.113.5", 401),
        (None, {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 401),
        ("let-prometheus-in", {}, "203.0.113.5", 401),
        ("let-prometheus-in", {"Authorization": "Bearer wrong"}, "203.0.113.5", 401),
        ("let-prometheus-in", {"Authorization": "Bearer let-prometheus-in"}, "203.0.113.5", 200),
    ],
)
def test_in_production_figures_are_for_those_who_may(build, token, headers, address, status):
    app = build(metrics, EVENTFLOW_ENV="production", METRICS_TOKEN=token)
    answer = app.test_client().get(
        "/metrics", base_url=BASE, headers=headers, environ_overrides={"REMOTE_ADDR": address}
    )
    assert answer.status_code == status


WORKER = """
import platform, sys
from pathlib import Path
platform.node = lambda: sys.argv[2]
from flask import Flask
from eventflow import logs, metrics

app = Flask("box-office")
app.config.update(EVENTFLOW_ENV="development", BASE_DOMAIN="eventflow.example", LOG_LEVEL="ERROR",
                  EVENTFLOW_VAR=Path(sys.argv[1]))
logs.init_app(app)
metrics.init_app(app)
client = app.test_client()
for command in iter(sys.stdin.readline, ""):
    if command == "count\\n":
        metrics.hold_placed()
        client.get("/nowhere")
        print("counted", flush=True)
    else:
        text = client.get("/metrics", base_url="http://eventflow.example").text
        series = ("eventflow_holds_placed_total ", "eventflow_request_seconds_count{")
        found = [line for line in text.splitlines() if line.startswith(series)]
        print("; ".join(sorted(line for line in found if "/metrics" not in line)), flush=True)
"""


class Worker:
    """A process that counts, and tells what all of them have counted."""

    def __init__(self, var: Path, host: str = "web_1") -> None:
        self.host = host
        environ = {k: v for k, v in os.environ.items() if k != "PROMETHEUS_MULTIPROC_DIR"}
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(var), host],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environ, "PYTHONPATH": str(root)},
        )

    def ask(self, command: str) -> str:
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


def test_processes_tell_the_sum_of_what_all_have_counted_the_dead_included(tmp_path):
    # In containers of their own, that share a disk.
    one, other = Worker(tmp_path, "web_1"), Worker(tmp_path, "worker-1")
    try:
        for _ in range(3):
            assert one.ask("count") == "counted"
        assert other.ask("count") == "counted"
        wanted = (
            "eventflow_holds_placed_total 4.0; "
            'eventflow_request_seconds_count{method="GET",route="none",status="4xx"} 4.0'
        )
        assert one.ask("tell") == other.ask("tell") == wanted
        one.kill()
        assert other.ask("tell") == wanted
        assert other.ask("tell") == wanted
        kept = sorted(path.name for path in tmp_path.glob("metrics/counter_*.db"))
        assert kept == ["counter_gone.db", f"counter_worker-1-{other.process.pid}.db"]

        third = Worker(tmp_path)
        third.ask("count")
        third.kill()
        other.ask("count")
        assert "holds_placed_total 6.0" in other.ask("tell")
    finally:
        one.kill()
        other.kill()
