"""How a bucket is addressed: by the table of services, by settings, and what is said where that is wrong."""

from __future__ import annotations

import json
import re
from contextlib import closing
from dataclasses import fields
from math import inf
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import UserError
from crawler.images.opening import open_image_store
from crawler.images.stores import IMMUTABLE
from crawler.images.stores.s3_services import SETTING, Connection, S3Options, connection, error_hint, read_options
from crawler.store.link_store import LinkStore
from tests.crawler.images.stores.test_every_store import BASE, BODY, NAME, SERVICES
from tests.internet.sites.buckets import BUCKET
from tests.support.options import project_options
from tests.support.processes import ROOT
from tests.support.s3_services import KEY, SECRET

pytest_plugins = ["tests.internet.fixtures"]

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crawler.images.store import ImageStore
    from tests.internet import Internet

HANGZHOU = "https://s3.oss-cn-hangzhou.aliyuncs.com"


@pytest.mark.parametrize(
    ("endpoint", "region", "addressing"),
    [
        (HANGZHOU, "cn-hangzhou", "virtual"),
        ("https://oss-cn-hangzhou.aliyuncs.com", "cn-hangzhou", "virtual"),
        ("https://s3.oss-ap-southeast-1-internal.aliyuncs.com", "ap-southeast-1", "virtual"),
        ("http://s3.oss-cn-shanghai-internal.aliyuncs.com:80", "cn-shanghai", "virtual"),
        ("https://s3.oss-accelerate.aliyuncs.com", None, "virtual"),
        ("https://cos.accelerate.myqcloud.com", None, "virtual"),
        ("https://cos.ap-guangzhou.myqcloud.com", "ap-guangzhou", "virtual"),
        ("https://cos.na-siliconvalley.tencentcos.cn", "na-siliconvalley", "virtual"),
        ("https://s3.cn-east-1.qiniucs.com", "cn-east-1", "path"),
        ("https://s3-cn-south-1.qiniucs.com", "cn-south-1", "path"),
        ("https://s3.api.upyun.com", "us-east-1", "path"),
        ("https://0123456789abcdef.r2.cloudflarestorage.com", "auto", "path"),
        ("https://0123456789abcdef.eu.r2.cloudflarestorage.com", "auto", "path"),
        ("https://s3.cn-north-1.amazonaws.com.cn", "cn-north-1", "virtual"),
        ("https://minio.example.org:9000", None, "path"),
        ("http://127.0.0.1:9000", None, "path"),
        ("https://s3.oss-cn-hangzhou.aliyuncs.com.example.org", None, "path"),
    ],
)
def test_services(endpoint: str, region: str | None, addressing: str) -> None:
    found = Connection(endpoint, region, addressing)
    for given_endpoint in (endpoint, f"{endpoint}/", f" {endpoint} "):
        options = read_options({"endpoint": given_endpoint})
        assert connection(options, "pictures", {}, {}) == found
    if endpoint.startswith("https://"):
        assert connection(read_options({"endpoint": endpoint[8:]}), "pictures", {}, {}) == found
    assert connection(S3Options(), "pictures", {"AWS_ENDPOINT_URL": endpoint}, {}) == found
    assert connection(S3Options(), "pictures", {}, {"AWS_ENDPOINT_URL": endpoint}) == found
    assert connection(S3Options(), "pictures", {}, {"AWS_ENDPOINT_URL_S3": endpoint, "AWS_ENDPOINT_URL": "x"}) == found
    assert connection(read_options({"endpoint": endpoint}), "pictures", {"AWS_ENDPOINT_URL": "x"}, {}) == found
    asked = read_options({"endpoint": endpoint, "region": "moon-1", "addressing": "auto"})
    assert connection(asked, "pictures", {"AWS_REGION_NAME": "other"}, {}) == Connection(endpoint, "moon-1", "auto")


def test_without_an_endpoint_boto3_chooses() -> None:
    assert connection(S3Options(), "pictures", {}, {}) == Connection(None, None, "auto")
    regional = connection(S3Options(), "pictures", {"AWS_REGION_NAME": "eu-central-1"}, {})
    assert regional == Connection(None, "eu-central-1", "auto")
    assert S3Options().cache_control == IMMUTABLE


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"endpiont": HANGZHOU}, "IMAGES_S3['endpiont']: unknown (valid: endpoint, region, "),
        (
            {"secret_key": "s3cret"},
            "IMAGES_S3['secret_key']: unknown (valid: endpoint, region, addressing, acl, cache_",
        ),
        ({"region": 1}, "IMAGES_S3['region']: not a text: 1"),
        ({"addressing": "host"}, "IMAGES_S3['addressing']: invalid value 'host' (valid: auto, path, virtual, domain)"),
        ({"addressing": "domain"}, "IMAGES_S3['addressing']: 'domain' needs the domain of the bucket as 'endpoint'"),
        ({"endpoint": "ftp://x"}, "IMAGES_S3['endpoint']: no URL: 'ftp://x'"),
        ({"endpoint": "https://"}, "IMAGES_S3['endpoint']: no URL: 'https://'"),
        ({"endpoint": "https://x:y"}, "IMAGES_S3['endpoint']: no URL: 'https://x:y'"),
        ({"endpoint": f"https://{KEY}:s3cret@x"}, "IMAGES_S3['endpoint']: has a login; set AWS_ACCESS_KEY_ID and "),
        (
            {"endpoint": "https://0a.r2.cloudflarestorage.com/pictures"},
            "IMAGES_S3['endpoint']: has a path: 'https://0a.r2.cloudflarestorage.com/pictures'; expected 'https://0a.r2",
        ),
    ],
)
def test_mistakes_in_the_table(table: dict[str, str], said: str) -> None:
    with pytest.raises(UserError) as told:
        project_options(IMAGES_STORE="s3://pictures", IMAGES_BASE_URL=BASE, IMAGES_S3=table)
    assert str(told.value).startswith(said)
    assert "s3cret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_an_endpoint_with_the_bucket_in_it() -> None:
    endpoint = "https://pictures.oss-cn-hangzhou.aliyuncs.com"
    with pytest.raises(UserError, match="expected 'https://oss-cn-hangzhou.aliyuncs.com'$"):
        connection(read_options({"endpoint": endpoint}), "pictures", {}, {})
    domain = read_options({"endpoint": endpoint, "addressing": "domain"})
    assert connection(domain, "pictures", {}, {}).endpoint == endpoint
    # A bucket may be called as an own server is.
    assert connection(read_options({"endpoint": "https://minio.example.org"}), "minio", {}, {}).addressing == "path"


@given(st.dictionaries(st.sampled_from(["endpoint", "region", "addressing", "acl", "x"]), st.text() | st.integers()))
def test_any_table_is_read_or_refused_in_one_line(table: Mapping[str, object]) -> None:
    try:
        options = read_options(table)
        connection(options, "pictures", {}, {})
    except UserError as error:
        said = str(error)
    else:
        said = SETTING
    assert said.startswith(SETTING)
    assert len(said.splitlines()) == 1


def test_no_bucket() -> None:
    with pytest.raises(UserError, match="^IMAGES_STORE: s3:///of: no bucket; expected s3://bucket/folder$"):
        opened("s3:///of")


# --- against a service that refuses what any refuses ------------------------------------------------------------------


def opened(location: str, **settings: object) -> ImageStore:
    keys = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}
    options = project_options(**keys | {"IMAGES_STORE": location, "IMAGES_BASE_URL": BASE, **settings})
    with closing(LinkStore.open("sqlite://")) as store:
        return open_image_store(options.images, store)


@pytest.fixture
def oss(online: Internet, monkeypatch: pytest.MonkeyPatch) -> Internet:
    service = SERVICES["oss"]
    service.refused.clear()
    monkeypatch.setenv("AWS_CA_BUNDLE", str(online.ca_bundle))
    online.fault("https://*oss-cn-hangzhou.aliyuncs.com/*", service.answer, times=inf)
    return online


def test_what_boto3_sends_by_default_is_refused(oss: Internet) -> None:
    """The service of the tests is as strict as it says."""
    refused = []
    for style in ("virtual", "path"):
        for checksum in ("when_supported", "when_required"):
            config = Config(s3={"addressing_style": style}, request_checksum_calculation=checksum)
            keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET}
            client = boto3.client("s3", endpoint_url=HANGZHOU, region_name="cn-hangzhou", config=config, **keys)
            try:
                client.put_object(Bucket=BUCKET, Key="a.png", Body=BODY)
            except ClientError as error:
                refused.append((style, checksum, error.response["Error"]["Code"]))
            client.close()
    assert refused == [
        ("virtual", "when_supported", "InvalidArgument"),
        ("path", "when_supported", "InvalidArgument"),
        ("path", "when_required", "SecondLevelDomainForbidden"),
    ]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wr0ng"}, "SignatureDoesNotMatch"),
        ({"AWS_ACCESS_KEY_ID": "wr0ng"}, "InvalidAccessKeyId"),
        ({"IMAGES_S3": {"endpoint": HANGZHOU, "region": "cn-beijing"}}, "AuthorizationHeaderMalformed"),
        ({"IMAGES_S3": {"endpoint": HANGZHOU, "addressing": "path"}}, "SecondLevelDomainForbidden"),
    ],
)
def test_what_to_change_is_said(oss: Internet, settings: dict[str, object], said: str) -> None:
    store = opened(f"s3://{BUCKET}", **{"IMAGES_S3": {"endpoint": HANGZHOU}} | settings)
    store.connect()
    assert store.problem is not None
    assert store.problem.startswith(f"IMAGES_STORE: s3://{BUCKET}: An error occurred ({said}) when")
    assert store.problem.endswith(f"; {error_hint(said)}")
    assert "wr0ng" not in store.problem
    store.close()


def test_an_acl_is_sent_only_if_asked_for(oss: Internet) -> None:
    for acl, sent in (("", None), ("private", None), ("public-read", "public-read")):
        oss.forget()
        table = {"endpoint": HANGZHOU, "acl": acl, "cache_control": "no-cache"}
        store = opened(f"s3://{BUCKET}", IMAGES_S3=table)
        store.connect()
        if sent is None:
            store.put(NAME, BODY, "image/png")
        else:
            with pytest.raises(Exception, match="NotImplemented"):
                store.put(NAME, BODY, "image/png")
        (request,) = (each for each in oss.requests if each.method == "PUT")
        assert (request.headers.get("x-amz-acl"), request.headers["cache-control"]) == (sent, "no-cache")
        SERVICES["oss"].objects.clear()
        store.close()


@pytest.mark.parametrize("page", ["docs/how-to/image-services.md", "docs/zh-CN/how-to/image-services.md"])
def test_the_settings_in_the_documents(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    tables = [json.loads(each) for each in re.findall(r"IMAGES_S3=(\{.*\})'", text)]
    buckets = re.findall(r"IMAGES_STORE=s3://([^/\s]+)/images", text)
    found = [
        (each.addressing, each.region)
        for each in (
            connection(read_options(table), bucket, {}, {}) for table, bucket in zip(tables, buckets, strict=True)
        )
    ]
    assert found == [
        ("virtual", "cn-hangzhou"),
        ("virtual", "cn-hangzhou"),
        ("domain", "cn-hangzhou"),
        ("virtual", "ap-guangzhou"),
        ("path", "cn-east-1"),
        ("path", "us-east-1"),
        ("path", "auto"),
        ("path", None),
        ("auto", "eu-central-1"),
    ]
    assert all(f"`{each.name}`" in text for each in fields(S3Options))
