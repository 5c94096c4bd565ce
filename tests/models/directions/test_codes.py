"""Codes come from one source, with all that belongs to them."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch")


from exhibit.contract.errors import InputError  # noqa: E402
from models.directions.codes import Wish, wished_codes  # noqa: E402
from models.directions.subject import Subject  # noqa: E402
from tests.models.hands import small_generator, write_gan, write_sketches  # noqa: E402

ALL = tuple(range(8))


def subject() -> Subject:
    return Subject(generator=small_generator(), checkpoint="0" * 64, layers=ALL)


def test_wished_codes_come_from_one_source(tmp_path: Path):
    one, checkpoint = subject(), write_gan(tmp_path / "gan.pt")
    found = wished_codes(Wish(3, psi=0.0), one, checkpoint)
    torch.testing.assert_close(found.w_plus, one.generator.mapping.w_avg.expand(3, 8, 16))
    with pytest.raises(InputError, match="expected one source"):
        wished_codes(Wish(3, bundle=tmp_path, sketches=tmp_path), one, checkpoint)


def test_wished_codes_of_sketches_carry_the_feature_map(tmp_path: Path):
    from models.saved.checkpoint import ENCODER, write_checkpoint
    from tests.models.hands import small_hand

    hand = small_hand()
    state = {
        "encoder_config": hand.inverter.config.to_dict(),
        "inverter_ema": hand.inverter.state_dict(),
        "generator_config": hand.generator.config.to_dict(),
        "generator_ema": hand.generator.state_dict(),
        "pictures_seen": 0,
    }
    write_checkpoint(tmp_path / "hand.pt", ENCODER, state)
    sketches = write_sketches(tmp_path / "s.ndjson")
    found = wished_codes(Wish(2, sketches=sketches), subject(), tmp_path / "hand.pt")
    assert found.w_plus.shape == (1, 8, 16)  # only one of the two words is held out
    assert found.feature is not None
