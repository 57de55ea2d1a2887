"""Characters that are taken for one another by eye: in reading, in typing by strokes, in recognised scans."""

from __future__ import annotations

from collections.abc import Mapping

# Every character of a group may stand for every other one. Compiled for this project.
_GROUPS = (
    "未末 已己巳 戌戍戊戎 侯候 祟崇 拔拨 土士 日曰 干千于 人入八 天夫无 大太犬 历厉 今令 免兔 刀刁力 鸟乌 折拆析 辨辩辫 暑署 壁璧 "
    "燥躁操澡 徒徙陡 延廷 迁迂 洒酒 晴睛 竞竟 即既 弛驰 侍待 博搏 卷券 栽裁载 幕慕暮募 帐账 沦论伦轮 扰拢 抡抢枪 治冶 亨享 具县 "
    "准淮 籍藉 箱厢 陪赔培 遣遗 贯惯 货贷 资贡 责贵 贫贪 分兮 压庄 厂广 万方 升开 失矢 午牛 手毛 毫豪 密蜜 梁粱 蓝篮 管菅 概慨溉 "
    "梢稍捎 科料 种钟 肓盲育 茶荼 赤亦 往住佳 挂桂 推堆 唯惟 雅稚 摧催 微徽 撤撒 撤澈彻 激缴 绩债 续读 织炽职识 网冈 因困囚团 "
    "园圆 目自 百白 申甲由田电 兑允充 根恨限 银眼 恳垦 坏环杯怀 场扬杨肠 观规现视 项顶顷 顺须 题提 抓爪瓜 孤弧狐 抵低底 优忧扰 "
    "坑抗航 沉沈 简筒 苦若 茫芒 菜莱荣 坚竖 监盐 轨轧 进近 远运 述迷 逐遂 遍偏 道遁 间问闻 陈阵 险检验 除徐 雪雷 使便 促捉 "
    "值植 冒昌 决块 刑形 列例 判叛 制刺 努怒 勤勒 协胁 厦夏 受爱 史吏更 呈星 味昧 和知 哀衷 渡度 设没 课棵 训川 难准 早旱 实买 拟似 防妨 则侧测"
)
_ALIKE: Mapping[str, str] = {
    character: "".join(
        sorted({other for group in _GROUPS.split() if character in group for other in group} - {character})
    )
    for character in set(_GROUPS) - {" "}
}


def alike(character: str) -> str:
    """The characters that look like *character*; "" where none is known."""
    return _ALIKE.get(character, "")
