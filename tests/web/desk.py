"""A third small library of invented texts: versions of one passage, passages that resemble it, and long documents."""

from __future__ import annotations

DREDGING = (
    "（二）抓攻坚，把难点逐个拿下。对老集镇背后的污水沟，环境整治专班驻点三十七天，清出淤泥九百多方，铺设管道1.2公里，"
    "沟边的住户说，多年关着的后窗今年夏天总算敢打开了。"
)
FILLED = DREDGING.replace("三十七天", "四十五天").replace("九百多方", "六百多方").replace("1.2公里", "0.8公里")
MASKED = DREDGING.replace("三十七天", "××天").replace("1.2公里", "xx.xx公里")
TRADITIONAL = (
    "（二）抓攻堅，把難點逐個拿下。對老集鎮背後的污水溝，環境整治專班駐點二十天，清出淤泥九百多方，鋪設管道1.2公里，"
    "溝邊的住戶說，多年關著的後窗今年夏天總算敢打開了。"
)
# Of the same ditch in other words: it resembles the passage and is no version of it.
DITCH = (
    "对贯穿集镇的污水沟，乡里成立环境整治专班，先清出淤泥五百方，再铺设管道把两岸住户的生活污水收走，最后在沟边栽上柳树，"
    "臭水沟变成了散步道。"
)
SHEEP = "合作社养的湖羊从两百只发展到一千六百只，羊粪送进果园，果园的草又喂羊，一年省下肥料钱十一万元。"
HOSTILE = "技术员在污水沟边贴出环境整治专班告示，上面写着<script>alert('清淤')</script>和<mark>铺设管道</mark>，清出淤泥的住户看不懂。"

_RIVER = "巡河员每天沿着第{number}河段走一趟，见到漂浮物就捞，见到排污口就记，晚上把情况报到镇里的值班室。"

TEXTS = {
    "总结/芦塘镇总结.txt": (
        "芦塘镇2022年环境整治工作总结\n一、主要做法\n"
        "（一）抓宣传，让群众愿意参与。镇里开了四十多场板凳会，把整治的账一笔笔算给群众听，三百多户主动拆了门前的破棚子。\n"
        f"{DREDGING}\n"
        "（三）抓长效，让干净成为习惯。实行户分类、村收集、镇转运，每月评一次红旗户，红旗直接插到院门口。\n"
        "二、存在的问题\n保洁员年龄偏大，经费主要靠上级补助，村级自筹的办法不多，节假日垃圾清运不够及时。\n"
    ),
    "总结/石桥镇总结.txt": f"石桥镇2023年环境整治工作总结\n一、主要做法\n{FILLED}\n",
    "汇报/双河镇汇报.txt": f"双河镇环境整治情况汇报\n一、主要做法\n{MASKED}\n",
    "網頁/清溪鎮總結.txt": f"清溪鎮環境整治工作總結\n一、主要做法\n{TRADITIONAL}\n",
    "汇报/梅岭乡汇报.txt": f"梅岭乡集镇面貌提升情况汇报\n{DITCH}\n",
    "总结/柳坪村总结.txt": f"柳坪村产业发展总结\n{SHEEP}\n",
    "汇报/怪字汇报.txt": f"怪字<img src=x onerror=alert(1)>汇报\n{HOSTILE}\n",
    "方案/长河巡护方案.txt": "长河镇河道巡护方案\n"
    + "".join(f"{number}.第{number}河段\n{_RIVER.format(number=number) * 2}\n" for number in range(1, 41)),
}
