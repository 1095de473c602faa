"""The operations of the door: one group, written down in a file for each idea."""

from eventflow.api.operations import Operations

api = Operations("checkin", "eventflow.checkin", tag="Check-in")
