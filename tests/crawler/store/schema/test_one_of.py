"""A column with one of the values of a list, in both databases."""

from __future__ import annotations

import sqlalchemy as sa

from crawler.store.schema.one_of import one_of

pytest_plugins = ["tests.support.databases"]

WORDS = sa.Table("words", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("word", sa.Text))
ROWS = [{"id": 1, "word": "a"}, {"id": 2, "word": "it's {b}, \\c"}, {"id": 3, "word": "词"}, {"id": 4, "word": ""}]
BY_WORD = sa.select(WORDS.c.id).where(one_of(WORDS.c.word, "words"), WORDS.c.id < 10).order_by(WORDS.c.id)
BY_ID = sa.delete(WORDS).where(one_of(WORDS.c.id, "ids"))


def test_rows_with_one_of_the_values(database_url: str) -> None:
    engine = sa.create_engine(database_url)
    with engine.begin() as connection:
        WORDS.create(connection)
        connection.execute(sa.insert(WORDS), ROWS)
        for words in (["a"], ["词", "it's {b}, \\c", "x"], [], ["", "a", "词"]):
            found = connection.scalars(BY_WORD, {"words": words}).all()
            assert found == [row["id"] for row in ROWS if row["word"] in words]
        assert connection.execute(BY_ID, {"ids": [2, 4, 7]}).rowcount == 2
        assert connection.scalars(sa.select(WORDS.c.id).order_by(WORDS.c.id)).all() == [1, 3]
    engine.dispose()
