"""Read people's pictures, of whatever kind: the one reader of all that is not a camera."""

from exhibit.pictures.levels import PictureError, Rgb
from exhibit.pictures.reading import grey_of, page_images, read_grey, read_picture

__all__ = ["PictureError", "Rgb", "grey_of", "page_images", "read_grey", "read_picture"]
