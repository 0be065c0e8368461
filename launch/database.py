"""The roles and the database Portevoix needs, in any cluster one administers. Repeating it changes nothing.

Three roles: `portevoix_owner` owns the schema and migrates it; `portevoix` is the product, which owns nothing, bypasses
nothing and so stands under row security; `passage` cannot sign in and owns the few functions that look across
organisations.
"""

import psycopg
from psycopg import sql

NAME = "portevoix"
OWNER = "portevoix_owner"
APP = "portevoix"
PASSAGE = "passage"


def prepare(admin_url: str, *, owner_password: str, app_password: str) -> None:
    """Create or adjust roles, database and default privileges.

    template1 is prepared as well: test databases are copies of it, and default privileges belong to one database.
    """
    with psycopg.connect(admin_url, autocommit=True) as admin:
        # Databases may be created so that tests can; both passwords follow the caller's.
        _role(admin, OWNER, "LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD {}", owner_password)
        _role(admin, APP, "LOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD {}", app_password)
        _role(admin, PASSAGE, "NOLOGIN NOCREATEDB NOSUPERUSER NOBYPASSRLS NOCREATEROLE")
        # The owner installs functions and hands them over.
        _run(admin, "GRANT {} TO {}", PASSAGE, OWNER)
        if admin.execute("SELECT FROM pg_database WHERE datname = %s", [NAME]).fetchone() is None:
            _prepare_one(admin_url, "template1")
            _run(admin, "CREATE DATABASE {} OWNER {} TEMPLATE template1", NAME, OWNER)
        _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", NAME)
        _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", NAME, APP)
    _prepare_one(admin_url, NAME)


def _prepare_one(admin_url: str, database: str) -> None:
    with psycopg.connect(admin_url, dbname=database, autocommit=True) as admin:
        _run(admin, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", PASSAGE, PASSAGE)
        _run(admin, "GRANT USAGE ON SCHEMA {} TO {}", PASSAGE, APP)
        _run(
            admin,
            "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            OWNER,
            APP,
        )


def _role(admin: psycopg.Connection, name: str, attributes: str, password: str | None = None) -> None:
    absent = admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).fetchone() is None
    statement = sql.SQL("CREATE ROLE {} " if absent else "ALTER ROLE {} ").format(sql.Identifier(name))
    admin.execute(statement + sql.SQL(attributes).format(sql.Literal(password)))


def _run(admin: psycopg.Connection, statement: str, *names: str) -> None:
    admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
