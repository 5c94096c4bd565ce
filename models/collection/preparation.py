"""From scans to a training set, and again from what a curator decided."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

import cv2
import numpy as np
from numpy.typing import NDArray

from exhibit.contract.errors import InputError
from exhibit.ink.images import as_gray
from models.collection import dataset
from models.collection.boxes import Box
from models.collection.curation import CurationRow
from models.collection.cutting import (
    Cut,
    Framing,
    cut_out,
    cut_page,
    cut_rectangle,
    square,
)
from models.collection.details import Details, heads_of
from models.collection.fingerprint import Fingerprints, fingerprint
from models.collection.judgement import (
    Limits,
    measure,
    reason_to_drop_drawing,
    reason_to_drop_figure,
    reason_to_drop_page,
    square_side_px,
)
from models.collection.linework import ink_mask
from models.collection.paper import is_coloured, tone_share, whiten
from models.collection.scans import Scan
from models.collection.squaring import Squaring

PAGES = "pages"
THUMBNAIL_PX = 112
LARGER = 1.1
"""Of two scans of one drawing the later is kept where it is so much larger."""
LONGEST_NAME = 100
"""Bytes of a page's name; its items' names, and drafts of their files, are longer by up to 50."""
BLANK_BELOW = 0.0002
"""A page with less ink than this share is blank."""
Write = Callable[[str, bytes], None]
"""Stores bytes under a name relative to the data set's folder."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a curator chooses on the command line."""

    framing: Framing = "figure"
    resolution: int = 256
    squaring: Squaring = "pad"
    gutter: float = 0.1
    exclude: tuple[str, ...] = ()
    details: Details = "none"
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A row of `curation.csv` with a small picture of it (None where the scan was unreadable)."""

    row: CurationRow
    thumbnail: NDArray[np.uint8] | None
    """(THUMBNAIL_PX, THUMBNAIL_PX) uint8."""


class Preparation:
    """Turns scans into items; remembers what was kept, to recognise duplicates."""

    def __init__(self, options: Options, write: Write) -> None:
        """Start with an empty data set.

        Args:
            options: how to frame and what to keep.
            write: where page images and pictures go.
        """
        self._options, self._write = options, write
        self._kept = Fingerprints()
        self._page_names: set[str] = set()
        self._sides_px: dict[str, int] = {}
        """Longer sides on their pages of the items that were judged here and kept."""
        self._larger: dict[str, str] = {}
        """Of items that came once more and larger: by which one each was replaced."""

    def add_scan(self, scan: Scan) -> list[Item]:
        """Cut and judge a page that nobody has decided on yet."""
        name = self._page_name(scan)
        if scan.rgb is None:
            return [Item(self._row(scan, name, scan.fault, Box(0, 0, 0, 0), ""), None)]
        grey = whiten(scan.rgb)
        page_image = f"{PAGES}/{name}.png"
        self._write(page_image, dataset.encode_png(grey))
        reason = self._reason_to_drop_page(scan, scan.rgb, grey)
        cuts = [] if reason else cut_page(grey, self._options.framing, self._options.gutter)
        if not cuts:
            height, width = grey.shape
            box = Box(0, 0, width, height)
            row = self._row(scan, name, reason or "blank", box, page_image)
            return [self._finish(row, cut_rectangle(grey, box))]
        page_ink = sum(int(np.count_nonzero(cut.ink)) for cut in cuts)
        items: list[Item] = []
        for number, cut in enumerate(cuts, start=1):
            item = self._judge(scan, f"{name}_{number}", cut, page_image, page_ink)
            items += [item, *self._details(item.row, cut)]
        return items

    def obey(self, rows: list[CurationRow], page: NDArray[np.uint8] | None) -> list[Item]:
        """Cut the items of one page as their rows say: box, squaring and decision.

        An untouched box is the automatic item and stays free of its neighbours; a box that a
        curator changed is cut exactly.

        Args:
            rows: of `curation.csv`, all of one page.
            page: (height, width) uint8, their page image; None for an unreadable scan.

        Raises:
            InputError: a box does not lie on the page, or a kept item has no ink.
        """
        for row in rows:
            names = row.item, PurePosixPath(row.page_image).stem
            self._page_names |= {name.casefold() for name in names}
        if page is None:
            return [Item(row, None) for row in rows]
        cuts = cut_page(page, self._options.framing, self._options.gutter)
        have_details = {row.detail_of for row in rows}
        items: list[Item] = []
        for row in rows:
            cut = cut_row(row, page, cuts)
            items.append(self._finish(row, cut))
            if row.item not in have_details:
                items += self._details(row, cut)
        return items

    def _judge(self, scan: Scan, name: str, cut: Cut, page_image: str, page_ink: int) -> Item:
        options = self._options
        side = square_side_px(cut.ink, options.squaring)
        measured = measure(cut.ink, side, options.resolution)
        if options.framing == "figure":
            reason = reason_to_drop_figure(cut.ink, page_ink, measured, options.limits)
        else:
            reason = reason_to_drop_drawing(cut.ink, measured, options.limits)
        if not reason:
            picture = square(cut, options.squaring, options.resolution)
            twin = self._kept.find(fingerprint(picture))
            reason = f"duplicate of {twin}" if twin and not self._replaces(twin, name, cut) else ""
        if not reason:
            self._sides_px[name] = max(cut.ink.shape)
        return self._finish(self._row(scan, name, reason, cut.box, page_image), cut)

    def _replaces(self, twin: str, name: str, cut: Cut) -> bool:
        """Whether a drawing is larger than the one it is like; that one is then set aside.

        One that a curator has decided on stays.
        """
        if max(cut.ink.shape) <= LARGER * self._sides_px.get(twin, math.inf):
            return False
        self._larger[twin] = name
        self._kept.rename(twin, name)
        return True

    def without_smaller(self, items: list[Item]) -> list[Item]:
        """All items, those set aside of which a larger one came later, with their details."""
        return [self._if_largest(item) for item in items]

    def _if_largest(self, item: Item) -> Item:
        larger = self._larger.get(item.row.detail_of or item.row.item)
        if larger is None or not item.row.kept:
            return item
        row = replace(item.row, decision="drop", reason=f"duplicate of {larger}")
        return replace(item, row=row)

    def _details(self, row: CurationRow, cut: Cut) -> list[Item]:
        """Cut the details of a whole item that is kept out of it, where they are wanted."""
        if self._options.details == "none" or row.detail_of or not row.kept:
            return []
        limits = replace(self._options.limits, smallest_px=0)
        items = []
        for number, box in enumerate(heads_of(cut.ink), start=1):
            detail = cut_out(cut, box)
            side = square_side_px(detail.ink, row.squaring)
            measured = measure(detail.ink, side, self._options.resolution)
            reason = reason_to_drop_drawing(detail.ink, measured, limits)
            named = replace(row, item=f"{row.item}-head{number}", detail_of=row.item)
            decided = replace(named, decision="drop" if reason else "keep", reason=reason)
            items.append(self._finish(decided.recropped(detail.box), detail))
        return items

    def _finish(self, row: CurationRow, cut: Cut) -> Item:
        """Measure an item; store and remember its picture where it is kept."""
        picture = square(cut, row.squaring, self._options.resolution)
        if row.kept:
            self._kept.add(row.item, fingerprint(picture))
            self._write(f"{dataset.IMAGES}/{row.item}.png", dataset.encode_png(picture))
        size = (THUMBNAIL_PX, THUMBNAIL_PX)
        thumbnail = as_gray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
        return Item(with_measures(row, cut, self._options.resolution), thumbnail)

    def _row(self, scan: Scan, name: str, reason: str, box: Box, page_image: str) -> CurationRow:
        return CurationRow(
            item=name,
            decision="drop" if reason else "keep",
            reason=reason,
            squaring=self._options.squaring,
            left=box.left,
            top=box.top,
            right=box.right,
            bottom=box.bottom,
            line_width_px=0.0,
            ink_share=0.0,
            source=scan.source,
            page=scan.page,
            page_image=page_image,
        )

    def _reason_to_drop_page(
        self, scan: Scan, rgb: NDArray[np.uint8], grey: NDArray[np.uint8]
    ) -> str:
        for pattern in self._options.exclude:
            if fnmatch(scan.source, pattern) or fnmatch(PurePosixPath(scan.source).name, pattern):
                return f"excluded by {pattern}"
        if ink_mask(grey).mean() < BLANK_BELOW:
            return "blank"
        if is_coloured(rgb):
            return "coloured"
        return reason_to_drop_page(tone_share(grey), self._options.limits)

    def _page_name(self, scan: Scan) -> str:
        """A file name for the page, unique in the data set and safe on every system."""
        path = PurePosixPath(scan.source)
        for stem in (path.with_suffix(""), path):
            plain = _plain(str(stem))
            name = plain if scan.page == 1 else f"{plain}_p{scan.page}"
            if plain and name.casefold() not in self._page_names:
                break
        while name.casefold() in self._page_names or not name:
            name += "-x"
        self._page_names.add(name.casefold())
        return name


def _plain(name: str) -> str:
    """Letters, digits and dashes of a name; of a long one the beginning and its hash."""
    plain = "".join(letter if letter.isalnum() else "-" for letter in name).strip("-")
    coded = plain.encode()
    if len(coded) <= LONGEST_NAME:
        return plain
    short = coded[: LONGEST_NAME - 9].decode(errors="ignore")
    return f"{short}-{hashlib.sha256(coded).hexdigest()[:8]}"


def cut_row(row: CurationRow, page: NDArray[np.uint8], cuts: list[Cut]) -> Cut:
    """Cut an item as its row says.

    Args:
        row: of `curation.csv`.
        page: (height, width) uint8, its page image.
        cuts: what `cut_page` finds on that page.

    Returns:
        The automatic item where the row's box is still its box, a detail out of the automatic item
        that it lies in, else exactly the rectangle.

    Raises:
        InputError: the box does not lie on the page, or a kept item has no ink.
    """
    height, width = page.shape
    box = row.box
    inside = 0 <= box.left < box.right <= width and 0 <= box.top < box.bottom <= height
    if not inside:
        raise InputError(f"item '{row.item}': the box leaves its page of {width}x{height} px")
    around = [cut for cut in cuts if cut.box == box or (row.detail_of and cut.box.holds(box))]
    around.sort(key=lambda cut: cut.box.width * cut.box.height)
    inside_it = box.moved(-around[0].box.left, -around[0].box.top) if around else box
    cut = cut_out(around[0], inside_it) if around else cut_rectangle(page, box)
    if row.kept and not cut.ink.any():
        raise InputError(f"item '{row.item}' is kept, but there is no ink in its box")
    return cut


def with_measures(row: CurationRow, cut: Cut, resolution: int) -> CurationRow:
    """The row with the line width and ink share of what is cut."""
    measured = measure(cut.ink, square_side_px(cut.ink, row.squaring), resolution)
    return replace(
        row,
        line_width_px=round(measured.line_width_px, 3),
        ink_share=round(measured.ink_share, 4),
    )
