"""Zips: every file by its last name, and nothing a hostile one could do."""

from __future__ import annotations

import io
import stat
import struct
import tarfile
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.errors import ExportRefused
from flows.reading.archive import open_archive
from tests.unit.made_files import make_xlsx, make_zip

CSV = b"id,name\n1,Fern\n"


def read(content: bytes, name: str = "x.zip"):
    opened = open_archive(io.BytesIO(content), name)
    return opened, [(member, stream.read(), size) for member, stream, size in opened]


def refuse(content: bytes, name: str = "x.zip") -> str:
    with pytest.raises(ExportRefused) as refusal:
        read(content, name)
    assert len(str(refusal.value)) > 20
    return refusal.value.rule


@pytest.mark.parametrize(
    "name",
    ["../../etc/a.csv", "/etc/a.csv", "C:\\files\\a.csv", "C:a.csv", "x/..\\a.csv", "\\\\host\\share\\a.csv"],
)  # fmt: skip
def test_of_a_path_only_the_last_name_is_kept(name):
    assert read(make_zip({name: CSV}))[1] == [("a.csv", CSV, len(CSV))]


def test_folders_and_what_file_managers_leave_are_left_out_and_said():
    members = {"returns/": b"", "returns/a.csv": CSV, "__MACOSX/returns/._a.csv": b"x", "b.xlsx": make_xlsx([["id"]])}  # fmt: skip
    opened, found = read(make_zip(members))

    assert [name for name, _, _ in found] == ["a.csv", "b.xlsx"]
    assert opened.remarks == (
        "1 folders in the zip: only files are read",
        "1 files that a file manager left in the zip: not read",
    )


def test_a_member_is_a_stream_and_not_held_whole():
    opened = open_archive(io.BytesIO(make_zip({"a.csv": CSV * 1000})), "x.zip")
    _, stream, size = next(opened.members)

    assert stream.read(7) == CSV[:7]
    assert size == 1000 * len(CSV)


def special(mode: int) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = mode << 16
        archive.writestr(entry, b"/etc/hostname")
    return data.getvalue()


def change_directory(content: bytes, offset: int, new: bytes) -> bytes:
    """Change bytes of the first entry in a zip's directory."""
    place = content.index(b"PK\x01\x02") + offset
    return content[:place] + new + content[place + len(new) :]


def tar() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return data.getvalue()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"not a zip", "unreadable_archive"),
        (make_zip({"a.csv": CSV})[:-30], "unreadable_archive"),
        (make_zip({"inner.ZIP": b""}), "nested_archive"),
        (make_zip({"a.csv": make_zip({"b.csv": CSV})}), "nested_archive"),
        (make_zip({"a.csv": b"\x1f\x8b\x08" + CSV}), "nested_archive"),
        (make_zip({"a.csv": tar()}), "nested_archive"),
        (make_zip({"a.csv": b"0" * 50_000_000}), "unpacks_too_large"),
        (make_zip({f"{n}.csv": b"" for n in range(501)}), "too_many_files"),
        (make_zip({"a/x.csv": CSV, "b/X.CSV": CSV}), "duplicate_member"),
        (make_zip({"..": CSV}), "unsafe_member"),
        (make_zip({"a\n.csv": CSV}), "unsafe_member"),
        (make_zip({"a.csv#.exe": CSV}).replace(b"#", b"\x00"), "unsafe_member"),
        (special(stat.S_IFLNK | 0o777), "unsafe_member"),
        (special(stat.S_IFIFO | 0o666), "unsafe_member"),
        (change_directory(make_zip({"a.csv": CSV}), 8, b"\x01"), "password_protected"),
    ],
    ids=range(15),
)
def test_zips_that_could_harm_are_refused(content, rule):
    assert refuse(content) == rule


@pytest.mark.parametrize("said", [0, 100, 15_000_000])
def test_a_zip_that_lies_about_a_size_is_found_out_while_it_streams(said):
    content = make_zip({"a.csv": CSV * 100_000})
    lied = change_directory(content, 24, struct.pack("<I", said))

    assert refuse(lied) in ("unreadable_archive", "unpacks_too_large")


@pytest.mark.parametrize("name", ["x.tar", "x.gz", "x.7z", "x.rar", "x"])
def test_other_archives_are_not_opened(name):
    assert refuse(make_zip({"a.csv": CSV}), name) == "unknown_kind"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9999), st.integers(0, 255)), max_size=4))
@example(damage=[(157, 0)])  # an empty name
def test_a_damaged_zip_is_read_or_refused_and_nothing_else(damage):
    content = bytearray(make_zip({"a.csv": CSV, "b/c.csv": CSV * 20}))
    for place, byte in damage:
        content[place % len(content)] = byte
    try:
        read(bytes(content))
    except ExportRefused as refusal:
        assert len(str(refusal)) > 20
