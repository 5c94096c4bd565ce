"""Of the finds, the one that lies on the ink best in its pose is shown."""

import cmath
from dataclasses import replace

import cv2
import numpy as np
import pytest

from exhibit.contract.values import Find, Gray
from exhibit.recall import Memory
from exhibit.recall.calm import LEAST_SCORE
from exhibit.recall.choosing import best_posed, drawn_in_pose
from exhibit.recall.placing import lay
from exhibit.recall.pose import Pose
from tests.exhibit.recall import shapes


def find(drawing: int, score: float) -> Find:
    return Find(drawing, False, 0.9, np.full(2, 0.05, np.float32), score)


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory.of([shapes.ring(), shapes.house(), shapes.wave()])


def turned_house(angle: float) -> Gray:
    turn = cmath.rect(1.0, angle)
    pose = Pose(shift=(0.5 + 0.5j) * (1 - turn), turn=turn)
    return lay(shapes.house(), find(1, 1.0), 256, pose)


def followed(ink: Gray, picture: Gray) -> float:
    away = cv2.distanceTransform((picture >= 128).astype(np.uint8), cv2.DIST_L2, 5)
    return float((away <= 3)[ink < 128].mean())


def test_best_posed_takes_what_lies_on_the_ink_before_what_scored_a_little_more(
    memory: Memory,
) -> None:
    posed = best_posed(memory, [find(0, 0.5), find(2, 0.45), find(1, 0.4)], turned_house(0.1))
    assert posed[0].find.drawing == 1
    assert [one.score for one in posed] == sorted((one.score for one in posed), reverse=True)


def test_best_posed_leaves_out_what_scores_too_little(memory: Memory) -> None:
    finds = [find(1, LEAST_SCORE), find(0, LEAST_SCORE - 0.01)]
    assert [one.find for one in best_posed(memory, finds, shapes.house())] == finds[:1]
    assert best_posed(memory, [], shapes.house()) == []


def test_best_posed_tries_no_more_than_it_has_time_for(memory: Memory) -> None:
    finds = [find(1, 0.5) for _ in range(10)]
    assert len(best_posed(memory, finds, shapes.house())) == 5


def test_drawn_in_pose_lies_on_ink_that_is_turned(memory: Memory) -> None:
    ink = turned_house(0.1)
    [posed] = best_posed(memory, [find(1, 0.5)], ink)
    upright = drawn_in_pose(memory, replace(posed, pose=Pose()), 256)
    assert followed(ink, upright) < 0.75
    assert followed(ink, drawn_in_pose(memory, posed, 256)) > 0.85
