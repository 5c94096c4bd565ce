"""The web process: `python -m exhibit.web --run-dir DIR`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path

from exhibit.contract.errors import REFUSED, ExhibitError
from exhibit.contract.settings.published import Follower
from exhibit.web.server import open_server, url_of

_POLITENESS = 5


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(description="The stage of a Tracing Table in a browser.")
    parser.add_argument("--run-dir", type=Path, required=True)
    run_dir = parser.parse_args().run_dir
    os.nice(_POLITENESS)
    try:
        follower = Follower(run_dir, "web")
        server, faults = open_server(follower.config.web, run_dir)
    except ExhibitError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(REFUSED)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
    said = {"state": "serving", "url": url_of(server)}

    def follow() -> None:
        follower.follow()
        server.status = {**said, "faults": [*faults, *server.faults], **follower.status()}

    server.on_beat = follow
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
