"""`exhibit tokens`: the cards that visitors lay on the table."""

from __future__ import annotations

from pathlib import Path

import click

from exhibit.cli.numbers import numbers_in
from exhibit.cli.options import CONFIG_OPTION, read_config
from exhibit.contract.errors import InputError
from exhibit.contract.printed import RULER_MM, pages_pdf
from exhibit.contract.token_card import IDS
from exhibit.tokens.printing import PAPERS_MM, Face, caption_of, token_pages


@click.group(short_help="Print the tokens that visitors lay on the table.")
def tokens() -> None:
    """Printed tokens: a scene, a bundle, the label, or a knob."""


@tokens.command("print")
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    metavar="TOKENS.pdf",
    help="File to write.",
)
@click.option("--ids", metavar="1-6", help="Which; those of `tokens.cards` where none is named.")
@click.option("--paper", type=click.Choice(list(PAPERS_MM)), default="a4", show_default=True)
@click.option(
    "--face",
    type=click.Choice(["up", "down"]),
    default="up",
    show_default=True,
    help="up: cards lie print up on the paper. down: glued below a block, in mirror writing.",
)
@CONFIG_OPTION
def print_tokens(
    output: Path, ids: str | None, paper: str, face: Face, config_file: Path | None
) -> None:
    """Write a PDF of tokens at true scale, with what each does beneath it.

    Print it with a laser printer (carbon toner is black in infrared light) at 100 %, on paper that
    light shines through, and check its ruler.
    """
    config = read_config(config_file).tokens
    numbers = [card.id for card in config.cards] if ids is None else numbers_in("--ids", ids, IDS)
    if not numbers:
        raise InputError("no token is bound in tokens.cards; name some with --ids, such as 1-6")
    output.write_bytes(pages_pdf(token_pages(numbers, config, paper, face)))
    for number in numbers:
        click.echo(f"{number}: {', '.join(caption_of(config.card(number)))}")
    click.echo(f"{output}: print at 100 %; its line must measure {RULER_MM:.0f} mm")
