"""Reading OR-Library assignment files: what is right, and what is refused with its line."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.assignment_instances import as_text, make
from maarag.engines.matching import (
    AssignmentInstance,
    InstanceError,
    SeveralProblemsError,
    instances,
    parse_instance,
    read_instance,
)

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
        (SMALL.replace("5", "-" + "9" * 30), 3, "beyond"),
        (SMALL.replace("5", "1_0"), 3, "“1_0”"),
        (SMALL.replace("4 5", "4-5"), 3, "“4-5”"),
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


def test_several_problems_with_their_number_first():
    other = as_text(make("c", 4, 12, seed=5))
    text = f"2\n{SMALL}{other}"
    with pytest.raises(SeveralProblemsError) as caught:
        parse_instance(text)
    assert caught.value.count == 2
    assert parse_instance(text, 1).cost.tolist() == [[1, 2, 3], [4, 5, 6]]
    second = parse_instance(text, 2)
    assert (second.cost == make("c", 4, 12, seed=5).cost).all()
    assert (second.capacity == make("c", 4, 12, seed=5).capacity).all()
    for number in (0, 3):
        with pytest.raises(InstanceError, match="holds 2"):
            parse_instance(text, number)
    assert parse_instance(f"1\n{SMALL}").jobs == 3
    with pytest.raises(InstanceError, match="holds 1"):
        parse_instance(SMALL, 2)
    # a resource below 0 in the second is named with its own line
    with pytest.raises(InstanceError, match="no resource") as negative:
        parse_instance(f"2\n{SMALL}{SMALL.replace('7 8', '7 -8')}", 2)
    assert negative.value.line == 11


@pytest.mark.parametrize("number", [2, 4])
def test_a_number_of_problems_that_does_not_add_up_is_none(number: int):
    with pytest.raises(InstanceError) as caught:
        parse_instance(f"{number}\n{SMALL * 3}")
    assert not isinstance(caught.value, SeveralProblemsError)


def test_a_packed_file_is_read_by_its_first_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    packed = gzip.compress(SMALL.encode())
    (tmp_path / "a").write_bytes(packed)
    assert read_instance(tmp_path / "a").jobs == 3
    (tmp_path / "b").write_bytes(packed[:-9])
    with pytest.raises(InstanceError, match="damaged"):
        read_instance(tmp_path / "b")
    # what unpacks to more than may be read is not unpacked to its end
    monkeypatch.setattr(instances, "MOST_BYTES", 2**20)
    (tmp_path / "c").write_bytes(gzip.compress(b" " * 2**26))
    with pytest.raises(InstanceError, match="longer than 1 MB"):
        read_instance(tmp_path / "c")


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
