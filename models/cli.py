"""The `models` command: prepare a collection, train, measure, and write bundles."""

import click

from exhibit.cli.lazy import LazyGroup

COMMANDS = {
    "prepare": "models.collection.commands.prepare:prepare",
    "curate": "models.collection.commands.curate:curate",
    "collection": "models.collection.commands.collection:collection",
    "train-gan": "models.training.commands.train_gan:train_gan",
    "train-diffusion": "models.training.commands.train_diffusion:train_diffusion",
    "train-encoder": "models.training.commands.train_encoder:train_encoder",
    "sample": "models.saved.commands.sample:sample",
    "average": "models.saved.commands.average:average_checkpoints",
    "compact": "models.saved.commands.compact:compact_checkpoint",
    "import-stylegan2": "models.saved.commands.import_stylegan2:import_stylegan2",
    "import-psp": "models.saved.commands.import_psp:import_psp",
    "export": "models.export.commands.export:export",
    "bundle": "models.export.commands.bundles:bundle",
    "recall-sheet": "models.evaluation.commands.recall_sheet:recall_sheet_command",
    "evaluate": "models.evaluation.commands.evaluate:evaluate",
    "diffuse": "models.diffusion.commands.diffuse:diffuse",
    "directions": "models.directions.commands.directions:directions",
    "structure": "models.structure.commands.structure:structure",
    "train-ink-judge": "models.ink_judge.commands.train_ink_judge:train_ink_judge",
}


@click.group(cls=LazyGroup, commands_by_name=COMMANDS)
@click.version_option(package_name="tracing-table")
def main() -> None:
    """Train the table's models on a collection of drawings (offline; needs the [models] extra)."""
