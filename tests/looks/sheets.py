"""Pictures side by side: one image for a theme, day, language and width, and a page with all of them."""

import html
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from PIL import Image, ImageDraw, ImageFont

_GAP, _LABEL = 16, 28
_STRIP_WIDTH = 300
_SCREEN, _MARGIN = (390, 780), 28
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Themes</title>
<style>
body {{ margin: 24px; background: #d6dade; color: #14181c; font: 15px/1.5 system-ui, sans-serif; }}
.row {{ display: flex; gap: 16px; align-items: flex-start; overflow-x: auto; padding-bottom: 16px; }}
figure {{ flex: none; margin: 0; }}
img {{ display: block; width: 300px; box-shadow: 0 1px 4px rgb(0 0 0 / 30%); }}
</style>
{rows}
"""


@dataclass(frozen=True)
class Picture:
    """A picture of a message, as PNG."""

    theme: str
    day: str
    language: str
    width: str
    mode: str
    content: bytes

    @property
    def group(self) -> str:
        """What the pictures that are compared with each other have in common."""
        return f"{self.theme}-{self.day}-{self.language}-{self.width}"

    @property
    def file(self) -> str:
        """Its name."""
        return f"{self.group}-{self.mode}.png"


def index_page(pictures: Sequence[Picture]) -> str:
    """A page with a row for each group."""
    rows = []
    for name, group in _groups(pictures):
        figures = (
            f'<figure><figcaption>{html.escape(one.mode)}</figcaption><a href="{html.escape(one.file)}">'
            f'<img src="{html.escape(one.file)}" alt="{html.escape(one.file)}" loading="lazy"></a></figure>'
            for one in group
        )
        rows.append(f"<h2>{html.escape(name)}</h2><div class=row>{''.join(figures)}</div>")
    return _PAGE.format(rows="\n".join(rows))


def strips(pictures: Sequence[Picture]) -> Iterator[tuple[str, bytes]]:
    """Name and content of an image for each group, in which its pictures are side by side."""
    for name, group in _groups(pictures):
        yield f"strip-{name}.png", _side_by_side(group)


def phones(pictures: Sequence[Picture]) -> Iterator[tuple[str, bytes]]:
    """Name and content of an image for each day and language: what a phone shows first, a column for each theme."""
    shown = [one for one in pictures if one.width == "phone" and one.mode in ("light", "dark")]
    ordered = sorted(shown, key=lambda one: (one.day, one.language, one.mode == "dark"))
    for (day, language), group in groupby(ordered, key=lambda one: (one.day, one.language)):
        rows = [list(row) for _mode, row in groupby(group, key=lambda one: one.mode)]
        yield f"phones-{day}-{language}.png", _screens(rows)


def _screens(rows: Sequence[Sequence[Picture]]) -> bytes:
    width, height = _SCREEN
    size = max(map(len, rows)) * (width + _MARGIN) + _MARGIN, len(rows) * (height + _MARGIN) + _MARGIN
    sheet, mask = Image.new("RGB", size, "#d6dade"), Image.new("L", _SCREEN, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width - 1, height - 1), _MARGIN, 255)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            screen = Image.open(io.BytesIO(picture.content)).convert("RGB").crop((0, 0, width, height))
            sheet.paste(screen, (_MARGIN + x * (width + _MARGIN), _MARGIN + y * (height + _MARGIN)), mask)
    return _png(sheet)


def _groups(pictures: Sequence[Picture]) -> Iterator[tuple[str, list[Picture]]]:
    ordered = sorted(pictures, key=lambda one: one.group)
    return ((name, list(group)) for name, group in groupby(ordered, key=lambda one: one.group))


def _side_by_side(pictures: Sequence[Picture]) -> bytes:
    shown = [_scaled(one.content) for one in pictures]
    width = sum(one.width + _GAP for one in shown) + _GAP
    sheet = Image.new("RGB", (width, max(one.height for one in shown) + _LABEL + _GAP), "#d6dade")
    draw, font, left = ImageDraw.Draw(sheet), ImageFont.load_default(16), _GAP
    for picture, image in zip(pictures, shown, strict=True):
        draw.text((left, 4), picture.mode, "#14181c", font)
        sheet.paste(image, (left, _LABEL))
        left += image.width + _GAP
    return _png(sheet)


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG", optimize=True)
    return content.getvalue()


def _scaled(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content)).convert("RGB")
    return image.resize((_STRIP_WIDTH, round(image.height * _STRIP_WIDTH / image.width)), Image.Resampling.LANCZOS)
