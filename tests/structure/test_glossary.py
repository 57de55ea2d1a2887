"""注释: entries that explain terms of the text, tied to the passages that use them."""

from tests.structure.reading import read_one

REPORT = (
    "青溪县政府工作报告\n"
    "过去一年，我们推行“一窗三办”改革，企业开办时间压缩到半天，群众办事不再来回跑路，满意率达到百分之九十八。\n"
    "今年要继续深化“一窗三办”，全面实施“半山茶计划”，让山上的叶子变成群众手里的票子，增加村集体收入。\n"
)


def test_entries_are_tied_to_the_passages_that_use_their_terms() -> None:
    part = read_one(
        REPORT
        + "注释\n1.一窗三办：指一个窗口受理，线上、掌上、自助三种方式办理。\n2.“半山茶计划”：指利用海拔六百米以上坡地发展生态茶园的计划。\n"
    )
    assert [(entry.term, entry.passages) for entry in part.glossary] == [("一窗三办", (0, 1)), ("半山茶计划", (1,))]
    notes = [passage for passage in part.passages if "glossary" in passage.flags]
    assert [note.heading_path for note in notes] == [("注释",), ("注释",)]


def test_an_entry_that_goes_on_in_the_next_line_stays_one() -> None:
    part = read_one(
        REPORT + "名词解释：\n①一窗三办：指一个窗口受理，三种方式办理。\n其中自助办理在二十四小时政务小屋进行。\n"
    )
    (entry,) = part.glossary
    assert entry.text.endswith("政务小屋进行。")


def test_a_heading_about_notes_without_entries_is_no_glossary() -> None:
    part = read_one(REPORT + "注释\n")
    assert part.glossary == ()


def test_quoted_terms_page_references_and_plain_words_for_means_are_understood() -> None:
    part = read_one(
        REPORT + "【名词解释】\n[1]“一窗三办”改革是指一个窗口受理、三种方式办理。\n"
        "[2]半山茶计划（第2页）：利用坡地发展生态茶园的计划。\n3.“票子”即群众手里的收入。\n"
    )
    assert [(entry.term, entry.passages) for entry in part.glossary] == [
        ("“一窗三办”改革", (0,)),
        ("半山茶计划", (1,)),
        ("票子", (1,)),
    ]
    assert {passage.heading_path for passage in part.passages if "glossary" in passage.flags} == {("名词解释",)}


def test_entries_in_one_line_behind_their_heading_are_parted() -> None:
    part = read_one(REPORT + "名词解释：1.一窗三办：指一个窗口受理。2.半山茶计划：指坡地茶园计划。\n")
    assert [entry.term for entry in part.glossary] == ["一窗三办", "半山茶计划"]
    assert [entry.text for entry in part.glossary][1] == "2.半山茶计划：指坡地茶园计划。"
