"""How a picture is come by: the original, what the note says, WeChat's Referer, the article, the archive."""

from __future__ import annotations

import json
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from PIL import Image

from crawler.images.hosts.referers import FOREIGN_REFERER
from tests.internet import Internet
from tests.internet.messages import Request, Response, not_found, page, redirect, text
from tests.internet.sites import Site
from tests.internet.sites.qpic import PLACEHOLDER_SIZE, draw, film, placeholder
from tests.internet.world import find_article
from tests.support.crawling import EVERY_NIGHT, VERDICTS_AND_NOTES, Desk
from tests.support.processes import ROOT
from tests.support.stories import Stage, Stories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PICTURES = "*.qpic.cn/*mmbiz_*"


def url(name: str, form: str = "png", width: int = 640, query: str = "wx_fmt=png&tp=webp&wxfrom=5") -> str:
    return f"https://mmbiz.qpic.cn/mmbiz_{form}/{name.ljust(86, 'w')}/{width}?{query}"


def drawn(seed: str, form: str = "png") -> bytes:
    return draw(seed.ljust(86, "w"), form)


def shown(*urls: str) -> str:
    return "# 笔记\n\n" + "".join(f'<div align=center><img src="{each}" style="zoom:80%"></div>\n\n' for each in urls)


def kept(desk: Desk) -> set[bytes]:
    files = (file for file in (desk.output / "images").rglob("*") if file.is_file())
    return {file.read_bytes() for file in files if "trash" not in file.parts}


def named(body: bytes, ending: str = "png") -> str:
    sha = sha256(body).hexdigest()
    return f"{sha[:2]}/{sha}.{ending}"


def picture(body: bytes) -> Response:
    return Response(body=body, headers={"Content-Type": "image/png"})


def shown_to_strangers(body: bytes) -> Callable[[Request], Response | None]:
    """Return a site that shows the same to everybody who does not say that he comes from WeChat."""

    def answer(request: Request) -> Response | None:
        return None if request.headers.get("referer") == "https://mp.weixin.qq.com/" else picture(body)

    return answer


def test_the_original_is_asked_for_first_and_by_nobody(desk: Desk, internet: Internet) -> None:
    desk.write("a.md", shown(url("one").replace("https:", "http:")))
    original = drawn("large")
    internet.fault("*/0?*", picture(original))
    assert desk.crawl().returncode == 0
    (request,) = internet.asked(PICTURES)
    assert request.url == url("one", width=0, query="wx_fmt=png")
    assert "referer" not in request.headers
    assert kept(desk) == {original}
    assert f'<img src="../images/{named(original)}" style="zoom:80%">' in (desk.output / "notes/a.md").read_text()


def test_a_placeholder_is_learned_by_its_coming_for_different_pictures(desk: Desk, internet: Internet) -> None:
    """Whichever of them comes first: within the run its picture is found, and no note shows the placeholder."""
    stranger = drawn("nobody has heard of this one")
    internet.fault(PICTURES, shown_to_strangers(stranger))
    names = ["one", "two", "three"]
    desk.write("a.md", shown(*map(url, names)))
    assert desk.crawl().returncode == 0
    assert kept(desk) - {stranger} == {drawn(name) for name in names}
    assert named(stranger) not in (desk.output / "notes/a.md").read_text()
    assert set(desk.verdicts().values()) == {"alive"}
    asked = len(internet.asked(PICTURES))
    desk.write("b.md", shown(url("four")))
    assert desk.crawl().returncode == 0
    assert drawn("four") in kept(desk)
    assert [request.headers.get("referer") for request in internet.asked(PICTURES)[asked:]] == [
        None,
        "https://mp.weixin.qq.com/",
    ]


def test_a_placeholder_is_learned_from_what_was_kept_on_another_night(desk: Desk, internet: Internet) -> None:
    stranger = drawn("nobody has heard of this one")
    internet.fault(PICTURES, picture(stranger))
    desk.write("a.md", shown(url("one")))
    assert desk.crawl().returncode == 0
    assert kept(desk) == {stranger}
    desk.write("b.md", shown(url("two")))
    assert desk.crawl().returncode == 0
    assert kept(desk) == {stranger}  # `images --gc --delete` removes what no note shows
    assert {row["reason"] for row in desk.health().values()} == {"placeholder image"}
    assert set(desk.verdicts().values()) == {"unknown"}
    assert url("one") in (desk.output / "notes/a.md").read_text()


def test_one_picture_under_two_addresses_is_no_placeholder(desk: Desk, internet: Internet) -> None:
    internet.fault(PICTURES, picture(drawn("same")))
    desk.write("a.md", shown(url("one"), url("one", query="wx_fmt=jpeg"), "https://mmecoa.qpic.cn/mmbiz_png/b.png"))
    assert desk.crawl().returncode == 0
    assert kept(desk) == {drawn("same")}
    assert set(desk.verdicts().values()) == {"alive"}


def test_a_large_picture_may_be_under_two_ids(desk: Desk, internet: Internet) -> None:
    file = BytesIO()
    Image.effect_noise((400, 300), 90).save(file, "PNG")
    internet.fault(PICTURES, picture(file.getvalue()))
    desk.write("a.md", shown(url("one"), url("two")))
    assert desk.crawl().returncode == 0
    assert kept(desk) == {file.getvalue()}


def test_the_known_placeholder_is_never_kept(desk: Desk, internet: Internet) -> None:
    internet.fault(PICTURES, Response(body=placeholder(), headers={"Content-Type": "image/jpeg"}))
    desk.write("a.md", shown(url("one-never-archived")))
    assert desk.crawl().returncode == 0
    assert kept(desk) == set()
    assert (desk.output / "notes/a.md").read_bytes() == (desk.notes / "a.md").read_bytes()
    row = desk.health()[url("one-never-archived")]
    assert (row["verdict"], row["outcome"], row["reason"]) == (
        "unknown",
        "blocked",
        "placeholder image",
    )


def test_large_pictures_of_wechat_stay_too(desk: Desk, internet: Internet) -> None:
    """Which are not taken for placeholders."""
    file = BytesIO()
    Image.effect_noise((400, 300), 90).save(file, "PNG")
    names = ("one", "two")
    desk.write("a.md", shown(*map(url, names)))
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    internet.fault(PICTURES, picture(file.getvalue()))
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert {row["reason"] for row in desk.health().values()} == {SAME}
    assert all(shows(desk, drawn(name)) for name in names)


def test_an_archive_that_does_not_answer_is_asked_about_one_picture(desk: Desk, internet: Internet) -> None:
    internet.fault("*archive.org/*", text("", 403))
    desk.write("a.md", shown(url("deleted-one"), url("deleted-two"), url("deleted-three")))
    assert desk.crawl().returncode == 0
    asked = [request.url for request in internet.asked("*archive.org*")]
    assert len({name for name in ("-one", "-two", "-three") for each in asked if name in each}) == 1


# --- what is kept, and what comes later -------------------------------------------------------------------------------

HOST = "https://h00.bench.example.org"
GOOD, WORSE = drawn("good"), drawn("removed")
ARCHIVE = "https://web.archive.org/*"


def at(*names: str, host: str = HOST) -> str:
    return "".join(f"![]({host}/{name})\n\n" for name in names)


def leads_to(location: str, status: int = 302) -> Response:
    return redirect(location, status)


def shows(desk: Desk, body: bytes) -> bool:
    return named(body) in (desk.output / "notes/a.md").read_text()


# --- many images in the same nights -----------------------------------------------------------------------------------

STATUSES = (301, 302, 308)
LOCATIONS = (f"{HOST}/another.png", "https://h01.bench.example.org/a.png", f"{HOST}/a.png/", f"{HOST}/of/a.png?x=1")
INSTEAD = {
    "page": page("Sign in"),
    "410": page("Gone", status=410),
    "404": not_found(),
    "cut": picture(WORSE[:-20]),
    "empty": picture(b""),
    "204": Response(204),
}
COUNT = b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20"><text x="5" y="14">1.2k</text></svg>'


def drawing(cache_control: str | None = None, body: bytes = COUNT) -> Response:
    headers = {"Content-Type": "image/svg+xml"} | ({"Cache-Control": cache_control} if cache_control else {})
    return Response(body=body, headers=headers)


DRAWINGS = {  # and whether the note shows a saved copy
    "unsaid": (drawing(), True),
    "five minutes": (drawing("max-age=300"), True),
    "cookies": (drawing('private, no-cache="Set-Cookie"'), True),
    "no-cache": (drawing("max-age=120, no-cache"), False),
    "no-store": (drawing("No-Store"), False),
    "image": (picture(GOOD).with_headers(cache_control="no-cache"), True),
}
LATER_NIGHTS = range(1, 5)


def host_of(number: int) -> str:
    return f"https://h{number:03}.bench.example.org"


REDIRECTED = {case: host_of(number) for number, case in enumerate(product(LOCATIONS, STATUSES), 100)}
NO_PICTURES = {case: host_of(number) for number, case in enumerate(product(INSTEAD, (False, True)), 200)}
DRAWN = {name: host_of(number) for number, name in enumerate(DRAWINGS, 400)}


@dataclass(frozen=True, slots=True)
class Nights:
    """A desk with an image per host, and for each night the link health and the notes as they were then."""

    desk: Desk
    health: list[dict[str, dict[str, str]]]
    notes: list[dict[str, str]]

    def crawl(self) -> None:
        """Crawl once more."""
        assert self.desk.crawl(*EVERY_NIGHT).returncode == 0
        self.health.append(self.desk.health())
        self.notes.append({file.stem: file.read_text("utf-8") for file in (self.desk.output / "notes").iterdir()})

    def row(self, night: int, host: str) -> dict[str, str]:
        """Return what the health CSV said after that night of the image of a host."""
        return self.health[night][f"{host}/a.png"]

    def shows_first(self, night: int, host: str) -> bool:
        """Return whether the note of a host shows the image of the first night."""
        return named(drawn(host)) in self.notes[night][urlsplit(host).netloc]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Nights:
    """Return five nights of images that are there on the first one, each on a host of its own."""
    with Internet() as internet:
        nights = Nights(Desk(tmp_path_factory.mktemp("images"), internet.environ(), VERDICTS_AND_NOTES), [], [])
        for host in (*REDIRECTED.values(), *NO_PICTURES.values()):
            nights.desk.write(f"{urlsplit(host).netloc}.md", at("a.png", host=host))
            internet.fault(f"{host}/a.png", picture(drawn(host)))
        for name, host in DRAWN.items():
            nights.desk.write(f"{urlsplit(host).netloc}.md", at("count", host=host))
            internet.fault(f"{host}/count", DRAWINGS[name][0])
        nights.crawl()
        for (location, status), host in REDIRECTED.items():
            other = host.replace("h1", "h3")
            internet.fault(f"{other}/*", picture(drawn(f"{host} removed")))
            internet.fault(f"{host}/*", picture(drawn(f"{host} removed")))
            there = location.replace(HOST, host).replace("https://h01.bench.example.org", other)
            internet.fault(f"{host}/a.png", leads_to(there, status))
        for (name, is_moved), host in NO_PICTURES.items():
            internet.fault(f"{host}/*", INSTEAD[name])
            if is_moved:
                internet.fault(f"{host}/a.png", leads_to(f"{host}/of/a.png", 301))
        internet.fault(ARCHIVE, not_found())
        for night in LATER_NIGHTS:
            nights.desk.published = () if night == LATER_NIGHTS[-1] else VERDICTS_AND_NOTES
            nights.crawl()
    return nights


@pytest.mark.parametrize("host", [*REDIRECTED.values(), *NO_PICTURES.values()])
def test_the_first_night_saves_the_image(crawled: Nights, host: str) -> None:
    assert crawled.shows_first(0, host)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("location", LOCATIONS)
def test_the_first_copy_stays_where_a_redirect_leads_elsewhere(crawled: Nights, location: str, status: int) -> None:
    host = REDIRECTED[location, status]
    for night in LATER_NIGHTS:
        assert crawled.shows_first(night, host)
        row = crawled.row(night, host)
        assert (row["verdict"], row["outcome"], row["final_url"]) == ("alive", "blocked", "")
        assert row["reason"] == "redirected to another image; saved copy unchanged"


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("instead", INSTEAD)
def test_what_is_no_picture_replaces_nothing(crawled: Nights, instead: str, moved: bool) -> None:
    assert [crawled.shows_first(night, NO_PICTURES[instead, moved]) for night in LATER_NIGHTS] == [True] * 4


def test_what_came_instead_is_kept_beside_the_first_copies(crawled: Nights) -> None:
    desk, newer = crawled.desk, set()
    for host in REDIRECTED.values():
        row = crawled.row(-1, host)
        newer.add(body := drawn(f"{host} removed"))
        assert (row["image_saved"], row["image_newer"]) == ("image saved", named(body))
    for host in NO_PICTURES.values():
        assert crawled.row(-1, host)["image_newer"] == ""
    report = (desk.output / "report.html").read_text("utf-8")
    assert all(report.count(named(body)) == 1 for body in newer)
    done = desk.run("images", "--gc", "--delete", "-a", f"notes={desk.notes}")
    assert done.stdout.startswith("unused images: 0 moved")
    assert kept(desk) == {COUNT, GOOD, *newer, *map(drawn, (*REDIRECTED.values(), *NO_PICTURES.values()))}


# --- what is drawn anew at each view ----------------------------------------------------------------------------------

REPORT = ROOT / "../shared/data/reports/20-shields-285-dynamic-badge"


@pytest.mark.skipif(not REPORT.exists(), reason=f"the reports are not there: {REPORT}")
def test_badges_stay_where_they_are(desk: Desk, internet: Internet) -> None:
    for answer in json.loads((REPORT / "answers.json").read_text("utf-8"))["answers"]:
        host = urlsplit(answer["url"]).hostname
        internet._network._sites.setdefault(host, Site((host,), lambda _request, _world: not_found(), robots=""))
        said = Response(body=answer.get("body", "").encode(), headers=answer.get("headers", {}))
        internet.fault(answer["url"].replace("?", "[?]"), page(answer["title"]) if "title" in answer else said)
    for note in (REPORT / "notes").iterdir():
        desk.write(note.name, note.read_bytes())
    assert desk.crawl().returncode == 0
    assert desk.run("publish", "--in-place", "-a", f"notes={desk.notes}").returncode == 0
    for note in (REPORT / "notes").iterdir():
        assert (desk.notes / note.name).read_bytes() == note.read_bytes()
        assert (desk.output / "notes" / note.name).read_bytes() == note.read_bytes()
    assert set(desk.verdicts().values()) == {"alive"}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_that_nobody_may_keep_stays_where_it_is(crawled: Nights, name: str) -> None:
    host, (_, is_edited) = DRAWN[name], DRAWINGS[name]
    note = (crawled.desk.notes / f"{urlsplit(host).netloc}.md").read_text("utf-8")
    for night in range(2):
        assert (crawled.notes[night][urlsplit(host).netloc] != note) is is_edited
        assert crawled.health[night][f"{host}/count"]["verdict"] == "alive"


def test_limits(desk: Desk, internet: Internet) -> None:
    large = Response(body=drawn("x") + bytes(300_000), headers={"Content-Type": "image/png"})
    internet.fault("*/large*", large)
    unsaid = Response(body=lambda: iter([drawn("y"), *[bytes(1000)] * 300]), headers={"Content-Type": "image/png"})
    internet.fault("*/unsaid*", unsaid)
    urls = [f"https://h00.bench.example.org/{name}.png" for name in ("large", "unsaid")]
    desk.write("a.md", shown(*urls))
    done = desk.crawl("-s", "IMAGES_MAX_MB=0.1")
    assert done.returncode == 0
    assert {row["reason"] for row in desk.health().values()} == {"larger than 0.1 MB"}
    assert set(desk.verdicts().values()) == {"unknown"}
    assert kept(desk) == set()

    urls = [url(f"n{number}") for number in range(12)]
    desk.write("a.md", shown(*urls))
    assert desk.crawl(*EVERY_NIGHT, "-s", "IMAGES_MAX_RUN_MB=0.0002").returncode == 0
    reasons = {row["reason"] for row in desk.health().values()}
    assert reasons == {"reachable", "IMAGES_MAX_RUN_MB reached"}
    first = len(kept(desk))
    assert 0 < first < 12
    assert desk.crawl(*EVERY_NIGHT).returncode == 0
    assert len(kept(desk)) == 12


def test_an_original_that_is_too_large_leaves_what_the_note_says(desk: Desk, internet: Internet) -> None:
    internet.fault("*/0?*", picture(drawn("x") + bytes(300_000)))
    desk.write("a.md", shown(url("one")))
    assert desk.crawl("-s", "IMAGES_MAX_MB=0.1").returncode == 0
    assert kept(desk) == {drawn("one", "webp")}
    assert len(internet.asked("*/0?*")) == 1


def test_films_are_kept_while_they_live(desk: Desk, internet: Internet) -> None:
    alive = "http://mpvideo.qpic.cn/0bc3.f10003.mp4?dis_k=8f63&dis_t=4102444800&vid=wxv_24717&format_id=10003"
    expired = alive.replace("4102444800", "1657422614")
    note = (
        f'<video src="{alive}" poster="{url("poster")}" controls width=640></video>\n\n'
        f'<video controls><source src="{expired}" type="video/mp4"></video>\n\n[film]({alive})\n'
    )
    desk.write("b/a.md", note)
    assert desk.crawl().returncode == 0
    here, poster = named(film("/0bc3.f10003.mp4"), "mp4"), named(drawn("poster"))
    assert (desk.output / "notes/b/a.md").read_text() == note.replace(alive, f"../../images/{here}").replace(
        url("poster"), f"../../images/{poster}"
    )
    row = desk.health()[expired]
    assert (row["kind"], row["verdict"]) == ("video", "dead")
    assert row["reason"] == "signed URL expired 2022-07-11 (vid wxv_24717)"
    too_large = desk.crawl(*EVERY_NIGHT, "-s", "VIDEOS_MAX_MB=0.0005", "-s", f"OUTPUT_DIR={desk.folder}/other")
    assert too_large.returncode == 0
    assert "larger than 0.0005 MB" in (desk.folder / "other/link_health.csv").read_text("utf-8-sig")


def test_every_way_of_showing_a_picture_leads_to_the_kept_one(desk: Desk, internet: Internet) -> None:
    """What stands around an address stays; what is hosted already or lies beside the notes is left alone."""
    base = "https://h00.bench.example.org/pictures"
    note = (
        "![alt *text*](ONE \"a title\")\n\n![one][ref] and ![ref][]\n\n<img alt='x' width=300 src=ONE loading=lazy>\n\n"
        f"<p align=\"center\"><a href='https://h01.bench.example.org/page'><img src='ONE'></a></p>\n\n"
        f"![]({base}/{named(drawn('two'))}) ![](here.png) ![](missing.png)\n\n[ref]: ONE 'title'\n"
    )
    internet.fault(f"{base}/*", picture(drawn("two")))
    desk.write("b/a.md", note.replace("ONE", url("one", query="wx_fmt=png")))
    desk.write("b/here.png", drawn("here"))
    assert desk.crawl("-s", f"IMAGES_BASE_URL={base}/").returncode == 0
    mended = note.replace("ONE", f"{base}/{named(drawn('one'))}")
    assert (desk.output / "notes/b/a.md").read_text() == mended
    assert kept(desk) == {drawn("one")}
    assert (desk.output / "notes/b/here.png").read_bytes() == drawn("here")
    row = desk.health()["b/missing.png"]
    assert (row["verdict"], row["reason"], row["mentions"]) == ("dead", "file not found", "b/a.md:9")


# --- stories of a few pictures each, all in the same nights -----------------------------------------------------------

STORIES = Stories({})
SAME = "same image for several URLs; saved copy unchanged"
ALIKE = "another image; saved copy unchanged"


def fault_of(name: str, size: str = "*") -> str:
    """Return a pattern for the URLs of one of WeChat's pictures: all, or those of a size, 0 for the original."""
    return f"*.qpic.cn/*mmbiz_*/{name}w*/{size}?*"


def snapshots_of(name: str) -> str:
    """Return a pattern for what the archive shows of it."""
    return f"https://web.archive.org/web/*id_/*{name}*"


def is_kept(stage: Stage, *bodies: bytes) -> list[bool]:
    there = kept(stage.desk)
    return [body in there for body in bodies]


def is_shown(stage: Stage, body: bytes) -> bool:
    return named(body) in stage.text()


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Exception | None]:
    """Return how each story ended."""
    return STORIES.tell(tmp_path_factory.mktemp("stories"))


@STORIES.told_of(not_found(), picture(drawn("x")[:50]), picture(b"<html>"), picture(placeholder()))
def where_there_is_no_original_what_the_note_says_is_kept(stage: Stage, case: Response) -> Iterator[None]:
    name = f"lacks{stage.folder}"
    stage.write(shown(url(name)))
    stage.internet.fault(fault_of(name, "0"), case)
    yield
    assert isinstance(case.body, bytes)
    assert is_kept(stage, drawn(name, "webp"), drawn(name), case.body) == [True, False, False]
    assert stage.row(url(name))["verdict"] == "alive"


@STORIES.told
def a_picture_that_is_gone_is_looked_for_in_the_article(stage: Stage) -> Iterator[None]:
    article = stage.internet.world.article("live", 7)
    (there, *_) = find_article(article.rpartition("/")[2]).pictures
    noted = there.replace("mmbiz.qpic.cn/", "mmecoa.qpic.cn/").replace("/640?", "/640?x=never-archived&")
    picture_id = there.split("/")[-2]
    stage.internet.fault(f"*mmecoa.qpic.cn/*{picture_id}*", not_found())
    stage.write(f"1. [文章]({article})\n\n   <img src='{noted}'>\n")
    yield
    assert is_kept(stage, draw(picture_id, "png" if "mmbiz_png" in there else "jpeg")) == [True]
    row = stage.row(noted)
    assert (row["verdict"], row["outcome"], row["reason"]) == (
        "suspect",
        "gone",
        "not found (404); saved from the article",
    )
    assert "../images/" in stage.text()
    edits = [edit for edit in stage.desk.edits() if str(edit["note"]).startswith(stage.folder)]
    assert "mmbiz.qpic.cn" in next(str(edit["evidence"]) for edit in edits if edit["reason"] == "image saved")


@STORIES.told
def then_in_the_archive(stage: Stage) -> Iterator[None]:
    gone, body = url("deletedthen"), drawn("archived then")
    stage.internet.fault(snapshots_of("deletedthen"), picture(body))
    stage.internet.fault(f"{stage.host}/*", not_found())
    stage.write(shown(gone, f"{stage.host}/gone.png"), "2022/0105.md")
    yield
    assert is_kept(stage, body) == [True]
    assert stage.row(gone)["reason"] == "not found (404); saved from the Wayback Machine"
    (snapshot, *_) = stage.internet.asked(snapshots_of("deletedthen"))
    assert snapshot.url.startswith("https://web.archive.org/web/2022011512")


@STORIES.told
def a_copy_from_elsewhere_does_not_make_the_link_alive(stage: Stage) -> Iterator[None]:
    gone, body = url("deletedcopy"), drawn("archived copy")
    stage.internet.fault(snapshots_of("deletedcopy"), picture(body).with_headers(etag='"7"'))
    stage.write(shown(gone))
    for snapshots in (1, 0):
        yield
        assert stage.row(gone)["outcome"] == "gone"
        assert is_kept(stage, body) == [True]
        assert len(stage.internet.asked(snapshots_of("deletedcopy"))) == snapshots
        assert is_shown(stage, body)


@STORIES.told
def what_the_archive_does_not_have_is_not_asked_for_every_night(stage: Stage) -> Iterator[None]:
    stage.write(shown(url("deletedoften-never-archived")))
    yield
    assert stage.internet.asked("*archive.org*often-never-archived*") != []
    yield
    assert stage.internet.asked("*archive.org*often-never-archived*") == []


@STORIES.told
def what_is_nowhere_stays_as_the_note_has_it(stage: Stage) -> Iterator[None]:
    gone = url("deletednowhere-never-archived")
    stage.write(shown(gone))
    yield
    assert stage.is_as_it_was()
    assert stage.row(gone)["reason"] == "not found (404)"


@STORIES.told
def a_placeholder_in_the_archive_is_no_picture_either(stage: Stage) -> Iterator[None]:
    stage.internet.fault(snapshots_of("deletedplaceholder"), picture(placeholder()))
    stage.write(shown(url("deletedplaceholder")))
    yield
    assert is_kept(stage, placeholder()) == [False]
    assert stage.is_as_it_was()


@STORIES.told
def a_picture_kept_before_is_shown_when_it_is_gone(stage: Stage) -> Iterator[None]:
    stage.write(shown(url("before")))
    yield
    before = stage.text()
    assert is_shown(stage, drawn("before"))
    stage.internet.fault(fault_of("before"), not_found())
    for _ in range(3):
        yield
        assert stage.text() == before
        assert stage.internet.asked(snapshots_of("beforew")) == []
    assert stage.row(url("before"))["verdict"] == "dead"


def asked_and_sent(stage: Stage, pattern: str) -> tuple[int, int]:
    """Return how many requests asked for the images, and how many bytes of them were sent.

    An image of another story may make the program ask for one of them as a foreign site does.
    """
    foreign = [each.headers.get("referer") == FOREIGN_REFERER for each in stage.internet.asked(pattern)]
    return foreign.count(False), stage.internet.sent(pattern) - foreign.count(True) * PLACEHOLDER_SIZE


@STORIES.told
def what_has_not_changed_is_not_sent_again(stage: Stage) -> Iterator[None]:
    names, pictures = [f"still{name}" for name in ("one", "two", "three")], "*.qpic.cn/*mmbiz_*/still*"
    stage.write(shown(*map(url, names)))
    yield
    before, images = stage.text(), is_kept(stage, *map(drawn, names))
    yield
    assert asked_and_sent(stage, pictures) == (3, 0)
    assert {stage.row(url(name))["reason"] for name in names} == {"unchanged since saved"}
    assert (stage.text(), is_kept(stage, *map(drawn, names))) == (before, images) == (before, [True] * 3)


@STORIES.told
def what_somebody_removed_is_fetched_again(stage: Stage) -> Iterator[None]:
    names = ["removedone", "removedtwo"]
    stage.write(shown(*map(url, names)))
    yield
    (stage.desk.output / "images" / named(drawn(names[0]))).unlink()
    yield
    assert asked_and_sent(stage, "*.qpic.cn/*mmbiz_*/removed*") == (2, len(drawn(names[0])))
    assert is_kept(stage, *map(drawn, names)) == [True, True]


@STORIES.told
def nothing_worse_takes_the_place_of_what_is_kept(stage: Stage) -> Iterator[None]:
    stage.write(shown(url("better")))
    yield
    assert is_kept(stage, drawn("better")) == [True]
    stage.internet.fault(fault_of("better", "0"), not_found())
    yield
    assert is_kept(stage, drawn("better"), drawn("better", "webp")) == [True, False]
    assert is_shown(stage, drawn("better"))
    assert stage.row(url("better"))["verdict"] == "alive"


# One picture of a host of its own was kept on the first night.


def begin(stage: Stage) -> tuple[str, bytes, bytes]:
    """Write a note with a picture; return its URL, the picture, and another one."""
    good, worse = drawn(f"good {stage.host}"), drawn(f"worse {stage.host}")
    stage.write(at("a.png", host=stage.host))
    stage.internet.fault(f"{stage.host}/a.png", picture(good))
    return f"{stage.host}/a.png", good, worse


@STORIES.told_of("without TLS", "with a query")
def a_redirect_to_the_same_path_is_no_reason_of_its_own(stage: Stage, case: str) -> Iterator[None]:
    address, good, worse = begin(stage)
    yield
    assert is_shown(stage, good)
    location = address.replace("https:", "http:") if case == "without TLS" else f"{address}?size=large"
    stage.internet.fault(location, picture(worse))
    stage.internet.fault(address, lambda request: None if request.url == location else leads_to(location))
    yield
    assert stage.row(address)["reason"] == ALIKE
    assert is_shown(stage, good)


@STORIES.told
def a_picture_that_is_another_one_now_is_kept_beside(stage: Stage) -> Iterator[None]:
    address, good, worse = begin(stage)
    yield
    assert is_shown(stage, good)
    stage.internet.fault(address, picture(worse))
    yield
    assert len(stage.internet.asked(address)) == 2
    row = stage.row(address)
    assert (row["verdict"], row["outcome"], row["reason"]) == ("alive", "blocked", ALIKE)
    assert row["image_newer"] == named(worse)
    assert is_shown(stage, good)
    assert is_kept(stage, good, worse) == [True, True]


@STORIES.told_of(("a.png", "b.png"), ("b.png", "a.png"), ("0.png", "a.png", "z.png?id=7"))
def what_a_host_sends_for_other_addresses_too_replaces_nothing(stage: Stage, case: tuple[str, ...]) -> Iterator[None]:
    """Whichever of them is asked first, and whether there is a copy of the other one or not."""
    address, good, worse = begin(stage)
    yield
    for name in case:
        stage.internet.fault(f"{stage.host}/{name}", picture(worse))
    stage.write(at(*case, host=stage.host))
    yield
    assert is_shown(stage, good)
    row = stage.row(address)
    assert (row["verdict"], row["outcome"], row["reason"]) == ("alive", "blocked", SAME)


@STORIES.told
def all_that_a_host_sends_one_picture_for_stay_as_they_were(stage: Stage) -> Iterator[None]:
    urls = [f"{stage.host}/{number}.png" for number in range(5)]
    for each in urls:
        stage.internet.fault(each, picture(drawn(each)))
    stage.write(at(*(f"{number}.png" for number in range(5)), host=stage.host))
    yield
    before, worse = stage.text(), drawn(f"worse {stage.host}")
    for each in urls:
        stage.internet.fault(each, picture(worse))
    yield
    rows = [stage.row(each) for each in urls]
    assert {row["reason"] for row in rows} == {SAME}
    assert stage.text() == before
    assert is_kept(stage, worse, *map(drawn, urls)) == [True] * 6
    assert {row["image_newer"] for row in rows} == {named(worse)}


@STORIES.told
def what_was_kept_for_another_address_of_the_host_replaces_nothing(stage: Stage) -> Iterator[None]:
    """On an earlier night: the other link is not asked any more."""
    address, good, worse = begin(stage)
    yield
    stage.internet.fault(f"{stage.host}/b.png", picture(worse))
    stage.write(at("a.png", "b.png", host=stage.host))
    yield
    assert is_shown(stage, worse)
    stage.write(at("a.png", host=stage.host))
    stage.internet.fault(address, picture(worse))
    yield
    assert is_shown(stage, good)


@STORIES.told
def the_same_address_without_tls_is_no_other_one(stage: Stage) -> Iterator[None]:
    address, good, worse = begin(stage)
    yield
    plain = stage.host.replace("https:", "http:")
    stage.write(at("a.png", host=stage.host) + at("a.png", host=plain))
    for host in (stage.host, plain):
        stage.internet.fault(f"{host}/a.png", picture(worse))
    yield
    assert stage.row(address)["reason"] == ALIKE
    assert is_shown(stage, worse)  # for the address that was not there before
    assert is_shown(stage, good)


@STORIES.told
def what_another_host_sends_is_another_picture(stage: Stage) -> Iterator[None]:
    address, good, worse = begin(stage)
    other = stage.host.replace("//h6", "//h7")
    yield
    stage.write(at("a.png", host=stage.host) + at("a.png", host=other))
    for host in (stage.host, other):
        stage.internet.fault(f"{host}/a.png", picture(worse))
    yield
    assert stage.row(address)["reason"] == ALIKE
    assert is_shown(stage, good)
    assert is_shown(stage, worse)


@STORIES.told
def a_copy_whose_file_is_missing_is_fetched_anew_in_another_way(stage: Stage) -> Iterator[None]:
    stage.write(shown(url("anew")))
    yield
    (stage.desk.output / "images" / named(drawn("anew"))).unlink()
    stage.internet.fault(fault_of("anew"), shown_to_strangers(placeholder()))
    yield
    assert is_kept(stage, drawn("anew"), placeholder()) == [True, False]


@STORIES.told
def a_copy_whose_file_is_missing_is_fetched_anew_from_wherever(stage: Stage) -> Iterator[None]:
    address, good, worse = begin(stage)
    yield
    (stage.desk.output / "images" / named(good)).unlink()
    stage.internet.fault(f"{stage.host}/another.png", picture(worse))
    stage.internet.fault(address, leads_to(f"{stage.host}/another.png"))
    yield
    assert is_kept(stage, good, worse) == [False, True]
    assert is_shown(stage, worse)


@STORIES.told
def what_is_drawn_anew_is_no_stand_in(stage: Stage) -> Iterator[None]:
    """Its bytes change from view to view, and many have the same."""
    names = ("one.svg", "two.svg", "badge.svg")
    stage.write(at(*names, host=stage.host))
    for body in (COUNT, COUNT.replace(b"1.2k", b"1.3k")):
        stage.internet.fault(f"{stage.host}/*.svg", drawing("no-cache", body))
        yield
        assert {stage.row(f"{stage.host}/{name}")["reason"] for name in names} == {"reachable"}
        assert len(stage.internet.asked(f"{stage.host}/*.svg")) == 3
        assert stage.is_as_it_was()


@STORIES.told
def a_server_may_say_it_of_what_has_not_changed(stage: Stage) -> Iterator[None]:
    """And what was kept before it was known that this matters is shown at its own address again."""
    stage.write(at("count", host=stage.host))
    stage.internet.fault(f"{stage.host}/count", drawing().with_headers(etag='"1"'))
    yield
    assert named(COUNT, "svg") in stage.text()
    unchanged = Response(304, headers={"ETag": '"1"', "Cache-Control": "no-cache"})
    stage.internet.fault(f"{stage.host}/count", unchanged)
    for _ in range(2):
        yield
        assert stage.is_as_it_was()


@STORIES.told_of(
    (drawn("refused")[:-20], "failed", "image truncated"),
    (b"<html><title>moved to our app</title></html>", "failed", "not an image"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "ok", "reachable; not saved: unsafe SVG (<script>)"),
)
def what_is_refused_says_why(stage: Stage, case: tuple[bytes, str, str]) -> Iterator[None]:
    body, outcome, reason = case
    address = f"{stage.host}/p.png"
    stage.internet.fault(address, picture(body))
    stage.internet.fault(snapshots_of(urlsplit(stage.host).netloc), not_found())
    stage.write(f"![]({address})\n")
    yield
    row = stage.row(address)
    assert (row["outcome"], row["reason"]) == (outcome, reason)
    assert is_kept(stage, body) == [False]
    assert stage.is_as_it_was()


@STORIES.told
def pictures_of_one_repository_are_pictures_of_their_own(stage: Stage) -> Iterator[None]:
    urls = [f"https://github.com/o/r/raw/main/{name}.png" for name in ("a", "b")]
    for number, address in enumerate(urls):
        stage.internet.fault(address, picture(drawn(str(number))))
    stage.write("\n".join(f"![x]({address})" for address in urls))
    for _ in range(2):
        yield
        texts = stage.text().split()
        assert len(set(texts)) == len(urls)
        assert all("images/" in each for each in texts)


@pytest.mark.parametrize("name", STORIES.by_name)
def test_a_story_ends_well(ends: dict[str, Exception | None], name: str) -> None:
    if (error := ends[name]) is not None:
        raise error
