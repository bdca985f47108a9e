"""Where pictures are kept: every place does the same, and what is there is not sent again."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from http.client import HTTPConnection
from math import inf
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from crawler.errors import ImageStoreError
from crawler.images.names import TRASH
from crawler.images.opening import open_image_store
from crawler.images.stores import remote
from crawler.store.link_store import LinkStore
from tests.crawler.link_checking.images.test_image_fallbacks import drawn, named
from tests.internet import Internet
from tests.internet.sites.buckets import BUCKET, OWN_DOMAIN
from tests.support.options import project_options
from tests.support.picgo_server import BED, PicGoServer
from tests.support.processes import free_port
from tests.support.s3_services import KEY, SECRET, S3Service
from tests.support.sampling import sampled
from tests.support.webdav_server import PASSWORD, USER, serve_webdav

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crawler.images.store import ImageStore

pytest_plugins = ["tests.support.s3_servers"]

BODY = drawn("one")
NAME = named(BODY)
BASE = "https://cdn.example.com/notes"
TODAY, BEFORE = date(2026, 11, 29), date(2026, 11, 28)
MANY = 1_203

SERVICES = {
    "oss": S3Service("s3.oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou", "virtual"),
    "cos": S3Service("cos.ap-guangzhou.myqcloud.com", "ap-guangzhou", "virtual"),
    "qiniu": S3Service("s3.cn-east-1.qiniucs.com", "cn-east-1", "path"),
    "upyun": S3Service("s3.api.upyun.com", "us-east-1", "path"),
    "r2": S3Service("0123456789abcdef.r2.cloudflarestorage.com", "auto", "path"),
    "aws": S3Service("s3.eu-central-1.amazonaws.com", "eu-central-1", "virtual"),
    "minio": S3Service("minio.example.org", "us-east-1", "path"),
    "own domain": S3Service(OWN_DOMAIN, "cn-hangzhou", "domain"),
}
STORES = ["folder", "moto", "ftp", "webdav", "picgo", *SERVICES]
OF_EACH_SORT = [name for name in STORES if name not in {"cos", "upyun", "r2", "aws", "minio"}]
"""Without services whose requests differ from those of another one only by their host."""


@dataclass
class Place:
    """A place for pictures: the settings that lead there, and how its server gets names without the store."""

    settings: dict[str, Any]
    fill: Callable[[Iterable[str]], None]
    uploads: LinkStore = field(default_factory=lambda: LinkStore.open("sqlite://"))
    service: S3Service | None = None
    opened: list[ImageStore] = field(default_factory=list)

    def open(self, **changed: Any) -> ImageStore:
        """Return the store as a new run opens it."""
        options = project_options(**self.settings | changed)
        self.opened.append(open_image_store(options.images, self.uploads))
        return self.opened[-1]

    def close(self) -> None:
        """Close all that was opened."""
        for each in self.opened:
            each.close()
        self.uploads.close()


def into_folder(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


@pytest.fixture(scope="module")
def network() -> Iterator[Internet]:
    with Internet() as internet, pytest.MonkeyPatch.context() as patch:
        for name, value in internet.environ().items():
            patch.setenv(name, value)
        patch.setenv("AWS_CA_BUNDLE", str(internet.ca_bundle))
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        yield internet


@pytest.fixture(scope="module")
def ftp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run an FTP server; yield its address and its folder."""
    folder, port = tmp_path_factory.mktemp("ftp"), free_port()
    options = f"--interface=127.0.0.1 --port={port} --write --username=me --password=secret --directory={folder}"
    with subprocess.Popen(
        [sys.executable, "-m", "pyftpdlib", *options.split()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                continue
        yield f"ftp://me:secret@127.0.0.1:{port}", folder
        server.terminate()


@pytest.fixture(scope="module")
def webdav(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run a WebDAV server; yield its host and its folder."""
    folder = tmp_path_factory.mktemp("webdav")
    with serve_webdav(folder) as host:
        yield host, folder


@pytest.fixture(params=STORES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Return an empty place of each sort."""
    with places(request, tmp_path) as place, closing(place):
        yield place


@contextmanager
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    given, name = {"OUTPUT_DIR": str(tmp_path), "IMAGES_BASE_URL": BASE}, request.param
    if name == "folder":
        yield Place(given, lambda names: into_folder(tmp_path / "images", names))
    elif name == "ftp":
        address, folder = request.getfixturevalue("ftp")
        place = given | {"IMAGES_STORE": f"{address}/{tmp_path.name}/of/notes"}
        yield Place(place, lambda names: into_folder(folder / tmp_path.name / "of/notes", names))
    elif name == "webdav":
        address, folder = request.getfixturevalue("webdav")
        (folder / tmp_path.name).mkdir()
        more = {"WEBDAV_USER": USER, "WEBDAV_PASSWORD": PASSWORD}
        place = given | {"IMAGES_STORE": f"dav://{address}/dav/files/me/{tmp_path.name}/of/notes", **more}
        yield Place(place, lambda names: into_folder(folder / tmp_path.name / "of/notes", names))
    elif name == "picgo":
        with PicGoServer() as server:
            place = {"OUTPUT_DIR": str(tmp_path), "IMAGES_STORE": server.location}
            yield Place(place, lambda names: into_folder(tmp_path / "images", names))
    elif name == "moto":
        yield moto_place(request.getfixturevalue("moto"), given)
    else:
        yield service_place(SERVICES[name], request.getfixturevalue("network"), given)


def moto_place(address: str, given: dict[str, Any]) -> Place:
    connection = HTTPConnection(address.removeprefix("http://"))
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()
    from moto.s3.models import s3_backends  # noqa: PLC0415 - takes half a second, in each process that collects tests

    backend = s3_backends["123456789012"]["aws"]
    backend.create_bucket("pictures", "us-east-1")
    keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "IMAGES_S3": {"endpoint": address}}

    def fill(names: Iterable[str]) -> None:
        for name in names:
            backend.put_object("pictures", f"of/notes/{name}", b"")

    return Place(given | keys | {"IMAGES_STORE": "s3://pictures/of/notes"}, fill)


def service_place(service: S3Service, network: Internet, given: dict[str, Any]) -> Place:
    network.heal()
    service.objects.clear()
    service.refused.clear()
    for host in (service.endpoint, f"*.{service.endpoint}"):
        network.fault(f"https://{host}/*", service.answer, times=inf)
    table = {"endpoint": f"https://{service.endpoint}"}
    if service.style == "domain":
        table |= {"addressing": "domain", "region": service.region}
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "IMAGES_S3": table}
    store = {"IMAGES_STORE": f"s3://{BUCKET}/of/notes"}
    return Place(
        given | keys | store, lambda names: service.fill(f"of/notes/{name}" for name in names), service=service
    )


def listed_anew(store: ImageStore) -> list[str]:
    """Return the names that the next run finds."""
    store.disconnect()
    store.connect()
    return list(store.list())


def test_every_store_does_the_same(place: Place) -> None:
    store = place.open()
    store.connect()
    assert store.unavailable_reason is None
    assert (store.has(NAME), list(store.list())) == (False, [])
    for _ in range(2):
        store.put(NAME, BODY, "image/png")
    other = named(b"<svg/>", "svg")
    store.put(other, b"<svg/>", "image/svg+xml")
    assert (store.has(NAME), store.open(NAME), store.size(NAME)) == (True, BODY, len(BODY))
    assert list(store.list()) == listed_anew(store) == sorted([NAME, other])
    store.forget(NAME)
    store.put(NAME, b"damaged", "image/png")
    store.forget(NAME)
    store.put(NAME, BODY, "image/png")
    assert store.open(NAME) == BODY
    for _ in range(2):
        store.discard(NAME, TODAY)
    store.discard(other, BEFORE)
    assert list(store.list()) == listed_anew(store) == []
    assert list(store.discarded()) == [(BEFORE, other), (TODAY, NAME)]
    with pytest.raises(ImageStoreError):
        store.open(NAME)
    store.restore(NAME, TODAY)
    assert (list(store.list()), store.open(NAME)) == ([NAME], BODY)
    assert listed_anew(store) == [NAME]
    for day, name in list(store.discarded()):
        store.delete_discarded(name, day)
    assert list(store.discarded()) == []


@pytest.mark.parametrize("place", OF_EACH_SORT, indirect=True)
def test_what_is_sent_says_what_it_is(place: Place) -> None:
    """Type and time to live, also of what was in the trash: both are of the name, whatever the bytes are."""
    store = place.open()
    store.put(NAME, b"no image", "image/png")
    store.discard(NAME, TODAY)
    store.restore(NAME, TODAY)
    assert store.open(NAME) == b"no image"
    if place.service is not None:
        (stored,) = place.service.objects.values()
        assert (stored.media_type, stored.cache_control) == ("image/png", "public, max-age=31536000, immutable")
        assert place.service.refused == []


@pytest.mark.parametrize("place", sampled(OF_EACH_SORT), indirect=True)
def test_more_names_than_a_page_has(place: Place) -> None:
    names = [f"{digest[:2]}/{digest}.png" for digest in (sha256(b"%d" % each).hexdigest() for each in range(MANY))]
    few = names[:3]
    place.fill([*names, *(f"{TRASH}/{TODAY}/{name}" for name in few), "note.txt", "ab/other.png"])
    store = place.open()
    if store.public_url(NAME, Path()) is not None:  # PicGo would upload them
        store.connect()
    assert list(store.list()) == sorted(names)
    assert list(store.discarded()) == [(TODAY, name) for name in sorted(few)]


@pytest.mark.parametrize("place", OF_EACH_SORT, indirect=True)
def test_where_notes_show_an_image(place: Place) -> None:
    store = place.open()
    store.put(NAME, BODY, "image/png")
    shown = store.public_url(NAME, Path("output/notes/2022"))
    is_picgo = place.settings.get("IMAGES_STORE", "").startswith("picgo")
    assert shown == (f"{BED}/0000.png?v=1&w=2" if is_picgo else f"{BASE}/{NAME}")
    assert shown is not None
    assert store.is_own_url(shown)
    assert not store.is_own_url("https://elsewhere.example.com/x.png")


@pytest.mark.parametrize("place", ["ftp", "webdav", "oss"], indirect=True)
def test_a_server_that_is_gone_is_told_in_one_line(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    location = place.settings.get("IMAGES_STORE", "")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    nowhere = f"127.0.0.1:{free_port()}"
    settings = place.settings | {"IMAGES_S3": {"endpoint": f"http://{nowhere}"}}
    if not location.startswith("s3"):
        scheme, _, rest = location.partition("://")
        settings["IMAGES_STORE"] = f"{scheme}://{nowhere}/{rest.partition('/')[2]}"
    store = place.open(**settings)
    store.connect()
    assert store.unavailable_reason is not None
    assert store.problem == f"IMAGES_STORE: {store.unavailable_reason}"
    assert "\n" not in store.problem
    assert len(store.problem) < 500
    assert not {"secret", SECRET, PASSWORD} & set(store.problem.split())


def test_a_server_that_sends_a_byte_now_and_then_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "ANSWER_SECONDS", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as server, closing(LinkStore.open("sqlite://")) as uploads:
        Thread(target=drip, args=(server,), daemon=True).start()
        settings = {"IMAGES_STORE": f"dav://127.0.0.1:{server.getsockname()[1]}/images", "IMAGES_BASE_URL": BASE}
        store = open_image_store(project_options(**settings).images, uploads)
        with closing(store), pytest.raises(ImageStoreError, match="no answer within 0 s"):
            store.open(NAME)


@pytest.mark.parametrize("place", ["moto", "ftp", "webdav", *sampled(list(SERVICES))], indirect=True)
def test_a_file_larger_than_any_image_is_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MORE_BYTES", 1_000)
    store = place.open(IMAGES_MAX_MB=2, VIDEOS_MAX_MB=1)
    store.put(NAME, bytes(2_001_001), "image/png")
    with pytest.raises(ImageStoreError, match=r": answer larger than 2 MB; if an image is, raise IMAGES_MAX_MB$"):
        store.open(NAME)
    store.forget(NAME)
    store.put(NAME, bytes(2_001_000), "image/png")
    assert store.open(NAME) == bytes(2_001_000)


@pytest.mark.parametrize("place", ["moto", "ftp", "webdav"], indirect=True)
def test_a_list_larger_than_an_answer_may_be_is_not_read(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MORE_BYTES", 0)
    place.fill(f"ab/ab{number:062x}.png" for number in range(300))
    store = place.open(IMAGES_MAX_MB=0.01, VIDEOS_MAX_MB=0.01)
    store.connect()
    assert "answer larger than 0 MB" in str(store.unavailable_reason)


LINE = b"220-x\r\n"
ENDLESS = [
    ("dav://{}/images", b"HTTP/1.1 200 OK\r\n\r\n"),
    ("dav://{}/images", b"HTTP/1.1 500 Error\r\n\r\n"),
    ("s3://pictures", b"HTTP/1.1 200 OK\r\n\r\n"),
    ("s3://pictures", b"HTTP/1.1 500 Error\r\n\r\n"),
    ("ftp://{}", LINE),
    ("gs://pictures", b"HTTP/1.1 200 OK\r\n\r\n"),
    ("gs://pictures", b"HTTP/1.1 400 Error\r\n\r\n"),
]


@pytest.mark.parametrize(("location", "head"), ENDLESS)
def test_an_answer_without_an_end_is_not_read(location: str, head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "MORE_BYTES", 1_000)
    with answering_store(location, head, monkeypatch) as store:
        with pytest.raises(ImageStoreError, match="answer larger than 1 MB"):
            store.open(NAME)
        store.connect()
        assert "answer larger than 1 MB" in str(store.unavailable_reason)


def test_a_list_that_breaks_off_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with answering_store("s3://pictures", head, monkeypatch, is_endless=False) as store:
        store.connect()
        assert "Connection was closed before we received a valid response" in str(store.problem)
        assert "\n" not in str(store.problem)


def test_an_answer_is_not_decompressed(monkeypatch: pytest.MonkeyPatch) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
    expected = pytest.raises(ImageStoreError, match="compressed answer, which was not asked for")
    with answering_store("dav://{}/images", head, monkeypatch) as store, expected:
        store.open(NAME)


@contextmanager
def answering_store(
    location: str, head: bytes, monkeypatch: pytest.MonkeyPatch, *, is_endless: bool = True
) -> Iterator[ImageStore]:
    """Open a store whose server answers everything with a head and lines, by default without an end."""
    if location.startswith("gs"):
        pytest.importorskip("google.cloud.storage", reason="its client is not installed with the others")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with closing(socket.create_server(("127.0.0.1", 0))) as server, closing(LinkStore.open("sqlite://")) as uploads:
        answer = partial(answer_all, server, head, is_endless=is_endless)
        Thread(target=answer, daemon=True).start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{address}")
        keys = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s", "IMAGES_S3": {"endpoint": f"http://{address}"}}
        limits = {"IMAGES_MAX_MB": 1, "VIDEOS_MAX_MB": 1, "IMAGES_BASE_URL": BASE, "GCS_PROJECT_ID": "p"}
        settings = {"IMAGES_STORE": location.format(address), **keys, **limits}
        with closing(open_image_store(project_options(**settings).images, uploads)) as store:
            yield store


def answer_all(server: socket.socket, head: bytes, *, is_endless: bool) -> None:
    """Answer each connection with a head and lines, by HTTP or FTP, until the client is gone if they have no end."""
    with suppress(OSError):  # the server is closed
        while True:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                if head.startswith(b"HTTP"):
                    connection.recv(65536)
                connection.sendall(head + LINE)
                while is_endless:
                    connection.sendall(LINE * 10_000)


def drip(server: socket.socket) -> None:
    """Answer one request with a byte every fiftieth of a second, until the client is gone."""
    with suppress(OSError), server.accept()[0] as connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            connection.sendall(b"x")
            connection.settimeout(0.02)
            with suppress(TimeoutError):
                connection.recv(1)
