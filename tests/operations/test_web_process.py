import subprocess
import sys

SELDOM = {"PIL", "icalendar", "mjml", "obstore", "qrcode", "stripe", "typst"}
"""What weighs much, and is for those who upload, print, write mails, pay or have a bucket."""


def test_a_web_process_begins_without_what_it_may_never_need():
    began = subprocess.run(
        [sys.executable, "-c", "import sys, wsgi; print(*sys.modules, sep='\\n')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert not SELDOM & set(began.stdout.split())
