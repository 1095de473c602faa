"""What the web server runs: `granian --interface wsgi wsgi:app`."""

import gc

# What is made on the way up is here to stay. Not to look through it again and again for what could
# be let go makes a start shorter, and spares requests the pause that a look at all of it is.
gc.disable()

from eventflow import create_app  # noqa: E402

app = create_app()
gc.freeze()
gc.enable()
