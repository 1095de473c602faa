"""What the door needs of the application: that its devices are known by their tokens."""

from flask import Flask

from eventflow.api import tokens
from eventflow.checkin import devices, principals


def init_app(app: Flask) -> None:
    tokens.register(f"{devices.PREFIX}_", principals.find)
