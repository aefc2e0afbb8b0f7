"""Ways to tell the topics apart, on the project's own questions: why the pipeline is what it is.

    uv run python benchmarks/classifiers.py [--only NAME ...] [--epochs N]

Rows named `rasa-…` run through Rasa, training and answering; the others are the bare method on the terms of
bot.language.features, all of which are computed for every row, so that only the learning differs.
`svm` is what bot.engine does, without Rasa around it; `rasa-ours` is the pipeline of config.yml itself.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.bare_models import Bare, LogisticOverViews, SvmOverViews
from benchmarks.quality import Quality, quality
from benchmarks.rasa_models import trained
from bot.evaluation.files import Labelled, read_questions
from bot.knowledge.base import read_topics
from bot.language.features import VIEWS

_ROOT = Path(__file__).resolve().parent.parent
_BARE: dict[str, tuple[str, Callable[[], Bare]]] = {
    "logistic-views": ("ロジスティック回帰・全特徴", lambda: LogisticOverViews(VIEWS)),
    "svm-characters": ("線形SVM・表記の文字だけ", lambda: SvmOverViews(("characters",))),
    "svm-reading": ("線形SVM・読みだけ", lambda: SvmOverViews(("reading",))),
    "svm-lemmas": ("線形SVM・語の基本形だけ", lambda: SvmOverViews(("lemmas",))),
    "svm-uncalibrated": ("線形SVM・全特徴・較正なし", lambda: SvmOverViews(VIEWS, calibrated=False)),
    "svm": ("線形SVM・全特徴・較正あり（採用）", lambda: SvmOverViews(VIEWS)),
}
_THROUGH_RASA = {
    "rasa-diet": "Rasa 標準の DIET（日本語の分かち書き）",
    "rasa-logistic": "Rasa の LogisticRegressionClassifier（語と文字の数）",
    "rasa-ours": "採用した構成を Rasa ごと",
}


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    names = options.only or [*_THROUGH_RASA, *_BARE]
    questions, _ = read_questions(_ROOT / "tests/questions/questions.yml")
    print(_HEAD)
    for name in names:
        _say(f"classifiers: {name}")
        title, found = _through_rasa(name, questions, options) if name in _THROUGH_RASA else _bare(name, questions)
        print(_row(title, found), flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=[*_THROUGH_RASA, *_BARE], help="only these rows: %(choices)s")
    parser.add_argument("--epochs", type=int, default=100, help="epochs of DIET (default: 100)")
    parser.add_argument("--limit", type=float, default=25.0, metavar="MIN", help="cap of DIET's training (default: 25)")
    return parser


def _bare(name: str, questions: Sequence[Labelled]) -> tuple[str, Quality]:
    title, make = _BARE[name]
    topics = read_topics(_ROOT / "data")
    model = make()
    seconds = model.train([phrase for topic in topics for phrase in topic.phrases], [topic.topic for topic in topics for _ in topic.phrases])
    return title, quality(model.answer, questions, seconds)


def _through_rasa(name: str, questions: Sequence[Labelled], options: argparse.Namespace) -> tuple[str, Quality]:
    with trained(_ROOT, name, options.epochs, 60 * options.limit, _say) as model:
        epochs = f"、{model.epochs} エポック" if name == "rasa-diet" else ""
        return f"{_THROUGH_RASA[name]}{epochs}", quality(model.answer, questions, model.seconds)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


_HEAD = (
    "| 方法 | top-1（範囲外を除く） | top-1（範囲外あり） | 誤って断った | 範囲外を断れた | ECE | 学習 秒 | 1問 ms |\n|---|---:|---:|---:|---:|---:|---:|---:|"
)


def _row(title: str, q: Quality) -> str:
    shares = " | ".join(f"{100 * share:.1f} %" for share in (q.top1, q.top1_declining, q.false_refusals, q.outside_recall))
    return f"| {title} | {shares} | {q.calibration_error:.3f} | {q.train_seconds:,.1f} | {q.milliseconds:.2f} |"


if __name__ == "__main__":
    sys.exit(main())
