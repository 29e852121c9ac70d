"""Make kg/page/pinyin.txt: the commonest reading of each character of GB 2312.

    pip install pypinyin && python scripts/pinyin.py

One line a syllable: the syllable without its tone, and the characters that are read so.
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

TARGET = Path(__file__).resolve().parents[1] / "kg" / "page" / "pinyin.txt"


def characters() -> list[str]:
    """Return the Chinese characters of GB 2312."""
    codes = (bytes((high, low)) for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF))
    return [char for code in codes for char in code.decode("gb2312", "ignore")]


def main() -> None:
    """Write the table."""
    lines = defaultdict(str)
    for char in characters():
        lines[pinyin(char, style=Style.NORMAL)[0][0].replace("ü", "v")] += char
    text = "".join(f"{syllable} {chars}\n" for syllable, chars in sorted(lines.items()))
    TARGET.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
