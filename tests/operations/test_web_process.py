import subprocess
import sys

SELDOM = ["PIL", "alembic", "flask_migrate", "icalendar", "mjml", "qrcode", "stripe", "typst"]
"""What weighs much, and is for those who upload, draw, print, pay or migrate."""


def test_a_web_process_begins_without_what_it_may_never_need():
    began = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not set(SELDOM) & set(began.stdout.split())
