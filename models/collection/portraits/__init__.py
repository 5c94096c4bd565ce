"""Black-ink heads composed from drawn parts, so that the truth about every picture is known.

`parts.json` holds the designs of Lorelei by Lisa Wischofsky and of Notionists by Zoish, both
CC0 1.0, as SVG fragments; `extract_parts.mjs` says where they come from.
"""
