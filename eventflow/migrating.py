"""`flask db`: the migrations' own commands, where they are asked for.

Only for the command line and the tests; a web process would carry the tool about for nothing.
"""

from flask import Flask

from eventflow.db import db


def init_app(app: Flask) -> None:
    from flask_migrate import Migrate

    Migrate(app, db, compare_type=True, compare_server_default=False)
