"""Walls between organisations: the scope, owned rows, and row-level security under them.

Import from the modules: `scope` (whose data), `models` (owned rows), `operations` (policies in migrations).
"""
