"""Words of distress are found by sound in whatever is said, and harmless likenesses are not."""

from __future__ import annotations

import pytest
import yaml

from ivr.emergency import Spotter, Weight, Word, fresh, same
from ivr.emergency_list import load
from ivr.tree import load as load_tree
from tests.ivr.conftest import ROOT, SHIPPED

SPOTTER = load()
ARTICLES = ROOT / "knowledge" / "articles"


def kinds(text: str, unfinished: bool = False) -> list[str]:
    return [word.kind for word in SPOTTER.spot(text, unfinished)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("救命", ["help"]),
        ("就明啊", ["help"]),
        ("救命救命救命", ["help"]),
        ("救命啊我摔倒了", ["help", "fall"]),
        ("我刚才绊倒了", ["fall"]),
        ("老伴摔了一跤动不了了", ["fall", "fall"]),
        ("我奶奶摔倒了起不来", ["fall", "fall"]),
        ("帅导乐", ["fall"]),
        ("我心口疼得厉害", ["chest"]),
        ("胸口闷透不过气", ["chest", "breath"]),
        ("我爸好像中风了", ["stroke"]),
        ("我妈中风", ["stroke"]),
        ("我老伴打我", ["violence"]),
        ("她昏过去了", ["faint"]),
        ("隔壁家里起火了", ["fire"]),
        ("厨房冒烟了", ["fire"]),
        ("屋里一股煤气味", ["gas"]),
        ("煤气", ["gas"]),
        ("头上流血了快来", ["blood"]),
        ("孩子吃错药了", ["poison"]),
        ("有人打我", ["violence"]),
        ("打人", ["violence"]),
        ("路上有人抢东西", ["robbery"]),
        ("我不想活了", ["suicide"]),
        ("吃了药", ["suicide"]),
        ("自杀", ["suicide"]),
        ("有人掉河里了", ["water"]),
        ("我孩子不见了", ["lost"]),
        ("打人了流血", ["violence", "blood"]),
    ],
)
def test_distress_is_found(text: str, found: list[str]) -> None:
    assert kinds(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "煤气费怎么交",
        "煤气公司电话多少",
        "材料没齐怎么办",
        "我没去过",
        "他是我的救命恩人",
        "遗体什么时候火化",
        "遗体运到殡仪馆",
        "坐车晕车",
        "我要打人工电话",
        "有人打我电话",
        "预防自杀的宣传在哪里看",
        "参加献血有补贴吗",
        "孩子去国外留学",
        "重度残疾人有什么补贴",
        "离婚冷静期过了怎么办",
        "你随时可以来",
        "现在交不行吗",
        "生活过不下去了怎么办",
        "救助站在哪",
        "吃了药要不要报销",
        "申请心脏病的医疗救助要什么材料",
        "还有好多学生",
        "是12349民政热线吗",
    ],
)
def test_harmless_words_are_not(text: str) -> None:
    assert kinds(text) == []
    for length in range(1, len(text)):
        assert kinds(text[:length], unfinished=True) == [], text[:length]


def test_no_text_of_the_articles_is_a_cry() -> None:
    texts: list[str] = []
    for file in ARTICLES.glob("*.yaml"):
        article = yaml.safe_load(file.read_text(encoding="utf-8"))
        texts += [article[key] for key in ("title", "spoken", "spoken_source")]
        texts += article["questions"]
    assert len(texts) > 200
    for text in texts:
        assert not SPOTTER.spot(text), text
        for length in range(1, len(text) if len(text) < 40 else 0):
            assert not SPOTTER.spot(text[:length], unfinished=True), text[:length]


def test_the_machines_own_sentences_are_no_cries() -> None:
    """An echo on the line must not raise an alarm, but for the advice after one."""
    tree = load_tree(SHIPPED)
    told = {text for name, node in tree.nodes.items() if name.startswith("emergency")
            for text in getattr(node, "texts", ())}  # fmt: skip
    for text in tree.fixed_texts():
        if text not in told:
            assert not SPOTTER.spot(text), text


def test_every_word_of_the_list_is_heard_when_it_is_all_that_is_said() -> None:
    for word in SPOTTER.words:
        spotted = SPOTTER.spot(word.phrase)
        assert word.weight is Weight.WEAK or spotted, word.phrase
        assert word.weight is not Weight.WEAK or SPOTTER.spot(f"快来人，{word.phrase}"), word.phrase


def test_an_unfinished_word_must_be_nearly_exact() -> None:
    assert kinds("快来就命啊", unfinished=True)
    assert kinds("摔到哪") and not kinds("摔到哪", unfinished=True)
    assert not kinds("说到了", unfinished=True)


def test_a_word_that_may_yet_become_harmless_waits_for_the_next_syllable() -> None:
    assert kinds("他是我的救命", unfinished=True) == []
    assert kinds("救命啊", unfinished=True) == ["help"]
    assert kinds("煤气", unfinished=True) == []


def test_courtesies_leave_a_word_alone() -> None:
    assert SPOTTER.spot("我想问一下那个煤气", core="煤气") and not SPOTTER.spot(
        "我想问一下那个煤气"
    )


def test_far_apart_weak_words_keep_no_company() -> None:
    between = "这个事情我们在电话里面已经说过很多遍了"
    assert kinds(f"留学{between}打人") == [] and kinds("流血打人") == ["blood", "violence"]


def test_a_harmless_phrase_covers_only_the_words_in_it() -> None:
    assert kinds("交煤气费的时候摔倒了") == ["fall"]
    assert kinds("救命恩人救命啊") == ["help"]


def test_what_counts_once() -> None:
    fire, fire2, gas = Word("着火了", "fire"), Word("起火了", "fire"), Word("煤气漏了", "gas")
    assert same(fire, fire2) and not same(fire, gas)
    assert same(Word("煤气", "gas"), Word("煤气泄漏", "gas"))
    assert not same(Word("摔倒了", "fall"), Word("起不来", "fall"))
    assert fresh((fire, gas, fire2), ()) == (fire, gas)
    assert fresh((fire2,), (fire,)) == ()


@pytest.mark.parametrize("text", ["她打五", "在打五", "要见河里", "来人呢"])
def test_who_says_nothing_else_is_heard_with_tolerance(text: str) -> None:
    assert SPOTTER.spot(text)
    assert not SPOTTER.spot(text, unfinished=True)
    assert not SPOTTER.spot(f"我想请问一下{text}怎么样"), "within longer speech"


@pytest.mark.parametrize(
    "text", ["知道了", "搞错了", "没问题了", "没事了", "过完了", "不需要了", "新塘镇", "松口镇"]
)
def test_no_short_answer_is_near(text: str) -> None:
    assert not SPOTTER.spot(text)


def test_a_list_without_limits_is_as_strict_everywhere() -> None:
    plain = Spotter(SPOTTER.words)
    assert not plain.spot("她打五") and plain.spot("她打我")
    unsure = (("请问", 1.0), ("我", 0.1), ("摔倒", 0.1), ("了", 0.1), ("怎么申请补贴", 1.0))
    text = "".join(word for word, _ in unsure)
    assert plain.spot(text, words=unsure) and not SPOTTER.spot(text, words=unsure)


def test_an_empty_list_hears_nothing() -> None:
    assert Spotter().spot("救命啊我摔倒了") == ()
