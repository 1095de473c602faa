"""Measuring the pages of a running copy: which they are, and what is measured with."""
