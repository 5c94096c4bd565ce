"""`models structure`: heads in space from flat drawings, and how a drawing stands."""

import click

from exhibit.cli.lazy import LazyGroup

_FOLDER = "models.structure.commands"
COMMANDS = {
    "landmarks": f"{_FOLDER}.landmarks:landmarks",
    "control": f"{_FOLDER}.control:control",
    "turn": f"{_FOLDER}.turn:turn",
    "canonical": f"{_FOLDER}.canonical:canonical",
    "pose": f"{_FOLDER}.pose:pose",
}


@click.group("structure", cls=LazyGroup, commands_by_name=COMMANDS)
def structure() -> None:
    """Turn the heads that a generator draws, and tell how drawings stand.

    landmarks learns where eyes, nose and mouth are on composed heads, control what a code says of
    them, and turn asks for a turn. canonical learns how drawings stand and how they look upright,
    and pose measures it.
    """
