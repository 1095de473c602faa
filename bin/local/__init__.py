"""Everything that runs EventFlow on one machine, from a fresh clone.

Standard library only: this code runs before anything is installed.
"""
