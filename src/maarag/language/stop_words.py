"""Words that carry no subject: left out of a query and given no weight in comparing texts."""

from __future__ import annotations

from maarag.language.normalise import tokens

_HEBREW = """
של את על עם או גם לא כל זה זו זאת אשר הוא היא הם הן כי אם בין עד יש אין לפי כדי ידי וכו וכד כמו
מה מי אל אך אבל רק עוד כן אלו אלה אותו אותה אותם אותן לו לה להם להן בו בה בהם בהן ממנו ממנה מהם
שלו שלה שלהם שלהן שלנו שלי שלך לי לך לנו אני אתה את אנחנו אתם היה היתה הייתה היו יהיה תהיה יהיו
להיות כך לכן אז שם פה כאן מאוד יותר פחות כולל לרבות באמצעות במסגרת לצורך לשם לאחר לפני תוך תחת
מול אצל בעל בעלי בעלת ללא בלי בכל לכל מכל שכל וכל ועל ואת ולא וגם ועם מן עבור למען כאשר כש בעת
בעזרת על-ידי ע"י וכן או הינו הינה הינם
"""
_ARABIC = """
في من على إلى الى عن مع أو او و التي الذي الذين هذا هذه ذلك تلك هو هي هم هن كل كما أن ان إن لا
ما لم لن قد كان كانت يكون تكون بين حتى عند بعد قبل تحت ضمن حول دون غير أي اي بها به له لها لهم
ثم أيضا خلال عبر بواسطة من أجل لكل أنا نحن
"""
_ENGLISH = """
a an and are as at be been by for from has have in into is it its of on or our that the their
them they this to was we were which who will with without your you i my me any all such these
those through via per also
"""
# Asking words: they say that somebody asks, not what about.
_ASKING = """
איפה היכן איך כיצד מתי למה מדוע האם צריך צריכה צריכים מחפש מחפשת מחפשים רוצה רוצים אפשר ניתן
לקבל למצוא מישהו משהו בבקשה בשביל אנשים אדם לאנשים קרוב אלי אליי אצלי באזור לידי שיש أين اين كيف متى هل أريد
اريد أحتاج احتاج أبحث ابحث ممكن الحصول قريب مني where how when what need needs needed looking
look find get want can please near nearby someone people persons person do does am there
"""

stop_words: frozenset[str] = frozenset(tokens(_HEBREW + _ARABIC + _ENGLISH))
"""Normalised words that have no subject of their own."""

asking_words: frozenset[str] = frozenset(tokens(_ASKING))
"""Normalised words of asking: left out of a query, kept in a description."""
