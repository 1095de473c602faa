"""Halls of the demo, drawn by rule in the drawing's own format: a theatre, an arena, a club."""
