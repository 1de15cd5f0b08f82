"""What callers say of their household registration, beside yes and no."""

from __future__ import annotations

LOCAL = ("本地", "本地的", "本地户口", "本地人", "是本地户口", "户口在本地", "户口在这里")
OTHER = (
    "外地", "外地的", "外地户口", "外地人", "外省的", "不是本地", "不是本地户口", "不是本地人",
    "户口不在本地", "户口不在这里", "户口在老家", "户口在外地", "户口在外省", "有居住证",
)  # fmt: skip
PHRASES = (*LOCAL, *OTHER)
