"""`models curate`: a local web page to keep, drop and re-crop by mouse and keyboard."""

import contextlib
import socket
from pathlib import Path

import click
import uvicorn

from exhibit.contract.errors import InputError
from models.collection.curator.app import make_app
from models.collection.curator.desk import Desk

HOST = "127.0.0.1"


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8642,
    show_default=True,
    help="Port on this machine; 0 takes any free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the page, only print its address.")
def curate(dataset: Path, port: int, no_browser: bool) -> None:
    """Look through DATASET (made by `models prepare`) in a browser on this machine.

    Every click is written to DATASET/curation.csv at once. "Write the training set" on the page, or
    `models prepare DATASET`, makes the pictures anew. End with Ctrl-C.
    """
    app = make_app(Desk(dataset))
    with listen(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        click.echo(f"Curate {dataset} at {address}  (Ctrl-C ends)")
        if not no_browser:
            click.launch(address)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
        # uvicorn closes all connections first and raises Ctrl-C again afterwards.
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def listen(port: int) -> socket.socket:
    """Bind a port of this machine that no other machine reaches.

    Raises:
        InputError: the port is taken.
    """
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise InputError(
            f"port {port} cannot be used ({error.strerror}); choose another with --port"
        ) from error
    return listener
