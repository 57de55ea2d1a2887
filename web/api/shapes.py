"""The shapes of answers, of which the document of the API is made; the tests load every answer with them."""

from __future__ import annotations

from typing import get_args

from marshmallow import Schema, fields

from indexer.answers import Unit
from indexer.pages import Mode
from indexer.understanding.relaxation import Step
from indexer.vocabulary.store import Kind
from web.api.fields import given, listed, nested, texts
from web.api.problems import KINDS
from web.pages import params

UNIT = "位置的单位：codepoint 或 utf16"


class Span(Schema):
    """A half-open interval of a text."""

    start = given(fields.Integer, "起点")
    end = given(fields.Integer, "终点，不含在内")


class Count(Schema):
    """A value and how often it is there."""

    value = given(fields.String, "值")
    count = given(fields.Integer, "个数")


class Filler(Schema):
    """What stands in the gap of a pattern."""

    text = given(fields.String, "填在空里的文字")
    count = given(fields.Integer, "次数")


class Relaxed(Schema):
    """Which step answered."""

    step = given(fields.String, "由哪一步找到", among=get_args(Step))
    missing = texts("文库里没有、或把结果挡住的词")
    message = given(fields.String, "说给使用者的一句话")


class Reading(Schema):
    """What was understood beyond the words."""

    kind = given(fields.String, "哪种理解方式；写进 off 就不这样理解", among=params.UNDERSTANDINGS)
    text = given(fields.String, "说给使用者的一句话")


class Facets(Schema):
    """Counts by value."""

    kind = listed(Count, "文种", required=False)
    function = listed(Count, "文章的部分", required=False)
    year = listed(Count, "年份", required=False)
    source = listed(Count, "来源", required=False)


class Links(Schema):
    """Addresses of pages of results, without scheme and host."""

    self = given(fields.String, "这一页")
    next = given(fields.String, "下一页；没有就是 null", null=True)
    prev = given(fields.String, "上一页；没有就是 null", null=True)


class _Found(Schema):
    id = given(fields.String, "段落的编号")
    document_id = given(fields.String, "文章的编号")
    title = given(fields.String, "文章的题目；合集里的一篇，是合集的题目")
    part = given(fields.String, "合集里的哪一篇，否则为空")
    heading_path = texts("段落上面的各级小标题，由外到内")
    text = given(fields.String, "段落全文，与原文一字不差")
    kind = given(fields.String, "文种，不明时为空")
    year = given(fields.Integer, "年份，不明时为 null", null=True)
    date = given(fields.String, "日期，不明时为空")
    script = given(fields.String, "字形", among=params.SCRIPTS)
    functions = texts("段落属于文章的哪一部分", among=params.FUNCTIONS)
    flags = texts("使用前要留意的事，如 masked（含留空）")


class Hit(_Found):
    """A passage that was found."""

    snippet = given(fields.String, "检索词最集中的几个分句")
    snippet_before = given(fields.Boolean, "前面还有文字")
    snippet_after = given(fields.Boolean, "后面还有文字")
    snippet_highlights = listed(Span, "检索词在 snippet 里的位置")
    snippet_html = given(fields.String, "snippet 的 HTML，只有 mark 标签（highlight=html 时才有）", required=False)
    highlights = listed(Span, "检索词在 text 里的位置")
    score = given(fields.Float, "得分，只能在同一个回答里比较")
    source = given(fields.String, "文件名和在文件里的位置")
    partial = given(fields.Boolean, "只含部分词语")
    missing = texts("没有出现的词")
    quoted = given(fields.String, "与要找的原句差在哪里，否则为空")
    copies = given(fields.Integer, "合并进来的版本数")
    more = given(fields.Integer, "同一篇里没有列出的段数")


class SearchAnswer(Schema):
    """A page of results."""

    query = given(fields.String, "检索词，照原样")
    mode = given(fields.String, "怎样读的检索词", among=get_args(Mode))
    interpreted = given(fields.String, "检索词是怎样理解的")
    relaxed = nested(Relaxed, "照字面没有找到时，由哪一步找到；找到了就是 null", null=True)
    readings = listed(Reading, "字面以外的理解")
    offers = texts("可能想找的其他检索词")
    total = given(fields.Integer, "相符的段数，合并以前")
    partial = given(fields.Integer, "其中另外列出的、只含部分词语的段数")
    page = given(fields.Integer, "第几页")
    per_page = given(fields.Integer, "每页几条")
    pages = given(fields.Integer, "能翻到的最后一页")
    took_ms = given(fields.Float, "检索用时，毫秒")
    offsets = given(fields.String, UNIT, among=get_args(Unit))
    hits = listed(Hit, "这一页的段落")
    facets = nested(Facets, "分类计数，段数为合并以前")
    fillers = listed(Filler, "句式的空里填的是什么")
    warnings = texts("关于检索词写法的提醒")
    links = nested(Links, "本页和前后页的地址，不含主机名")


class Suggestion(Schema):
    """What may be typed."""

    text = given(fields.String, "整串检索词")
    count = given(fields.Integer, "段数；小标题和题目是篇数")
    kind = given(fields.String, "词、短语、小标题或题目", among=get_args(Kind))


class SuggestAnswer(Schema):
    """What a text may become."""

    query = given(fields.String, "正在输入的文字，照原样")
    suggestions = listed(Suggestion, "建议，最可能的在前")


class PassageLinks(Schema):
    """Addresses of what belongs to a passage, without scheme and host."""

    self = given(fields.String, "这一段")
    context = given(fields.String, "连同前后文")
    similar = given(fields.String, "相近的段落")
    document = given(fields.String, "所在的文章")
    html = given(fields.String, "给人看的页面")


class Neighbour(_Found):
    """A passage of a document."""

    ordinal = given(fields.Integer, "是文章的第几段，第一段是 0")
    masks = listed(Span, "留空在 text 里的位置")
    issuer = given(fields.String, "发文单位，不明时为空")
    source = given(fields.String, "文件在文库里的名称")
    place = given(fields.String, "在文件里的位置，说给人看")
    line = given(fields.Integer, "第几行；没有行号的格式是 null", null=True)
    page = given(fields.Integer, "第几页；不分页的格式是 null", null=True)


class PassageAnswer(Neighbour):
    """A passage."""

    highlights = listed(Span, "检索词在 text 里的位置")
    offsets = given(fields.String, UNIT, among=get_args(Unit))
    links = nested(PassageLinks, "相关的地址，不含主机名")


class ContextAnswer(Schema):
    """A passage and what stands around it."""

    before = listed(Neighbour, "前面的段落，按原文次序")
    passage = nested(PassageAnswer, "这一段")
    after = listed(Neighbour, "后面的段落，按原文次序")
    offsets = given(fields.String, UNIT, among=get_args(Unit))


class SimilarAnswer(Schema):
    """What resembles a passage."""

    id = given(fields.String, "段落的编号")
    offsets = given(fields.String, UNIT, among=get_args(Unit))
    hits = listed(Hit, "相近的段落，最相近的在前")


class Term(Schema):
    """An entry of the notes."""

    term = given(fields.String, "词")
    text = given(fields.String, "解释")


class DocumentLinks(Schema):
    """Addresses of what belongs to a document, without scheme and host."""

    self = given(fields.String, "这篇文章")
    outline = given(fields.String, "提纲")
    passages = given(fields.String, "各段")


class DocumentAnswer(Schema):
    """What is known of a document."""

    id = given(fields.String, "文章的编号；文件不改名、篇次不变，编号就不变")
    title = given(fields.String, "题目；合集里的一篇，是合集的题目")
    part = given(fields.String, "合集里的哪一篇，否则为空")
    source = given(fields.String, "文件在文库里的名称")
    kind = given(fields.String, "文种，不明时为空")
    year = given(fields.Integer, "年份，不明时为 null", null=True)
    date = given(fields.String, "日期，不明时为空")
    issuer = given(fields.String, "发文单位，不明时为空")
    number = given(fields.String, "文号，不明时为空")
    script = given(fields.String, "字形", among=params.SCRIPTS)
    passages = given(fields.Integer, "段数")
    glossary = listed(Term, "注释里的词条")
    set_aside = listed(Count, "不作正文的内容，按原因计数")
    flags = texts("使用前要留意的事")
    links = nested(DocumentLinks, "相关的地址，不含主机名")


class Heading(Schema):
    """A heading of a document."""

    level = given(fields.Integer, "级别，从 1 起")
    text = given(fields.String, "小标题")
    passage = given(fields.String, "它下面第一段的编号；没有就是 null", null=True)


class OutlineAnswer(Schema):
    """The headings of a document."""

    id = given(fields.String, "文章的编号")
    headings = listed(Heading, "小标题，按原文次序")


class PassagesAnswer(Schema):
    """Passages of a document."""

    id = given(fields.String, "文章的编号")
    start = given(fields.Integer, "从第几段起")
    offsets = given(fields.String, UNIT, among=get_args(Unit))
    passages = listed(Neighbour, "各段，按原文次序")


class FacetsAnswer(Schema):
    """Counts of a query."""

    query = given(fields.String, "检索词，照原样")
    interpreted = given(fields.String, "检索词是怎样理解的")
    total = given(fields.Integer, "相符的段数")
    facets = nested(Facets, "分类计数")


class StatsAnswer(Schema):
    """What the library holds."""

    documents = given(fields.Integer, "文章数")
    passages = given(fields.Integer, "段数")
    sources = given(fields.Integer, "文件数")
    skipped = given(fields.Integer, "读不了而略去的文件数")
    kinds = listed(Count, "各文种的文章数，多的在前")
    years = listed(Count, "各年的文章数，新的在前")
    generation = given(fields.Integer, "索引的代次，每次更新加一")
    built = given(fields.String, "建成的时间（UTC，ISO 8601）")


class ParameterProblem(Schema):
    """What is wrong with a parameter."""

    name = given(fields.String, "参数名")
    reason = given(fields.String, "为什么用不上")


class Problem(Schema):
    """A problem after RFC 9457."""

    type = given(fields.String, "问题的种类；都是 about:blank，以 code 为准")
    title = given(fields.String, "出了什么问题")
    status = given(fields.Integer, "状态码")
    detail = given(fields.String, "该怎么办")
    code = given(fields.String, "给程序看的代码", among=tuple(KINDS))
    parameters = listed(ParameterProblem, "用不上的参数（bad_parameters）", required=False)
    start = given(fields.Integer, "问题在检索词里的位置（bad_query）", required=False)
    offsets = given(fields.String, "start 的单位（bad_query）", required=False, among=get_args(Unit))
    most = given(fields.Integer, "最多能翻到第几条（too_deep）", required=False)
