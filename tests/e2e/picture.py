"""Draws what a terminal shows, as `tmux capture-pane -e -p` prints it, as an SVG.

usage: picture.py COLUMNS <CAPTURE >PICTURE
"""
import re
import sys
import unicodedata
from xml.sax.saxutils import escape

WIDTH, HEIGHT, MARGIN = 8.43, 20, 16
COLOURS = {30: "#6e7681", 31: "#ff7b72", 32: "#56d364", 33: "#e3b341", 34: "#79c0ff", 35: "#d2a8ff", 36: "#76e3ea", 37: "#e6edf3"}


def columns_of(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def spans(line):
    """Pieces of a line with their column and style."""
    column, style = 0, {}
    for part in re.split(r"(\x1b\[[0-9;]*m)", line):
        if part.startswith("\x1b"):
            for code in (int(code or 0) for code in part[2:-1].split(";")):
                if code in (0, 39):
                    style.pop("fill", None)
                if code == 0:
                    style = {}
                elif code == 1:
                    style["font-weight"] = "bold"
                elif code == 2:
                    style["opacity"] = "0.65"
                elif code == 22:
                    style.pop("font-weight", None), style.pop("opacity", None)
                elif code % 60 in COLOURS:
                    style["fill"] = COLOURS[code % 60]
        elif part:
            yield column, part, dict(style)
            column += columns_of(part)


def main():
    columns = int(sys.argv[1])
    lines = sys.stdin.read().rstrip("\n").split("\n")
    width, height = columns * WIDTH + 2 * MARGIN, len(lines) * HEIGHT + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" '
          'font-family="ui-monospace, DejaVu Sans Mono, monospace" font-size="14" fill="#e6edf3">')
    print(f'<rect width="{width:.0f}" height="{height}" rx="8" fill="#0d1117"/>')
    for row, line in enumerate(lines):
        y = MARGIN + row * HEIGHT + 14
        for column, text, style in spans(line):
            column += len(text) - len(text.lstrip(" "))  # viewers drop blanks at both ends
            text = text.strip(" ")
            attributes = "".join(f' {name}="{value}"' for name, value in style.items())
            length = columns_of(text) * WIDTH
            print(f'<text x="{MARGIN + column * WIDTH:.1f}" y="{y}" textLength="{length:.1f}"{attributes}>{escape(text)}</text>')
    print("</svg>")


main()
