"""Edge lists: what they mean, and how mistakes in them are told."""

from __future__ import annotations

import pytest

from kg.errors import ComityError
from kg.leverage.ties import read_ties


@pytest.fixture
def write(tmp_path):
    def _write(text, encoding="utf-8"):
        path = tmp_path / "ties.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return _write


def entry(ties, matrix, a, b):
    return getattr(ties, matrix)[ties.index(a), ties.index(b)]


def test_unweighted_list(write):
    ties = read_ties(write("a,b\nKAZ,CHN\nCHN,KAZ\nNA,CHN\n"))
    assert ties.nodes == ("CHN", "KAZ", "NA")
    assert entry(ties, "weights", "KAZ", "CHN") == entry(ties, "weights", "CHN", "KAZ") == 1.0
    assert entry(ties, "strengths", "NA", "CHN") == 0.5
    assert entry(ties, "weights", "NA", "KAZ") == 0.0


def test_weights_add_and_strengths_combine(write):
    ties = read_ties(write("a,b,weight\nx,y,0.5\ny,x,0.2\nx,z,3\n"))
    assert entry(ties, "weights", "x", "y") == pytest.approx(0.7)
    assert entry(ties, "strengths", "x", "y") == pytest.approx(1 - 0.5 * 0.8)
    assert entry(ties, "weights", "x", "z") == 3.0
    assert entry(ties, "strengths", "x", "z") == 0.5


def test_other_columns_blank_lines_quotes_and_a_byte_order_mark(write):
    text = '\ufeffyear, b ,a\n2001,"Congo, DR",中国\n\n,,\n2002,,Nauru\n'
    ties = read_ties(write(text))
    assert ties.nodes == ("Congo, DR", "Nauru", "中国")
    assert entry(ties, "weights", "中国", "Congo, DR") == 1.0
    assert ties.weights[[ties.index("Nauru")]].sum() == 0.0


def test_columns_of_other_names(write):
    path = write("from,to,w\nx,y,2\n")
    ties = read_ties(path, {"a": "from", "b": "to", "weight": "w"})
    assert entry(ties, "weights", "x", "y") == 2.0
    with pytest.raises(ComityError, match=r"no column W; .* --map a=FROM"):
        read_ties(path, {"a": "from", "b": "to", "weight": "W"})
    with pytest.raises(ComityError, match="no column c to name"):
        read_ties(path, {"c": "from"})


def test_only_nodes_without_ties(write):
    ties = read_ties(write("a,b,weight\nx,,\ny,,\n"))
    assert ties.weights.shape == (2, 2)
    assert ties.weights.nnz == 0


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "no column a and b"),
        ("a,c\nx,y\n", 1, "no column b"),
        ("a,b\nx,y\n\nz,z\n", 4, "'z' is tied to itself"),
        ("a,b\nx,y,1\n", 2, "3 cells where the header has 2"),
        ("a,b\n,y\n", 2, "column a is empty"),
        ("a,b,weight\nx,y,heavy\n", 2, "weight 'heavy' is not a positive number"),
        ("a,b,weight\nx,y,1\nx,z,0\n", 3, "weight '0'"),
        ("a,b,weight\nx,y,\n", 2, "weight ''"),
        ("a,b,weight\nx,y,nan\n", 2, "weight 'nan'"),
        ("a,b,weight\nx,y,-1\n", 2, "weight '-1'"),
        ("a,b,weight\nx,,2\n", 2, "no node in column b"),
        ('a,b\n"x,y\n', 2, "not readable as CSV"),
    ],
)
def test_mistakes_are_told_with_file_and_line(write, text, line, message):
    path = write(text)
    with pytest.raises(ComityError) as error:
        read_ties(path)
    assert str(error.value).startswith(f"{path}:{line}: ")
    assert message in str(error.value)
    assert error.value.code == 2
    assert "\n" not in str(error.value)


def test_header_alone_missing_file_and_wrong_encoding(write, tmp_path):
    with pytest.raises(ComityError, match="no ties below the header"):
        read_ties(write("a,b\n"))
    with pytest.raises(ComityError, match="No such file"):
        read_ties(tmp_path / "absent.csv")
    with pytest.raises(ComityError, match="not UTF-8"):
        read_ties(write("a,b\nMéxico,España\n", "latin-1"))


def test_unknown_node_lists_names_like_it(write):
    ties = read_ties(write("a,b\nKazakhstan,China\n"))
    with pytest.raises(ComityError, match=r"'kazakstan'.*did you mean Kazakhstan\?"):
        ties.index("kazakstan")
    with pytest.raises(ComityError, match="columns a and b"):
        ties.index("Q")
