"""HTML for paper: one file, no script, no request. All text from outside is escaped here."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

STYLE = """
:root { color-scheme: light; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b2126; background: #fff;
  font: 10.5pt/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; border-bottom: 1.5px solid #1b2126; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .92em; }
th, td { text-align: left; vertical-align: top; padding: .2rem .5rem .2rem 0;
  border-bottom: 1px solid #d5dade; overflow-wrap: break-word; }
th { font-weight: 600; border-bottom-color: #59636c; overflow-wrap: normal; }
small { display: block; color: #59636c; overflow-wrap: anywhere; }
thead { display: table-header-group; }
tr, figure { break-inside: avoid; }
h2 { break-after: avoid; }
code, .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .92em;
  overflow-wrap: anywhere; }
pre { white-space: pre-wrap; padding: .5rem .7rem; border: 1px solid #d5dade; }
.soft { color: #59636c; }
.critical { color: #a1111d; font-weight: 600; }
.warning { color: #8a5300; font-weight: 600; }
.box { border: 1.5px solid #1b2126; padding: .6rem .9rem; margin: 1rem 0; }
.blank { display: inline-block; min-width: 16rem; border-bottom: 1px solid #1b2126; }
figure { margin: .5rem 0; }
img { max-width: 100%; border: 1px solid #d5dade; }
@media print { body { margin: 0; max-width: none; } @page { margin: 18mm 15mm; } }
"""


class Safe(str):
    """Markup that is meant as such."""

    __slots__ = ()


Cell = str | int | datetime | None


def page(title: str, body: Iterable[str]) -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def text(value: Cell) -> Safe:
    """Escaped; a time as the page says, in UTC, to the second; "-" for nothing."""
    if isinstance(value, Safe):
        return value
    if isinstance(value, datetime):
        return Safe(moment(value).removesuffix(" UTC"))
    return Safe(html.escape("-" if value is None or value == "" else str(value)))


def moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def element(tag: str, content: Cell, kind: str = "") -> Safe:
    attribute = f' class="{kind}"' if kind else ""
    return Safe(f"<{tag}{attribute}>{text(content)}</{tag}>")


def paragraph(content: Cell, kind: str = "") -> Safe:
    return element("p", content, kind)


def heading(content: str) -> Safe:
    return element("h2", content)


def table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, empty: str) -> Safe:
    """`empty` instead, if there are no rows."""
    body = [f"<tr>{''.join(element('td', cell) for cell in row)}</tr>" for row in rows]
    if not body:
        return paragraph(empty)
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    return Safe(
        f"<table><thead><tr>{head}</tr></thead><tbody>\n" + "\n".join(body) + "\n</tbody></table>"
    )
