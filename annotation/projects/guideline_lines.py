"""Add one line to guidelines, which are plain text: blocks with a title, an empty line between them. Pure."""

POINT = "- "


def with_line(text: str, title: str, line: str) -> str:
    """The line as a point at the end of the block with this title; a block of its own where there is none."""
    point = f"{POINT}{' '.join(line.split())}"
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    for place, block in enumerate(blocks):
        if block.strip().split("\n", 1)[0].strip() == title:
            blocks[place] = f"{block.rstrip()}\n{point}"
            return "\n\n".join(blocks)
    return "\n\n".join([*(block.rstrip() for block in blocks), f"{title}\n{point}"])
