"""A printed token must be read by the table, be of true size, and say what it does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from exhibit.contract import token_card
from exhibit.contract.printed import Page, pages_pdf
from exhibit.contract.settings.tokens import TokensConfig
from exhibit.contract.values import Gray
from exhibit.tokens.finder import MarkerFinder
from exhibit.tokens.printing import PAPERS_MM, caption_of, token_pages

CARDS = TokensConfig.model_validate(
    {
        "cards": [
            {"id": 1, "does": "scene", "name": "Sommer på Hov (sent)"},
            {"id": 2, "does": "bundle", "name": "lear"},
            {"id": 3, "does": "label"},
            {"id": 4, "does": "direction", "name": "hatching", "low": -2, "high": 2},
            {"id": 5, "does": "psi", "low": 0.2},
        ]
    }
)
PX_PER_MM = 3.0


def _printed(page: Page) -> Gray:
    pdfium = pytest.importorskip("pypdfium2")
    shown = pdfium.PdfDocument(pages_pdf([page]))[0].render(scale=PX_PER_MM * 25.4 / 72)
    return np.asarray(shown.to_numpy()[..., 0], np.uint8)


def _card(pixels: Gray, place: int) -> Gray:
    """One of the nine places of an A4 page, as large in a frame as a token on the table."""
    row, column = divmod(place, 3)
    x, y = 19.0 + 60.0 * column, 16.0 + 72.0 * row
    left, top, width, height = (round(v * PX_PER_MM) for v in (x, y, 52.0, 64.0))
    frame = np.full((480, 640), 255, np.uint8)
    card = pixels[top : top + height, left : left + width]
    small = cv2.resize(card, None, fx=1.9 / PX_PER_MM, fy=1.9 / PX_PER_MM)
    frame[100 : 100 + small.shape[0], 200 : 200 + small.shape[1]] = small
    return frame


def test_printed_tokens_are_read_and_have_their_true_size() -> None:
    (page,) = token_pages(range(1, 7), CARDS, "a4", "up")
    pixels = _printed(page)
    found = [MarkerFinder(False).find(_card(pixels, place)) for place in range(6)]
    assert [[token.number for token in tokens] for tokens in found] == [[n] for n in range(1, 7)]
    sides = [np.ptp(tokens[0].corners, axis=0) / 1.9 for tokens in found]
    assert np.abs(np.array(sides) - token_card.MARKER_MM).max() < 1.2


def test_printed_tokens_to_lie_face_down_are_read_in_a_mirror() -> None:
    (page,) = token_pages([4], CARDS, "letter", "down")
    (a4,) = token_pages([4], CARDS, "a4", "down")
    assert (page.width_mm, page.height_mm) == PAPERS_MM["letter"]
    card = _card(_printed(a4), 0)
    assert MarkerFinder(False).find(card) == []
    mirrored = np.asarray(cv2.flip(card, 1), np.uint8)
    assert [token.number for token in MarkerFinder(False).find(mirrored)] == [4]


def test_printed_tokens_keep_everything_but_the_caption_out_of_their_cards() -> None:
    (page,) = token_pages([9], TokensConfig(), "a4", "up")
    card = _card(_printed(page), 0)[100:222, 200:299]
    left, top, _, _ = token_card.CARD_MM
    white_mm = -token_card.MARKER_MM / 2 - left - 0.7
    rim = round(white_mm * 1.9)
    assert card[1:rim].min() > 200
    assert card[1:-1, 1:rim].min() > 200
    assert top == left


def test_captions_say_what_each_token_does() -> None:
    found = [caption_of(CARDS.card(number)) for number in range(1, 7)]
    assert found == [
        ("scene: Sommer på Hov (sent)",),
        ("bundle: lear",),
        ("shows the label",),
        ("direction hatching", "turn: left -2, right 2"),
        ("psi", "turn: left 0.2, right 1"),
        ("bound to nothing yet",),
    ]
    (page,) = token_pages([1], CARDS, "a4", "up")
    assert "scene: Sommer på Hov \\(sent\\)".encode("cp1252") in pages_pdf([page])


def test_more_tokens_than_a_page_holds_take_another_page() -> None:
    pages = token_pages(range(20), CARDS, "a4", "up")
    assert [sum(text.size_pt == 10 for text in page.texts) for page in pages] == [9, 9, 2]
    pdf = pages_pdf(pages)
    assert pdf.count(b"/Type /Page ") == 3
    pdfium = pytest.importorskip("pypdfium2")
    assert len(pdfium.PdfDocument(pdf)) == 3
