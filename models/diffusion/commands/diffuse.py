"""`models diffuse`: what can be done with a trained denoiser."""

import click

from exhibit.cli.lazy import LazyGroup

_FOLDER = "models.diffusion.commands"
COMMANDS = {
    "draw": f"{_FOLDER}.draw:draw_command",
    "poster": f"{_FOLDER}.poster:poster",
    "attract": f"{_FOLDER}.attract:attract",
    "pca": f"{_FOLDER}.pca:pca",
    "jacobian": f"{_FOLDER}.jacobian:jacobian",
    "mean-difference": f"{_FOLDER}.mean_difference:mean_difference",
    "condition": f"{_FOLDER}.condition:condition_command",
    "safe-range": f"{_FOLDER}.safe_range:safe_range_command",
    "sheet": f"{_FOLDER}.sheet:sheet",
    "prior": f"{_FOLDER}.prior:prior_command",
    "evaluate": f"{_FOLDER}.evaluate:evaluate",
}


@click.group("diffuse", cls=LazyGroup, commands_by_name=COMMANDS)
def diffuse() -> None:
    """Draw with a denoiser of models train-diffusion, and find what moves its drawings.

    Its directions are those of h-space, the bottleneck of the network at every step. They stay
    here: the table moves codes of a generator.
    """
