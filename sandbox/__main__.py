"""python -m sandbox: start the twins."""

import argparse
import sys
from pathlib import Path

from sandbox.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Local twins of the networks.")
    parser.add_argument("--port", type=int, default=8100, help="where to listen on 127.0.0.1 (default: 8100)")
    parser.add_argument("--state", type=Path, help="a folder that keeps the walls over restarts (default: memory only)")
    arguments = parser.parse_args()
    sys.stderr.write(f"Sandbox at http://127.0.0.1:{arguments.port}/\n")
    serve(port=arguments.port, folder=arguments.state)


main()
