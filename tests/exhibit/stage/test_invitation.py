import numpy as np
import pytest

from exhibit.contract.settings.schema import VisitConfig
from exhibit.contract.visitor_texts import visitor_texts
from exhibit.operator.pages.texts import LANGUAGES
from exhibit.stage.invitation import INVITATION, invitation


def test_invitation_is_there_in_every_language_of_the_page() -> None:
    assert list(visitor_texts(INVITATION)) == list(LANGUAGES)
    assert VisitConfig(languages=tuple(LANGUAGES)).languages == tuple(LANGUAGES)  # type: ignore[arg-type]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_invitation_writes_every_language_inside_its_edges(count: int) -> None:
    texts = list(visitor_texts(INVITATION).values())[:count]
    picture = invitation(texts, 512)
    edge = np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])
    assert edge.min() > 200
    lower = picture[round(0.66 * len(picture)) :]
    rows = (lower < 128).any(axis=1).astype(int)
    assert (np.diff(rows) == 1).sum() + rows[0] >= count


def test_invitation_with_letters_beyond_ascii_draws_them() -> None:
    plain, ringed = invitation(["Ta en a"], 512), invitation(["Ta en å"], 512)
    assert not np.array_equal(plain, ringed)
