from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.models.notes.edit import Edit
from crawler.models.reasons.reason import Reason, ReasonCode
from pipelines.rewriting import edit_list
from pipelines.rewriting.reverted_edits import without_reverted

OLD, NEW = "https://github.com/old/x", "https://github.com/new/x"


def replacements(data: str, old: str = OLD, new: str = NEW) -> tuple[Edit, ...]:
    """Return the edits that put `new` wherever `old` stands."""
    found, at = [], data.encode().find(old.encode())
    while at >= 0:
        end = at + len(old.encode())
        found.append(Edit("a.md", at, end, old, new, Reason(ReasonCode.EDIT_MOVED), "seen"))
        at = data.encode().find(old.encode(), end)
    return tuple(found)


def insertion(new: str, source: str = "arXiv 1, venue: comment", at: int = 0) -> Edit:
    return Edit("a.md", at, at, "", new, Reason(ReasonCode.EDIT_AUTHORS), source)


def left(data: str, edits: tuple[Edit, ...], *made: tuple[Edit, ...]) -> tuple[Edit, ...]:
    return without_reverted(data.encode(), edits, made)


def test_an_edit_taken_back_is_left_out() -> None:
    before = f"- 见{OLD}。\n- [x]({OLD})\n"
    edits = replacements(before)
    half = before.replace(OLD, NEW, 1)
    assert left(before, edits, edits) == ()
    assert left(half, replacements(half), edits) == ()
    assert left(before, edits) == edits


def test_the_old_text_in_a_new_place_is_no_edit_taken_back() -> None:
    before = f"见{OLD}\n"
    after = f"见{NEW}\n\nlater: {OLD}\n"
    assert left(after, replacements(after), replacements(before)) == replacements(after)


def test_text_that_is_part_of_a_longer_one_does_not_stand_there() -> None:
    made = replacements(OLD)
    for longer in (f"{NEW}/issues", f"{NEW}-2", f"{NEW}?a=b", f"{NEW}2", f"https://web.archive.org/web/1/{NEW}"):
        data = f"{OLD} {longer}\n"
        assert left(data, replacements(OLD), made) == ()


def test_numbers_count_with_their_labels() -> None:
    data = "6. a\n   - Stars: 5\n"
    made = replacements(data, "5", "6")
    assert left(data, made, made) == ()
    more = "1. a\n   - Stars: 6\n2. b\n   - Stars: 5\n"
    assert left(more, replacements(more, "5", "6"), made) == replacements(more, "5", "6")


def test_what_a_later_run_put_back_nobody_took_back() -> None:
    data = f"{OLD}\n"
    there, back = replacements(data), replacements(f"{NEW}\n", NEW, OLD)
    assert left(data, there, there, back) == there
    assert left(data, there, there, back, there) == ()


def test_what_other_runs_edited_since_changes_nothing() -> None:
    data = f"{OLD} https://other.example/\n"
    there, other = replacements(data), replacements(data, "https://other.example/", "https://third.example/")
    assert left(data, there, there, other, (insertion("\n- Authors: a"),)) == ()
    assert left(data, other, there, other) == ()


def test_numbers_of_one_run_do_not_put_each_other_back() -> None:
    data = "1. a\n   - Stars: 4\n2. b\n   - Stars: 5\n"
    made = replacements(data, "4", "5") + replacements(data, "5", "6")
    half = "1. a\n   - Stars: 5\n2. b\n   - Stars: 5\n"
    wanted = (replacements(half, "5", "6")[1],)
    assert left(half, wanted, made) == ()


def test_lines_of_an_insertion_count_for_themselves() -> None:
    made = (insertion("\n   - Authors: A, B\n   - Venue: CVPR 2022"),)
    note = "1. x\n   - Venue: CVPR 2022\n"
    again = insertion("\r\n   - Authors: A, B", "arXiv 1")
    assert left("1. x\n", made, made) == ()
    assert left(note, (again,), made) == ()
    more = insertion("\n   - Authors: A, B\n   - Licence: MIT", "arXiv 1")
    assert [edit.new for edit in left(note, (more,), made)] == ["\n   - Licence: MIT"]
    other = insertion("\n   - Authors: A, B", "arXiv 2")
    assert left(note, (other,), made) == (other,)


def test_a_line_that_still_stands_may_be_inserted_elsewhere() -> None:
    made = (insertion("\n   - Authors: A, B"),)
    note = "1. x\n   - Authors: A, B\n\n* y\n"
    again = insertion("\r\n> * Authors: A, B")
    assert left(note, (again,), made) == (again,)


lines = st.lists(st.sampled_from(["text", OLD, f"[x]({OLD})", f"见{OLD}，", NEW, "   - Stars: 5", ""]), max_size=8)


@given(lines)
def test_what_nobody_made_is_made_and_what_was_taken_back_is_not(parts: list[str]) -> None:
    before = "\n".join(parts)
    edits = replacements(before)
    assert left(before, edits) == edits
    after = edit_list.apply_edits(before.encode(), edits).decode()
    assert left(after, replacements(after), edits) == ()
    if NEW not in parts:  # else nobody could tell which of them is old
        assert left(before, edits, edits) == ()


texts = st.text(st.sampled_from(["a", "：", ":", " ", "\n", "\r", "5", "-", "é", "\u2028"]), max_size=20)


@given(texts, st.lists(st.tuples(texts, texts).filter(lambda pair: pair[0] != pair[1]), max_size=5), st.integers(0, 5))
def test_whatever_was_made_the_edits_stay_edits(data: str, pairs: list[tuple[str, str]], runs: int) -> None:
    made = tuple(
        Edit("a.md", 0, len(old.encode()), old, new, Reason(ReasonCode.EDIT_MOVED), "x, y") for old, new in pairs
    )
    wanted = tuple(
        Edit("a.md", at, at + len(t.encode()), t, f"{t}!", Reason(ReasonCode.EDIT_MOVED), "x")
        for at, t in [(0, data[:3])]
        if t
    )
    for edit in left(data, (*wanted, insertion("\n- A: b")), *[made] * runs):
        assert edit in wanted or edit.new == "\n- A: b"


MARK = " (dead link)"


def mark(old: str, new: str, url: str = OLD, at: int = 0) -> Edit:
    return Edit("a.md", at, at + len(old), old, new, Reason(ReasonCode.EDIT_DEAD_MARK), f"{url}, not found")


def test_a_mark_taken_away_by_hand_stays_away() -> None:
    assert left(OLD, (mark("", MARK),), (mark("", MARK),)) == ()
    other = mark("", MARK, "https://other.example/")
    assert left(OLD, (other,), (mark("", MARK),)) == (other,)


def test_a_mark_that_we_took_away_ourselves_comes_again() -> None:
    again = mark("", MARK)
    assert left(OLD, (again,), (again,), (mark(MARK, ""),)) == (again,)
    assert left(OLD, (again,), (again,), (mark(MARK, ""),), (again,)) == ()


def test_a_line_above_others_that_was_taken_back() -> None:
    source = Edit("a.md", 0, 0, "", "   - Source: x\n", Reason(ReasonCode.EDIT_ARTICLE_SOURCE), "WeChat")
    assert left("   - Paper: y\n", (source,), (source,)) == ()
    assert left("   - Source: x\n   - Paper: y\n", (source,), (source,)) == (source,)


def test_an_image_that_was_taken_back_stays_whatever_its_file_is_called() -> None:
    """Its name may be that of the original, and another layout may have moved it since."""
    url, first, second = "https://host.example/cat.png", "assets/cat.png", "a.assets/a-1.png"

    def edit(old: str, new: str, code: ReasonCode = ReasonCode.EDIT_IMAGE) -> Edit:
        return Edit("a.md", 5, 5 + len(old), old, new, Reason(code), "")

    saved, moved = edit(url, first), edit(first, second, ReasonCode.EDIT_IMAGE_URL)
    again = edit(url, second)
    text = f"![x]({url})".encode()
    assert without_reverted(text, [saved], [[saved]]) == ()
    assert without_reverted(text, [again], [[saved]]) == ()
    assert without_reverted(text, [again], [[saved], [moved]]) == ()
    twice = f"![x]({url}) ![y]({second})".encode()
    assert without_reverted(twice, [again], [[saved], [moved]]) == (again,)
    assert without_reverted(text, [edit("https://host.example/dog.png", second)], [[saved]]) != ()
