"""Names of authors in the line of a work, and titles that look like names."""

from __future__ import annotations

import time

import pytest

from crawler.notes.works.names import after_authors, is_author_list
from crawler.notes.works.title_text import clean_title, first_part


@pytest.mark.parametrize(
    "text",
    [
        "A. Ladle, B. Fork, and C. Knife",
        "B. Fork and T. van der Pan",
        "Ladle, Anna, et al.",
        "Anna Plate, Ben Saucer, Carl Cup",
        "(Anna Plate & Ben Saucer & Carl Cup",
    ],
)
def test_authors(text: str) -> None:
    assert is_author_list(text)


@pytest.mark.parametrize(
    "text",
    [
        "A Neural Soup Model",
        "Deep Bowls and Shallow Plates",
        "Soup, Please",
        "Faster Soup, Mask Soup, Cascade R-SOUP",
        "Anna Plate, Ben Saucer, Carl Cup, Deep Bowls for Image Resolution with Soup",
    ],
)
def test_no_authors(text: str) -> None:
    assert not is_author_list(text)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Anna Plate, Ben Saucer and Carl Cup, Learning to Wash", "Learning to Wash"),
        ("A. Plate, Learning to Wash", "Learning to Wash"),
        ("A Nonlinear, Noise-aware Approach to Soup", "A Nonlinear, Noise-aware Approach to Soup"),
        ("Soup Adaptation, Soup Generalization and Beyond", "Soup Adaptation, Soup Generalization and Beyond"),
        ("Anna Plate, Fast Soup", "Anna Plate, Fast Soup"),
    ],
)
def test_the_text_after_authors(text: str, title: str) -> None:
    assert after_authors(text) == title


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("2012-ICML - Learning to Whistle", "Learning to Whistle"),
        ("CVPR'23 Learning to Whistle", "Learning to Whistle"),
        ("ResNet-50 Learns to Whistle", "ResNet-50 Learns to Whistle"),
        ("ImageNet 2012: Learning to Whistle", "ImageNet 2012: Learning to Whistle"),
        ("Learning to Whistle(学吹口哨)(Oral)", "Learning to Whistle"),
        ("Learning to Whistle (ICCV 2019)", "Learning to Whistle"),
        ("Learning to Whistle (and to Sing)", "Learning to Whistle (and to Sing)"),
        ("学吹口哨（第二版）", "学吹口哨（第二版）"),
    ],
)
def test_venues_and_notes_around_a_title(text: str, title: str) -> None:
    assert clean_title(text) == title


@pytest.mark.parametrize("text", ["É" + "é" * 5_000, "目标检测" * 2_000, "Aa" + "-é" * 2_000, "A. B" + "'é" * 2_000])
def test_long_words_are_no_names_at_once(text: str) -> None:
    started = time.process_time()
    assert not is_author_list(f"{text}1x, {text}2x, {text}3x et al.")
    assert time.process_time() - started < 1


def test_names_with_hyphens() -> None:
    assert is_author_list("Jean-Pierre, Yi-Hsuan, Anne-Marie")
    assert is_author_list("Jean-Pierre Élodie, José María Sáez, Ángel Díaz-Núñez")


@pytest.mark.parametrize(
    "behind", [", CVPR 2020", ", (CVPR 2020)", " [, ICLR 2021 poster]", " CVPR 2020", " , CVPR 2020", "  [CVPR'20]"]
)
def test_a_venue_behind_a_title_is_left_out(behind: str) -> None:
    assert first_part(f"Looking Twice at Things That Were Seen Once{behind}") == LOOKING


LOOKING = "Looking Twice at Things That Were Seen Once"


@pytest.mark.parametrize("mark", [",", " ", "(", " ,", "["])
def test_marks_behind_a_title_take_no_time(mark: str) -> None:
    started = time.process_time()
    first_part(f"{LOOKING}{mark * 50_000}x")
    assert time.process_time() - started < 1
