"""Django database backend: PostgreSQL inside a scope."""
