"""Reading OR-Library assignment files: what is right, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.assignment_instances import as_text, make
from maarag.engines.matching import AssignmentInstance, InstanceError, parse_instance, read_instance

SMALL = " 2 3\n 1 2 3\n 4 5 6\n 7 8\n 9 1 2 3\n 10 11\n"


def test_numbers_stand_in_their_places():
    read = parse_instance(SMALL)
    assert read.cost.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert read.resource.tolist() == [[7, 8, 9], [1, 2, 3]]
    assert read.capacity.tolist() == [10, 11]
    assert read.objective([0, 1, 1]) == 12
    assert read.loads([0, 1, 1]).tolist() == [7, 5]
    assert read.keeps_within([0, 1, 1])
    assert not read.keeps_within([0, 0, 0])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "missing"),
        ("2", 1, "missing"),
        ("0 3\n", 1, "at least one"),
        ("two 3\n", 1, "“two”"),
        (SMALL.replace("5", "x"), 3, "“x”"),
        (SMALL.replace("5", "5.5"), 3, "“5.5”"),
        (SMALL.replace("5", "nan"), 3, "“nan”"),
        (SMALL.replace("5", "9" * 30), 3, "beyond"),
        (SMALL.replace(" 8\n", " -8\n"), 4, "no resource"),
        (SMALL.replace("10 11", "10 -11"), 6, "no capacity"),
        (SMALL.replace("10 11", "10"), 6, "ends too early"),
        (SMALL + "12\n", 7, "more numbers"),
        ("100000 100000\n1 2 3", 1, "too many"),
    ],
)
def test_a_malformed_file_is_refused_with_its_line(text: str, line: int, words: str):
    with pytest.raises(InstanceError, match=words) as caught:
        parse_instance(text)
    assert caught.value.line == line
    assert str(caught.value).startswith(f"line {line}: ")


def test_whole_numbers_with_a_point_are_numbers():
    assert parse_instance(SMALL.replace("5", "5.0")).cost[1, 1] == 5


def test_a_file_of_bytes_is_refused(tmp_path: Path):
    (tmp_path / "picture").write_bytes(b"\x89PNG\xff\xfe\x00")
    with pytest.raises(InstanceError, match="text"):
        read_instance(tmp_path / "picture")


@pytest.mark.parametrize(
    "parts",
    [
        ([[1, 2]], [[1]], [1]),
        ([[1, 2]], [[1, 2]], [1, 2]),
        ([1, 2], [1, 2], [1]),
        ([[]], [[]], [1]),
        ([[1, 2]], [[-1, 2]], [1]),
        ([[1.5, 2]], [[1, 2]], [1]),
        ([[1, 2]], [[1, float("inf")]], [1]),
        ([["a", "b"]], [[1, 2]], [1]),
        ([[10**12, 2]], [[1, 2]], [1]),
    ],
)
def test_arrays_that_make_no_problem_are_refused(parts: tuple[list, list, list]):
    with pytest.raises(InstanceError):
        AssignmentInstance(*(np.array(part) for part in parts))


@given(
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(0, 10**6),
    st.sampled_from("cde"),
    st.sampled_from("\n "),
)
def test_what_is_written_is_read_back(agents: int, jobs: int, seed: int, kind: str, break_: str):
    made = make(kind, agents, jobs, seed)
    read = parse_instance(as_text(made).replace("\n", break_))
    assert (read.cost == made.cost).all()
    assert (read.resource == made.resource).all()
    assert (read.capacity == made.capacity).all()


def test_every_published_file_is_read(shared: Path):
    files = sorted((shared / "data" / "assignment").glob("*/*"))
    assert len(files) == 84
    for file in files:
        read = read_instance(file)
        assert read.agents >= 5
        assert read.jobs >= 15
