"""The languages of the editions, and what pages say in Korean that stands in no chapter."""

import gettext
import os
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAMES = {"en": "English", "ko": "한국어"}
CHAPTERS = {"en": ROOT / "chapters", "ko": ROOT / "chapters_ko"}
OTHER = {"en": "ko", "ko": "en"}

KOREAN = {
    # the book
    "Chapters": "장",
    "To look up": "찾아보기",
    "For teachers": "가르치는 분께",
    "Contents": "차례",
    "Solutions": "풀이",
    "One way to solve each exercise. Others may be as good: try first.": (
        "연습 문제마다 풀이를 하나씩 실었습니다. 이만큼 좋은 풀이는 더 있으니 먼저 풀어 보세요."
    ),
    "To the exercise": "연습 문제로",
    "Open in Colab": "Colab에서 열기",
    "Open in Binder": "Binder에서 열기",
    "Download the notebook": "노트북 내려받기",
    "The project's authors": "프로젝트의 저자들",
    "the project's authors, MIT licence": "프로젝트의 저자들, MIT 라이선스",
    "In English": "영어로 된 글",
    # the slides
    "slides": "슬라이드",
    "Agenda": "이 장의 차례",
    "code": "코드",
    "a solution": "풀이",
    "{0} of {1}": "{0} / {1}",
    "Deep learning from scratch: slides": "밑바닥부터 시작하는 딥러닝: 슬라이드",
    "On paper or as a PDF: put <code>?print-pdf</code> behind a deck's address, and print it.": (
        "종이나 PDF로 보려면 슬라이드 주소 뒤에 <code>?print-pdf</code>를 붙여 인쇄하세요."
    ),
    # a panel without Python
    "Play": "재생",
    "Pause": "멈춤",
    "One control at a time here; in the notebook all of them at once.": (
        "여기서는 한 번에 하나씩만 움직입니다. 노트북에서는 모두 한꺼번에 움직일 수 있습니다."
    ),
}
# What Furo says, as it stands in its pages.
FURO = {
    ">Next<": ">다음<",
    ">Previous<": ">이전<",
    ">Home<": ">첫 쪽<",
    ">Back to top<": ">맨 위로<",
    "On this page": "이 쪽의 차례",
    "Skip to content": "본문으로 건너뛰기",
    "Toggle site navigation sidebar": "전체 차례 여닫기",
    "Toggle table of contents sidebar": "이 쪽의 차례 여닫기",
    "Toggle Light / Dark / Auto color theme": "밝게, 어둡게, 자동으로 바꾸기",
    "Made with": "만든 도구:",
}


def say(text, language):
    """What a page says in its language; a KeyError if nobody has translated it."""
    return KOREAN[text] if language == "ko" else text


@contextmanager
def speaking(language):
    """Panels and exercises speak it meanwhile: gettext asks at each word."""
    gettext.bindtextdomain("companion", ROOT / "locale")
    gettext.textdomain("companion")
    before = os.environ.get("LANGUAGE") or "en"
    os.environ["LANGUAGE"] = language
    try:
        yield
    finally:
        os.environ["LANGUAGE"] = before
