"""A bucket of S3 as a channel: `s3://bucket/prefix`, below it a folder for each sender.

Nothing is removed: the journal remembers what was taken, and old objects are the bucket's own lifecycle rule's.
Credentials come as the library finds them: environment, profile, or the machine's own role.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from warehouse.channels.address import Address
from warehouse.channels.channel import Changed, Cut, Denied, Found, Taken, Unreachable, quieten
from warehouse.channels.names import arrival_mark, sorted_name

quieten("boto3", "botocore", "s3transfer", "urllib3")
CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    request_checksum_calculation="when_required",  # other makers' servers refuse the newer checksums
    retries={"mode": "standard", "total_max_attempts": 5},  # pauses of its own, at most 20 s each
)
GONE = {"PreconditionFailed", "NoSuchKey", "NoSuchVersion", "404", "412"}
DENIED = {"AccessDenied", "InvalidObjectState", "403"}  # one object: another's, or in cold storage
NOBODY = {
    "ExpiredToken": "срок временного ключа истёк",
    "InvalidAccessKeyId": "такого ключа хранилище не знает",
    "InvalidToken": "временный ключ не принят",
    "SignatureDoesNotMatch": "секретный ключ не подходит",
    "RequestTimeTooSkewed": "часы этой машины расходятся с часами хранилища",
    "NoSuchBucket": "такого хранилища (bucket) нет",
    "AllAccessDisabled": "доступ закрыт",
}


@dataclass(frozen=True)
class Object:
    """One object of a bucket, as it was listed."""

    bucket: Bucket = field(repr=False)
    key: str
    etag: str
    size: int
    folder: str
    modified_ns: int
    arrival: str

    @property
    def channel(self) -> str:
        return self.bucket.name

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """Open the object of the listed ETag; the library counts its bytes against their announced number."""
        try:
            answer = self.bucket.client.get_object(Bucket=self.bucket.address.host, Key=self.key, IfMatch=self.etag)
        except ClientError as error:
            raise _meaning(error) from None
        except BotoCoreError:
            raise Cut from None
        with closing(answer["Body"]) as body:  # entered itself, it gives a stream whose bytes nobody counts
            if answer["ETag"] != self.etag or answer["ContentLength"] != self.size:
                raise Changed  # a server that does not know the condition
            yield io.BufferedReader(_Body(body))

    def done(self, sha256: str) -> None:
        """Leave it where it is."""


class _Body(io.RawIOBase):
    """The bytes of an answer; one that ends too early is Cut."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            chunk = self._body.read(len(buffer))
        except BotoCoreError:
            raise Cut from None
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _meaning(error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    if code in NOBODY:
        return Unreachable(f"{NOBODY[code]}.")
    return Changed() if code in GONE else Denied() if code in DENIED else Cut()


@dataclass(frozen=True)
class Bucket:
    """The objects of a bucket below a prefix."""

    address: Address

    @property
    def name(self) -> str:
        return str(self.address)

    @cached_property
    def client(self) -> Any:
        """The connection, made by its first use."""
        options, config = self.address.options, CONFIG
        if "endpoint" in options:
            config = CONFIG.merge(Config(s3={"addressing_style": "path"}))  # what every maker of servers knows
        session = boto3.Session(profile_name=options.get("profile"), region_name=options.get("region"))
        return session.client("s3", endpoint_url=options.get("endpoint"), config=config)

    @property
    def _prefix(self) -> str:
        return f"{path}/" if (path := self.address.path.strip("/")) else ""

    def look(self, taken: Taken, settle_seconds: float) -> Found:
        """List the objects, a thousand a request; an object is whole as soon as it is there."""
        objects: list[Object] = []
        odd = 0
        for listed in self._listed():
            told = sorted_name(listed["Key"].removeprefix(self._prefix))
            odd += told.odd
            if told.folder is not None:
                objects.append(self._object(listed, told.folder))
        objects.sort(key=lambda one: (one.modified_ns, one.key))
        before = taken.intersection(one.arrival for one in objects)
        ready = [one for one in objects if one.arrival not in before]
        return Found(ready, [one for one in objects if one.arrival in before], odd=odd)

    def _listed(self) -> Iterator[dict[str, Any]]:
        try:
            pages = self.client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.address.host, Prefix=self._prefix):
                yield from page.get("Contents", ())
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise Unreachable(f"{NOBODY.get(code, f'хранилище ответило отказом {code}')}.") from None
        except BotoCoreError as error:
            raise Unreachable(f"хранилище не отвечает или не дан ключ доступа ({type(error).__name__}).") from None

    def _object(self, listed: dict[str, Any], folder: str) -> Object:
        modified = int(listed["LastModified"].timestamp() * 1e9)
        marks = ("s3", self.address.host, listed["Key"], listed["ETag"], listed["Size"], modified)
        return Object(self, listed["Key"], listed["ETag"], listed["Size"], folder, modified, arrival_mark(*marks))

    def put(self, name: str, content: bytes) -> None:
        """Put an object; readers see the former one or this one."""
        try:
            self.client.put_object(Bucket=self.address.host, Key=self._prefix + name, Body=content)
        except ClientError as error:
            raise _meaning(error) from None
        except BotoCoreError as error:
            raise Cut(f"хранилище не отвечает ({type(error).__name__}).") from None

    def close(self) -> None:
        """End the connections where any were made."""
        if "client" in self.__dict__:
            self.client.close()
