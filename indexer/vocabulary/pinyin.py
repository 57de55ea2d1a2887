"""Pinyin without tones: how a text is read, and how a string of letters may be cut into syllables.

``ü`` is written ``v`` (lv, nv), but ``lue`` and ``nue`` as keyboards do. Readings come from pypinyin, which is loaded at
first use (0.2 s, 55 MB).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice, product

MAX_READINGS = 4
_LONGEST_WORD = 8

_FINALS: Mapping[str, str] = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue uo v",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan ue un uo v",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ao ei en eng o u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
LONGEST = max(map(len, SYLLABLES))

# Characters that are often read in more than one way, with the readings that are used in prose: 长效 is chang, 增长 zhang.
_SEVERAL = (
    "长chang,zhang 重zhong,chong 行xing,hang 调diao,tiao 乐le,yue 传chuan,zhuan 率lv,shuai 会hui,kuai 参can,shen,cen "
    "差cha,chai 降jiang,xiang 强qiang,jiang 朝chao,zhao 省sheng,xing 觉jue,jiao 校xiao,jiao 曾ceng,zeng 落luo,la "
    "车che,ju 圈quan,juan 系xi,ji 藏cang,zang 都du,dou 着zhuo,zhe,zhao 还hai,huan 没mei,mo 弹dan,tan 给gei,ji 露lu,lou "
    "奇qi,ji 盛sheng,cheng 识shi,zhi 数shu,shuo 便bian,pian 剥bo,bao 薄bo,bao 恶e,wu 扛kang,gang 纤xian,qian 度du,duo "
    "得de,dei 地di,de 的de,di 了le,liao 石shi,dan 宿su,xiu 血xue,xie 屏ping,bing 仔zi,zai 塞sai,se 色se,shai 削xue,xiao "
    "卡ka,qia 壳ke,qiao 勒le,lei 模mo,mu 似si,shi 厦sha,xia 折zhe,she 择ze,zhai 和he,huo 劲jin,jing"
)
_READINGS: Mapping[str, tuple[str, ...]] = {entry[0]: tuple(entry[1:].split(",")) for entry in _SEVERAL.split()}


def readings(text: str) -> list[tuple[str, ...]]:
    """The ways to read *text*, likeliest first, at most ``MAX_READINGS``; a syllable for each Han character.

    What has no reading is kept as it is: 5g基站 is ``5 g ji zhan``. A character that stands in a word of the dictionary
    is read as it is there (银行, 行为); others are read in all usual ways.
    """
    words = _words()
    ways: list[Sequence[str]] = []
    start, size = 0, len(text)
    while start < size:
        end = min(size, start + _LONGEST_WORD)
        while end > start + 1 and text[start:end] not in words:
            end -= 1
        ways += _word(text[start:end]) if end > start + 1 else [character_readings(text[start])]
        start = end
    return list(islice(product(*ways), MAX_READINGS))


def cuts(letters: str, start: int) -> Iterator[tuple[int, str]]:
    """The syllables that begin at *start* of *letters*: (end, syllable), longest first."""
    for end in range(min(len(letters), start + LONGEST + 1), start, -1):
        syllable = _canonical(letters[start:end])
        if syllable in SYLLABLES:
            yield end, syllable


@lru_cache(maxsize=5_000)
def fuzzy(syllable: str) -> str:
    """What many speakers do not tell apart becomes one: zh z, ch c, sh s, n l, ang an, eng en, ing in."""
    for heard, told in (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l")):
        if syllable.startswith(heard) and syllable != "n":
            syllable = told + syllable[len(heard) :]
            break
    return syllable[:-1] if syllable.endswith(("ang", "eng", "ing")) else syllable


@lru_cache(maxsize=20_000)
def character_readings(character: str) -> tuple[str, ...]:
    """The ways in which a character is read when nothing around it is known, likeliest first."""
    if character in _READINGS:
        return _READINGS[character]
    with_tones = _characters().get(ord(character), character)
    return (_plain(with_tones.split(",")[0]),)


@lru_cache(maxsize=50_000)
def _word(word: str) -> tuple[tuple[str], ...]:
    """The syllables of a word of the dictionary, each the one way to read a character."""
    return tuple((_plain(with_tones[0]),) for with_tones in _words()[word])


@cache
def _characters() -> Mapping[int, str]:
    from pypinyin.constants import PINYIN_DICT

    return PINYIN_DICT


@cache
def _words() -> Mapping[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT


@lru_cache(maxsize=5_000)
def _plain(syllable: str) -> str:
    """A syllable without its tone: lǜ is lv, zhǎng is zhang."""
    parts = unicodedata.normalize("NFD", syllable.lower()).replace("u\u0308", "v")
    return _canonical("".join(part for part in parts if not unicodedata.combining(part)))


def _canonical(syllable: str) -> str:
    syllable = syllable.lower().replace("ü", "v")
    return syllable.replace("ve", "ue") if syllable in {"lve", "nve"} else syllable
