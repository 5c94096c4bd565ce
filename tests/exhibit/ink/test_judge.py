from exhibit.ink.judge import ink_logit
from models.ink_judge.pages import make_page


def test_ink_logit_shipped_judge_knows_its_own_kind_of_pages() -> None:
    hits = found = wanted = 0
    for number in range(8):
        page = make_page(77, number)
        mask = ink_logit(page.pixels) > -0.4
        hits += int((mask & page.ink).sum())
        found, wanted = found + int(mask.sum()), wanted + int(page.ink.sum())
    assert 2 * hits / (found + wanted) > 0.85
