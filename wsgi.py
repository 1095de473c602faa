"""What the web server runs: `granian --interface wsgi wsgi:app`."""

from eventflow import create_app

app = create_app()
