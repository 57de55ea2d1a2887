"""The small library that the tests of the pages read: invented texts, indexed for real."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flask import Flask

from indexer.analysis import Analyzer, default_analyzer
from indexer.config import Settings
from indexer.search import Search
from tests.library import index_texts
from web import create_app

TEXTS = {
    "总结/芦塘镇2022年环境整治工作总结.txt": """芦塘镇2022年环境整治工作总结
2022年12月20日
一、主要做法
（一）抓宣传，让群众愿意参与。镇里开了四十多场板凳会，把环境整治的账一笔笔算给群众听，三百多户主动拆了门前的破棚子。
（二）抓攻坚，把难点逐个拿下。对老集镇背后的污水沟，环境整治专班驻点三十七天，清出淤泥九百多方，铺设管道一点二公里。
（三）抓长效，让干净成为习惯。环境整治实行户分类、村收集、镇转运，每月评一次红旗户，红旗直接插到院门口。
二、存在的问题
保洁员年龄偏大，环境整治的经费主要靠上级补助，村级自筹的办法不多，节假日垃圾清运不够及时。
三、下一步打算
把环境整治和产业发展结合起来，利用腾出的边角地建小菜园、小果园，让群众从干净里得到实惠。
""",
    "总结/赤岩乡2023年环境整治工作总结.txt": """赤岩乡2023年环境整治工作总结
一、沿河三个村的环境整治最难，乡干部把办公桌搬到河边，一个月清理漂浮物六十吨，河水由黄转清。
二、山上的五个村住得散，环境整治靠的是乡贤带头，二十六位老党员每人包一段路，雷打不动每周扫两次。
三、集镇的环境整治重在管住车辆，新划停车位一百八十个，占道经营的摊子全部进了市场。
""",
    "汇报/柳湾街道环境整治情况汇报.txt": """柳湾街道环境整治情况汇报
柳湾街道有老旧小区二十三个，环境整治牵动家家户户，现将xx月以来的情况汇报如下，不当之处请批评指正。
街道把环境整治列为书记工程，成立专班×个，每周三下午雷打不动巡查一次，发现问题当场交办，三天内必须回音。
截至x月x日，共清理楼道杂物二百余车，环境整治投入资金xx.xx万元，群众送来锦旗七面
""",
    "述职/周家坳村书记述职报告.txt": """周家坳村党支部书记述职报告
一年来，我带着村支两委抓环境整治，先从自己家的猪圈拆起，亲戚朋友跟着拆，全村四十七处旱厕一个月全部改完。
在乡村振兴上，我们把撂荒的三百亩坡地流转出来种了油茶，村集体收入第一次过了二十万元，老百姓分到了现钱。
""",
    "网页/園區環境整治總結.txt": """園區環境整治工作總結
根據統一部署，園區按照環境整治行動的要求，群策群力、搶抓機遇，拆除違建二十一處，新增綠地三千平方米，面貌煥然一新。
下一步，園區將把保潔隊伍交給專業公司，費用由入駐企業按面積分攤，管委會按月抽查並公佈名次。
""",
    "汇报/学校周边环境整治.txt": """云溪中学周边环境整治汇报
学校门口的环境整治由三家单位一起抓，城管管摊点、交警管车辆、学校管学生，早晚高峰各派四人值守，拥堵时间缩短一半。
有家长在留言里写道<script>alert('整治')</script>和<mark>环境整治</mark>两行怪字，技术员查明是网页编辑器留下的残码。
""",
    "汇报/榆河县河道管护情况汇报.txt": """榆河县河道管护情况汇报
全县推行三长联动，每条河都有人认领，河长每旬巡河一次，问题照片当天上传，县里按月通报办结情况。
沿河四个乡镇给取水户建起一户一档，抽水用电有据可查，去年争水纠纷比前年少了一大半。
名词解释
1.三长联动：指河长、路长、田长共同巡查、共同交办、共同销号的做法。
2.一户一档：指为每个取水户建立一份记录用水用电情况的档案。
""",
    "方案/安全生产专项方案.txt": """白石滩镇安全生产专项行动方案
安全生产是天大的事，全镇二百一十家企业逐一过筛，建立隐患清单一千一百条，销号一条划掉一条，绝不带病运行。
""",
}


def settings_for(index: Path) -> Settings:
    """Settings with small pages, so that a small library has several."""
    return Settings(index=index, state=index.with_name("state"), per_page=4, per_page_max=20)


def make_index(folder: Path, analyzer: Analyzer) -> None:
    """The index of TEXTS in *folder*."""
    index_texts(folder, TEXTS, analyzer)


def make_app(folder: Path, texts: Mapping[str, str] = TEXTS) -> tuple[Flask, Search]:
    """The application over a new index of *texts* in *folder*, and its search (to be closed)."""
    analyzer = default_analyzer()
    index_texts(folder, texts, analyzer)
    search = Search(folder=folder, analyzer=analyzer)
    return create_app(settings_for(folder), search), search
