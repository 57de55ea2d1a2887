"""In which script a text is written, and whether a converter made it Traditional.

A converter from Simplified to Taiwan's usage (OpenCC ``s2twp``, behind many mirrored pages) leaves three traces together:
the vocabulary of Mainland offices, Taiwan's words wherever the Mainland has another (專案, 資訊, 支援), and none of the words
that a converter would have replaced (項目, 信息, 支持). Writers in Taiwan and Hong Kong mix the two, and a page that was
converted character by character has only the latter: neither may be folded word by word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from indexer.model import Script
from indexer.text import script_of_character, words_of_regions

# Characters beyond these tell no script.
_HAN = (0x3400, 0xA000)

# What a decision looks at, in characters.
SAMPLE = 20_000

# Of words that differ between the regions, how many Taiwan's must outnumber the Mainland's by. In prose that was converted
# with s2twp one in fifty is left, in the encyclopedia articles of Taiwan two in five.
_TIMES_AS_MANY = 4

# How much evidence is needed: this many points, and one more for every thousand characters, in which chance finds some too.
# Of articles of Taiwan 1 in 1,000 of one paragraph reaches it, and none of the size of a document.
_POINTS_NEEDED = 4
_CHARACTERS_A_POINT = 1000

# Two points each, however often they stand there. What offices of the Mainland write all the time and those of Taiwan and
# Hong Kong hardly ever; words that are as common there (工作, 督導, 社區, 縣政府) prove nothing.
_TELLING = re.compile(
    # The Party and its bodies
    "習近平|黨委|黨組|黨建|黨員幹部|黨支部|黨風廉政|從嚴治黨|縣委|區委|市委|工委|管委會|街道辦|居委會|村委會|兩委|領導小組"
    # What it stands for, by the year
    "|科學發展觀|群眾路線|小康|十八大|十九大|二十大|新徵程|新局面|發展理念|鄉村振興|新農村|三農|扶貧|脫貧|攻堅|生態文明"
    "|高質量|精神文明|文明城市|招商引資"
    # How its offices write
    "|紮實|抓好|抓緊|抓實|抓手|狠抓|切實|著力|貫徹|弘揚|構建|補齊|短板|力度|舉措|調研|督查|信訪|維穩|述職|專項|牢固樹立"
    "|落到實處|深入開展|全面推進|高度重視|目標任務|責任制|長效機制|會議精神|作風建設|隊伍建設|體系建設|安全生產|生態環境"
    "|幹部群眾|幹部職工|人民群眾|我[省市縣區鎮鄉]|全[鎮鄉]"
    # What the converter makes of 优化, 发布, 社区, 循环, 类型, 集群, 调度, 高级, 声明, 全局, 实例, 参数
    "|最佳化|釋出|社群|迴圈|型別|叢集|排程|高階|宣告|全域性|例項|引數"
)
# One point each: found in Taiwan as well, but seven times as often on the Mainland.
_USUAL = re.compile(
    "新時代|現代化|創新|提升|推進|落實|幹部|群眾|機制|民生|引導|打造|深化|完善|統籌|整治|基層|示範|聚焦|強化|增強|隊伍|資訊化"
    "|網路安全|試點|部署|黨中央|總書記|加大|加快"
)


def script_of(text: str) -> Script:
    """Traditional or Simplified by the characters that only one of them has; unknown where there are none."""
    signs = _signs_of_scripts()
    # Where one of them has none, which is so of nearly every text, there is nothing to count.
    if not signs["hant"].search(text, 0, SAMPLE):
        return "hans" if signs["hans"].search(text, 0, SAMPLE) else "unknown"
    traditional, simplified = (len(signs[script].findall(text, 0, SAMPLE)) for script in ("hant", "hans"))
    return "hant" if traditional > simplified else "hans"


@lru_cache(maxsize=1)
def _signs_of_scripts() -> dict[Script, re.Pattern[str]]:
    """The characters that tell each script, as classes: a pattern finds them ten times as fast as a loop."""
    scripts: dict[Script, list[str]] = {"hant": [], "hans": [], "unknown": []}
    for character in map(chr, range(*_HAN)):
        scripts[script_of_character(character)].append(character)
    return {script: re.compile(f"[{''.join(signs)}]") for script, signs in scripts.items()}


def is_converted(texts: Iterable[str]) -> bool:
    """Whether *texts*, the text of one document, are Mainland prose that a converter put into Traditional script.

    False where there is too little to tell: a short passage without the vocabulary of an office.
    """
    text = _sample(texts)
    if script_of(text) != "hant" or _points(text) < _POINTS_NEEDED + len(text) // _CHARACTERS_A_POINT:
        return False
    taiwan, mainland = words_of_regions(text)
    return taiwan >= mainland * _TIMES_AS_MANY


def _points(text: str) -> int:
    return 2 * len(set(_TELLING.findall(text))) + len(set(_USUAL.findall(text)))


def _sample(texts: Iterable[str]) -> str:
    """The beginnings of *texts*, a line each, up to ``SAMPLE`` characters."""
    taken: list[str] = []
    left = SAMPLE
    for text in texts:
        taken.append(text[:left])
        left -= len(taken[-1])
        if left <= 0:
            break
    return "\n".join(taken)
