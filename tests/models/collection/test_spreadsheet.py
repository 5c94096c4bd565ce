"""Whatever a spreadsheet makes of a table, it is read, or refused by file and line."""

from pathlib import Path

import pytest

from exhibit.contract.errors import InputError
from models.collection.spreadsheet import read_table

COLUMNS = ("number", "name")


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    "text",
    [
        "number,name\n1,hat\n2,\n",
        "\ufeffnumber;name\r\n1;hat\r\n2;\r\n;\r\n",
        "number\tname\n 1 \t hat \n2",
        'name,number,more\n"hat",1,x\n,2\n\n,,,\n',
    ],
)
def test_read_table_gives_the_same_of_every_spreadsheet(tmp_path: Path, text: str) -> None:
    lines = read_table(write(tmp_path, text), COLUMNS)
    assert [tuple(line.cells[name] for name in COLUMNS) for line in lines] == [
        ("1", "hat"),
        ("2", ""),
    ]
    assert lines[1].where == f"{tmp_path / 'table.csv'}: line 3"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: the column 'number' is missing"),
        ("number\n1\n", "line 1: the column 'name' is missing"),
        ("number,name\n1,hat, black\n", r"line 2: \['black'\] after the last column"),
        ('number,name\n1,"hat\n2,cat\n', "line 3: .*; expected every quotation mark closed"),
        (f"number,name\n1,{'x' * 200_000}\n", "line 2: field larger than .*"),
        ("number,name\n1,\xe9\n".encode("latin-1"), "not UTF-8 text; save it as 'CSV UTF-8'"),
        ("number,name\n".encode("utf-16"), "not UTF-8 text; save it as 'CSV UTF-8'"),
    ],
)
def test_read_table_that_would_lose_something_is_refused_by_line(
    tmp_path: Path, text: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=f"table.csv: {message}"):
        read_table(write(tmp_path, text), COLUMNS)


def test_read_table_of_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Is a directory; expected a table as CSV"):
        read_table(tmp_path, COLUMNS)
