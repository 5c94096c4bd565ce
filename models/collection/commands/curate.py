"""`models curate`: a local web page to keep, drop and re-crop by mouse and keyboard."""

from pathlib import Path

import click

from models.collection.curator.app import make_app
from models.collection.curator.curation_desk import Desk
from models.local_page import address_of, listen, serve, show


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
        address = address_of(listener)
        click.echo(f"Curate {dataset} at {address}  (Ctrl-C ends)")
        if not no_browser:
            show(address)
        serve(app, listener)
