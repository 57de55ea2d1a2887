"""Masks that a writer has to fill in."""

import pytest

from indexer.structure.marks import masks_in


@pytest.mark.parametrize(
    ("text", "masks"),
    [
        ("由××书记任组长，××镇承办", ["××", "××"]),
        ("20xx年，完成投资xx.xx亿元", ["20xx年", "xx.xx"]),
        ("定于x月x日召开", ["x月x日"]),
        ("XX小学与*街道共建**乡**村", ["XX", "*", "**", "**"]),
        ("20XX年XX月XX日", ["20XX年XX月XX日"]),
        ("在○○镇试点", ["○○"]),
        ("发放宣传单____份", ["____"]),
        ("新建X个垃圾房", ["X"]),
    ],
)
def test_masks_are_found(text: str, masks: list[str]) -> None:
    assert [text[mask.start : mask.end] for mask in masks_in(text)] == masks


@pytest.mark.parametrize("text", ["购置X光机两台", "型号为XXL的工装", "面积5×3米", "AxxB系统上线", "2023年1月6日"])
def test_what_only_looks_like_a_mask_is_none(text: str) -> None:
    assert masks_in(text) == ()
