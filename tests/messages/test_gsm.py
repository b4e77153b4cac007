"""The alphabet of SMS."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.messages.gsm import SHORT, cut, plain, septets
from tracker.messages.short import Piece, fit


def test_what_the_alphabet_has_stays() -> None:
    assert plain("¿Señal? é è ñ Ñ ü Ü à ö Å €5 [a]") == "¿Señal? é è ñ Ñ ü Ü à ö Å €5 [a]"


def test_accents_that_it_lacks_are_left_out() -> None:
    assert plain("CRÍTICA: camión, aquí, día, último, Ángel") == (
        "CRITICA: camion, aqui, dia, ultimo, Angel"
    )


def test_signs_are_written_as_near_as_they_come() -> None:
    assert plain("a – b — c… «d» “e” ’f’ ½") == 'a - b - c... "d" "e" \'f\' ?'
    assert plain("one\n  two\tthree") == "one two three"
    assert plain("🚚") == "?"
    assert plain("a\u0301") == "a"


def test_extended_characters_count_two() -> None:
    assert septets("abc") == 3
    assert septets("[€]") == 6
    with pytest.raises(ValueError, match="á"):
        septets("á")


def test_cut_texts_say_so() -> None:
    assert cut("a long name", 20) == "a long name"
    assert cut("a long name", 8) == "a long.."
    assert cut("[[[[", 6) == "[[.."
    assert cut("abcdef", 2) == ""


@given(st.text(), st.integers(0, 40))
def test_whatever_is_written_fits(text: str, room: int) -> None:
    assert septets(cut(plain(text), room)) <= room


@given(
    st.lists(
        st.builds(
            Piece,
            st.text(max_size=200),
            st.integers(0, 5),
            st.none() | st.integers(1, 20),
            st.integers(1, SHORT),
        ),
        max_size=8,
    )
)
def test_whatever_the_pieces_are_they_fit_one_message(pieces: list[Piece]) -> None:
    assert septets(fit(pieces)) <= SHORT


def test_what_matters_most_is_there_in_the_order_it_is_given() -> None:
    pieces = [
        Piece("head", 0),
        Piece("x" * 150, 2, least=10),
        Piece("y" * 150, 3),
        Piece("Code ABC.", 1),
    ]
    said = fit(pieces)
    assert said.startswith("head. xxx")
    assert said.endswith("xx... Code ABC")
    assert "y" not in said
