"""The command line of what runs the product on one machine; `python -m launch --help` lists it."""

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from launch import database, environment
from launch.place import ROOT, AlreadyRunning, PortTaken
from launch.program import Ended
from launch.servers import NoServer, throwaway
from launch.up import Options, up


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return int(options.act(options))
    except (AlreadyRunning, PortTaken, NoServer, Ended) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m launch", description=__doc__)
    commands = parser.add_subparsers(required=True)

    command = commands.add_parser("up", help="run the product until Ctrl-C")
    command.add_argument("--folder", type=Path, default=os.environ.get("VAR_DIR", ROOT / "var"))
    command.add_argument("--port", type=int, default=os.environ.get("PORT", "8000"))
    command.add_argument("--sandbox-port", type=int, default=os.environ.get("SANDBOX_PORT", "8100"))
    sandbox = os.environ.get("SANDBOX", "1") != "0"
    command.add_argument("--sandbox", action=argparse.BooleanOptionalAction, default=sandbox)
    command.add_argument("--demo", action=argparse.BooleanOptionalAction, default=sandbox)
    command.set_defaults(act=_up)

    command = commands.add_parser("servers", help="run a command with throw-away servers")
    command.add_argument("command", nargs="+")
    command.set_defaults(act=_servers)

    command = commands.add_parser("manage", help="run a management command on what `up` runs")
    command.add_argument("--folder", type=Path, default=os.environ.get("VAR_DIR", ROOT / "var"))
    command.add_argument("words", nargs=argparse.REMAINDER)
    command.set_defaults(act=_manage)

    command = commands.add_parser("database", help="prepare roles and database in a cluster of yours")
    command.add_argument("admin_url", help="postgresql://superuser:password@host:5432/postgres")
    command.set_defaults(act=_database)
    return parser


def _up(options: argparse.Namespace) -> int:
    chosen = {name: getattr(options, name) for name in ("folder", "port", "sandbox_port", "sandbox", "demo")}
    return asyncio.run(up(Options(**chosen)))


def _servers(options: argparse.Namespace) -> int:
    with throwaway() as servers:
        settings = (
            environment.placeholders() | servers.addresses.environment() | {"VAR_DIR": str(servers.folder / "var")}
        )
        return subprocess.run(options.command, env=environment.for_child(settings), check=False).returncode


def _manage(options: argparse.Namespace) -> int:
    """Use the servers of a running product; without one, settings that reach none."""
    run = options.folder / "run.json"
    settings = json.loads(run.read_text())["environment"] if run.exists() else environment.placeholders()
    command = [sys.executable, ROOT / "manage.py", *options.words]
    return subprocess.run(command, env=environment.for_child(settings), check=False).returncode


def _database(options: argparse.Namespace) -> int:
    """Give both roles new passwords and print the variables that name them."""
    app, owner = secrets.token_hex(16), secrets.token_hex(16)
    database.prepare(options.admin_url, owner_password=owner, app_password=app)
    server = urlsplit(options.admin_url).netloc.rpartition("@")[2]
    print(f"DATABASE_URL=postgresql://{database.APP}:{app}@{server}/{database.NAME}")
    print(f"DATABASE_OWNER_URL=postgresql://{database.OWNER}:{owner}@{server}/{database.NAME}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
