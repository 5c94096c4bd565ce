"""The web process: `python -m exhibit.web --run-dir DIR --config FILE`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.settings.file import load_config
from exhibit.web.server import open_server

_POLITENESS = 5


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="The stage of a Tracing Table in a browser.")
    parser.add_argument("--run-dir", type=Path, required=True)
    parser.add_argument("--config", type=Path, required=True)
    given = parser.parse_args()
    os.nice(_POLITENESS)
    try:
        config = load_config(given.config).web
        server, faults = open_server(config, given.run_dir)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    host = f"[{config.host}]" if ":" in config.host else config.host
    url = f"http://{host}:{server.server_port}/"
    server.status = {"state": "serving", "url": url, "faults": faults}
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
