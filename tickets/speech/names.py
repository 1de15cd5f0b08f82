"""A person's name in what a caller says: after 我叫, 名字是, 我姓, or when asked for. Pure.

Speech gives the sounds of a name, not its characters, so no name is ever taken as sure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tickets.speech.heard import Candidate, Field

# The most frequent family names (公安部《二〇二〇年全国姓名报告》 and neighbours), and double ones.
SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕"
    "丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴"
    "严欧莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟申耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅"
    "童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤时穆农司卓古吉缪简车项连"
)  # fmt: skip
DOUBLE = ("欧阳", "司徒", "司马", "上官", "诸葛", "皇甫", "尉迟", "夏侯", "东方", "慕容")
NO_NAME = re.compile(
    r"高龄|高血压|高中|高校|高速|"
    r"黄埔|白云|金额|金湾|安置|安全|时候|时间|方便|方面|方法|路口|路上|"
    r"文化|文件|华人|农民|农村|农历|单位|单亲|游客|成年|成都|武汉|广|温州|江门|江苏|江西|万一|连续|"
    r"管理|管不|包括|古|向您|向你|于是|关于|关心|常常|解决|解释|何时|何况|任何|任务|余下|程序|石牌|"
    r"女儿|儿子|老人|爸|妈|您|你|我|他|她|吗|呢|吧|么|啊|谁|人$|村$|区$|县$|市$|镇$|街$"
)
_HAN = r"[\u4e00-\u9fff]"
_STOP = r"(?=[，。！？、\s]|$|啊|呀|哦|今年|电话|身份证|住|家|想|要|来|是|我)"
_CUES = (
    (re.compile(rf"(?:我|我的)名字(?:叫做?|是|：)?({_HAN}{{2,4}}?){_STOP}"), 0.85),
    (re.compile(rf"(?:我叫做?|我的?姓名(?:叫|是)?|姓名是|本人叫)({_HAN}{{2,4}}?){_STOP}"), 0.85),
    (re.compile(rf"(?:名字叫做?|名叫)({_HAN}{{2,4}}?){_STOP}"), 0.7),
    (re.compile(rf"(?:我是|这里是)({_HAN}{{2,3}}?)(?=[，。！？\s]|$)"), 0.55),
)
_FAMILY = re.compile(
    r"我?姓(欧阳|司徒|司马|上官|诸葛|皇甫|尉迟|夏侯|东方|慕容|[\u4e00-\u9fff])(?!名)"
)
_ALONE = re.compile(rf"^(?:嗯|呃|哦|是|叫|我叫|我是)?({_HAN}{{2,4}})[啊呀。]?$")
_ASKED = re.compile(r"贵姓|怎么称呼|如何称呼|叫什么|什么名字|您的姓名|您的名字|报一下姓名")


def asks_name(text: str) -> bool:
    """Whether somebody is asked for their name."""
    return bool(_ASKED.search(text))


def names(text: str, asked: bool) -> Iterator[Candidate]:
    """The names in a caller's words; `asked`: the agent asked for it just before."""
    said = text.replace(" ", "")
    for cue, sure in _CUES:
        for found in cue.finditer(said):
            if is_name(found[1]):
                yield Candidate(Field.NAME, found[1], sure, found[0])
    for found in _FAMILY.finditer(said):
        if found[1] in DOUBLE or found[1] in SURNAMES:
            yield Candidate(Field.NAME, found[1], 0.5, found[0], "只听到姓，请问全名。")
    alone = _ALONE.match(said) if asked else None
    if alone and is_name(alone[1]):
        yield Candidate(Field.NAME, alone[1], 0.75, alone[0])


def is_name(text: str) -> bool:
    """Whether Chinese characters can be a whole name: a known family name and one or two more."""
    family = 2 if text[:2] in DOUBLE else 1
    if family == 1 and text[:1] not in SURNAMES:
        return False
    return 1 <= len(text) - family <= 2 and not NO_NAME.search(text)
