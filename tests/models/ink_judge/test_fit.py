from exhibit.ink.evidence import Evidence
from exhibit.ink.judge import judge_once
from models.ink_judge.fit import fit_judge
from models.ink_judge.pages import make_page


def test_fit_judge_few_pages_tells_ink_from_paper() -> None:
    said: list[str] = []
    pages = [make_page(1, number) for number in range(6)]
    judges = fit_judge(pages, 2, 0, said.append)
    assert len(judges) == len(said) == 2
    evidence = Evidence(pages[0].pixels)
    before = judge_once(judges[0].logits, evidence, None, 1)
    logit = judge_once(judges[1].logits, evidence, before, 0)
    ink = pages[0].ink
    assert logit[ink].mean() > logit[~ink].mean() + 1.0
