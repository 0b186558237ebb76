"""Keys and sealed files: two branches, files only their owner can read, no tampering."""

from __future__ import annotations

import pytest

from flows.errors import PipelineError, SettingsError
from flows.keys import FACTS, MASTER, MASTER_FILE, Keys, load_keys, make_demo_key
from flows.paths import Place
from flows.seal import open_sealed, seal_file


@pytest.fixture(autouse=True)
def _no_keys_in_the_environment(monkeypatch):
    for name in (MASTER, MASTER_FILE, FACTS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bare(tmp_path) -> Place:
    return Place(tmp_path)


def test_without_a_key_nothing_starts_and_the_way_to_make_one_is_told(bare):
    with pytest.raises(SettingsError, match="token_hex"):
        load_keys(bare)


def test_one_master_key_gives_two_branches_that_say_nothing_of_each_other(
    bare, monkeypatch
):
    monkeypatch.setenv(MASTER, "ab" * 32)

    keys = load_keys(bare)

    made = {
        keys.for_identity("vault"),
        keys.for_identity("received"),
        keys.for_facts("warehouse"),
        keys.for_facts("vault"),
    }
    assert len(made) == 4
    assert "ab" * 8 not in repr(keys)


def test_the_facts_key_alone_opens_no_identity(bare, monkeypatch):
    monkeypatch.setenv(MASTER, "ab" * 32)
    whole = load_keys(bare)
    monkeypatch.setenv(FACTS, whole.facts.hex())

    keys = load_keys(bare)

    assert keys.for_facts("warehouse") == whole.for_facts("warehouse")
    with pytest.raises(SettingsError, match="facts key alone"):
        keys.for_identity("vault")
    with pytest.raises(SettingsError):
        whole.without_identity().for_identity("vault")


@pytest.mark.parametrize("text", ["", "xyz", "ab" * 31, "zz" * 32])
def test_a_key_of_the_wrong_form_is_refused(bare, monkeypatch, text):
    monkeypatch.setenv(MASTER, text or " ")

    with pytest.raises(SettingsError, match="64 hexadecimal"):
        load_keys(bare)


def test_a_key_file_that_others_can_read_is_refused(bare, monkeypatch):
    path = bare.root / "key"
    path.write_text("ab" * 32)
    monkeypatch.setenv(MASTER_FILE, str(path))
    path.chmod(0o644)

    with pytest.raises(SettingsError, match="chmod 600"):
        load_keys(bare)

    path.chmod(0o600)
    assert load_keys(bare).identity


def test_a_demo_key_is_made_once_and_for_its_owner_alone(bare):
    make_demo_key(bare)
    first = bare.demo_key.read_text()
    make_demo_key(bare)

    assert bare.demo_key.read_text() == first
    assert bare.demo_key.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_what_is_sealed_opens_again_and_shows_nothing(tmp_path, size):
    content = b"Bramblewick " * (size // 12) + b"!" * (size % 12)
    path = tmp_path / "a.sealed"

    seal_file(path, [content], b"k" * 32)

    assert open_sealed(path, b"k" * 32).read() == content
    assert b"Bramblewick" not in path.read_bytes()


@pytest.mark.parametrize("spoil", ["key", "byte", "cut", "whole chunk cut", "text"])
def test_a_spoilt_seal_does_not_open(tmp_path, spoil):
    path = tmp_path / "a.sealed"
    seal_file(path, [b"x" * ((1 << 20) + 5)], b"k" * 32)
    data = bytearray(path.read_bytes())
    if spoil == "byte":
        data[100] ^= 1
    if spoil == "cut":
        data = data[:-1]
    if spoil == "whole chunk cut":
        data = data[: 15 + (1 << 20) + 16]
    if spoil == "text":
        data = bytearray(b"id,name\n")
    path.write_bytes(data)

    with pytest.raises(PipelineError):
        open_sealed(path, Keys(b"f" * 32).facts if spoil == "key" else b"k" * 32).read()
