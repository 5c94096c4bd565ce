"""What a person gave to read is never what is written over."""

from pathlib import Path

import pytest

from exhibit.cli.options import refuse_overwriting
from exhibit.contract.errors import InputError


def test_refuse_overwriting_knows_a_file_by_any_of_its_names(tmp_path: Path) -> None:
    drawing, link = tmp_path / "drawing.png", tmp_path / "link.png"
    drawing.touch()
    link.symlink_to(drawing)
    refuse_overwriting([drawing, None], [tmp_path / "answer.png", None])
    with pytest.raises(InputError, match=r"link.png: would overwrite what this command reads"):
        refuse_overwriting([drawing], [link])
    with pytest.raises(InputError, match=r"link.png: would overwrite what this command writes"):
        refuse_overwriting([], [drawing, link])
