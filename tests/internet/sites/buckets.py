"""Hosts of services that are compatible with S3; `tests.support.s3_services` answers where a test opens one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.internet.messages import not_found
from tests.internet.sites import Site

if TYPE_CHECKING:
    from tests.internet.messages import Request, Response
    from tests.internet.world import World

ENDPOINTS = (
    "s3.oss-cn-hangzhou.aliyuncs.com",
    "cos.ap-guangzhou.myqcloud.com",
    "s3.cn-east-1.qiniucs.com",
    "s3.api.upyun.com",
    "0123456789abcdef.r2.cloudflarestorage.com",
    "s3.eu-central-1.amazonaws.com",
    "minio.example.org",
)
BUCKET = "pictures-1250000000"
OWN_DOMAIN = "img.example.org"
BED = "bed.example.org"
"""The host of an image bed, to which PicGo uploads (`tests.support.picgo_server`)."""


def answer(_request: Request, _world: World) -> Response:
    """Answer that nothing is there."""
    return not_found()


HOSTS = (*ENDPOINTS, *(f"{BUCKET}.{endpoint}" for endpoint in ENDPOINTS), OWN_DOMAIN, BED)
SITES = (Site(hosts=HOSTS, answer=answer, robots=""),)
