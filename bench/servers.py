"""The servers that are measured: started, and what they take."""

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path


def serve(app: str, port: int) -> subprocess.Popen[bytes]:
    """The application on two web processes, once it answers."""
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        app,
        "--port",
        str(port),
        "--workers",
        "2",
        "--blocking-threads",
        "8",
        "--backlog",
        "1024",
        "--no-ws",
    ]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    for _attempt in range(150):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
            return server
        except urllib.error.HTTPError:
            return server
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"{app} does not answer")


def memory(server: subprocess.Popen[bytes]) -> list[dict[str, float]]:
    """Of each web process, in MB: what is resident, and what of that falls to it alone.

    Resident memory counts a shared library once for each process that uses it; the proportional
    share counts it once in all.
    """
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return [
        {name: of_process(child, field) for name, field in (("rss", "Rss:"), ("pss", "Pss:"))}
        for child in children
    ]


def of_process(process: str, field: str) -> float:
    """A line of the kernel's sums of a process's memory, in MB."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024, 1)
