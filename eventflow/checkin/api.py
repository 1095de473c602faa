"""The HTTP API of the door: devices, what they take along, and what they read."""

from eventflow.checkin import (
    analytics_api,
    badge_api,
    batch_api,
    device_api,
    door_api,
    manifest_api,
    scan_api,
)
from eventflow.checkin.operations import api

__all__ = [
    "analytics_api",
    "badge_api",
    "batch_api",
    "bp",
    "device_api",
    "door_api",
    "manifest_api",
    "scan_api",
]

bp = api.bp
