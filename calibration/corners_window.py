"""Moving the projection's corners: the window. It only draws, and hands keys to the editor."""

from __future__ import annotations

import pygame

from calibration.corners import CornerEditor, Outcome
from calibration.registration import registration_shapes
from exhibit.contract.geometry import Matrix, Points, project, rectangle, translation
from exhibit.contract.printed import Rectangle

_RATE_HZ = 30
_REPEAT_AFTER_MS, _REPEAT_EVERY_MS = 300, 40
_PAPER, _LINE, _GLYPH = (225, 225, 225), (60, 60, 60), (150, 175, 200)
_SELECTED, _OUTSIDE = (215, 30, 30), (0, 0, 0)
_CROSS_PX, _RING_PX = 28, 16
_HELP = (
    "Move every cross onto its printed cross in the corner, and the F onto the printed F.",
    "Tab: next corner   Arrows: 1 px, with Shift 10 px   M: mirror   R: turn",
    "Enter: save   Esc: leave without saving",
)
_CROSSED = "The corners are crossed or folded: put them back in order, 1 to 4 clockwise."


def edit_corners(editor: CornerEditor, window: pygame.Surface) -> Outcome:
    """Show the corners and let the keyboard move them until they are saved or left.

    Args:
        editor: holds the corners.
        window: the display's surface.

    Returns:
        SAVE or CANCEL.
    """
    pygame.font.init()
    pygame.key.set_repeat(_REPEAT_AFTER_MS, _REPEAT_EVERY_MS)
    clock = pygame.time.Clock()
    while True:
        for event in pygame.event.get():
            outcome = _outcome_of(event, editor)
            if outcome is not Outcome.GO_ON:
                return outcome
        stage = pygame.Surface(editor.size_px)
        draw(stage, editor)
        # The same order as `exhibit.contract.geometry.mounting`: mirror, then turn clockwise.
        window.blit(hang(stage, editor.mirror, editor.rotate), (0, 0))
        pygame.display.flip()
        clock.tick(_RATE_HZ)


def draw(stage: pygame.Surface, editor: CornerEditor) -> None:
    """Draw the upright stage: the sheet, its marks, the glyph, four crosses and the help."""
    stage.fill(_OUTSIDE)
    matrix = editor.table_to_stage
    if matrix is None:
        pygame.draw.lines(stage, _PAPER, True, editor.points.tolist())
        _write(stage, editor, (_CROSSED,), _PAPER)
    else:
        _draw_sheet(stage, editor, matrix)
        _write(stage, editor, _HELP, _LINE)
    for index, (x, y) in enumerate(editor.points):
        colour = _SELECTED if index == editor.selected else _LINE
        _cross(stage, x, y, colour)
        if index == editor.selected:
            pygame.draw.circle(stage, colour, (x, y), _RING_PX, 2)


def hang(stage: pygame.Surface, mirror: bool, rotate: int) -> pygame.Surface:
    """Return the upright stage as the window needs it."""
    return pygame.transform.rotate(pygame.transform.flip(stage, mirror, False), -rotate)


def _outcome_of(event: pygame.event.Event, editor: CornerEditor) -> Outcome:
    if event.type == pygame.QUIT:
        return Outcome.CANCEL
    if event.type != pygame.KEYDOWN:
        return Outcome.GO_ON
    return editor.press(pygame.key.name(event.key), bool(event.mod & pygame.KMOD_SHIFT))


def _draw_sheet(stage: pygame.Surface, editor: CornerEditor, matrix: Matrix) -> None:
    sheet = project(matrix, rectangle(*editor.table_mm))
    pygame.draw.polygon(stage, _PAPER, sheet.tolist())
    pygame.draw.aalines(stage, _LINE, True, sheet.tolist())
    for bar in registration_shapes(editor.table_mm):
        pygame.draw.polygon(stage, _GLYPH, project(matrix, _corners_of(bar)).tolist())


def _cross(stage: pygame.Surface, x: float, y: float, colour: tuple[int, int, int]) -> None:
    pygame.draw.line(stage, colour, (x - _CROSS_PX, y), (x + _CROSS_PX, y))
    pygame.draw.line(stage, colour, (x, y - _CROSS_PX), (x, y + _CROSS_PX))


def _write(
    stage: pygame.Surface,
    editor: CornerEditor,
    lines: tuple[str, ...],
    colour: tuple[int, int, int],
) -> None:
    width, height = editor.size_px
    font = pygame.font.Font(None, max(height // 34, 14))
    mirror = "on" if editor.mirror else "off"
    state = f"Corner {editor.selected + 1} of 4   Mirror {mirror}   Turned {editor.rotate}°"
    top = height * 0.66
    for line in (*lines, state):
        text = font.render(line, True, colour)
        stage.blit(text, ((width - text.get_width()) / 2, top))
        top += font.get_linesize() * 1.15


def _corners_of(bar: Rectangle) -> Points:
    x, y, width, height = bar
    return project(translation(x, y), rectangle(width, height))
