import numpy as np

from models.ink_judge.pages import make_page


def test_make_page_same_numbers_give_the_same_page() -> None:
    first, again, other = make_page(3, 5), make_page(3, 5), make_page(3, 6)
    assert np.array_equal(first.pixels, again.pixels) and np.array_equal(first.ink, again.ink)
    assert not np.array_equal(first.pixels, other.pixels)


def test_make_page_ink_is_darker_than_the_paper_beside_it() -> None:
    darker = []
    for number in range(12):
        page = make_page(1, number)
        if page.ink.any() and not page.ink.all():
            darker.append(page.pixels[page.ink].mean() < page.pixels[~page.ink].mean())
    assert len(darker) > 8 and np.mean(darker) > 0.8
