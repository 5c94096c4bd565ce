"""`models directions`: find, name and measure what can be changed in a drawing."""

import click

from exhibit.cli.lazy import LazyGroup

FOLDER = "models.directions.commands"
COMMANDS = {
    "pca": f"{FOLDER}.pca:pca",
    "sefa": f"{FOLDER}.sefa:sefa",
    "sefa-conv": f"{FOLDER}.sefa_conv:sefa_conv",
    "resefa": f"{FOLDER}.resefa:resefa",
    "jacobian": f"{FOLDER}.jacobian:jacobian",
    "regression": f"{FOLDER}.regression:regression",
    "mean-difference": f"{FOLDER}.mean_difference:mean_difference",
    "svm": f"{FOLDER}.svm:svm",
    "condition": f"{FOLDER}.condition:condition",
    "classifier": f"{FOLDER}.classifier:classifier",
    "safe-range": f"{FOLDER}.safe_range:safe_range_command",
    "name": f"{FOLDER}.name:name",
    "sheet": f"{FOLDER}.sheet:sheet",
    "evaluate": f"{FOLDER}.evaluate:evaluate",
}


@click.group("directions", cls=LazyGroup, commands_by_name=COMMANDS)
def directions() -> None:
    """Find directions in a trained generator: what a drawing can be moved along at the table.

    Start with sefa, which needs a second, and regression --sketches, which learns from answers to
    real sketches. Measure with safe-range how far each may go, look at the result with sheet, give
    names with name, and put what is good into a bundle with models bundle add-directions.
    """
