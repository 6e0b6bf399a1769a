"""Joins a realm with python3-autobahn on asyncio, over WebSocket or RawSocket."""

import asyncio
import urllib.parse

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory, WampRawSocketClientProtocol
from autobahn.asyncio.wamp import ApplicationSession
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp.serializer import CBORSerializer, JsonSerializer, MsgPackSerializer
from autobahn.wamp.types import ComponentConfig

SERIALIZERS = {"json": JsonSerializer, "msgpack": MsgPackSerializer, "cbor": CBORSerializer}


def offer(serializer):
    """The serializers for a name such as `json` or `json.batched`; None, the library's own list, for `default`."""
    if serializer == "default":
        return None
    name, _, variant = serializer.partition(".")
    return [SERIALIZERS[name](batched=variant == "batched")]


class RawSocketProtocol(WampRawSocketClientProtocol):
    """The library's session asks its transport for this, which version 22.7.1 has only under its private name here."""

    @property
    def transport_details(self):
        return self._transport_details


class Session(ApplicationSession):
    """A session that tells by futures when it joined and why it ended."""

    def __init__(self, realm):
        super().__init__(ComponentConfig(realm=realm))
        loop = asyncio.get_running_loop()
        self.joined = loop.create_future()
        self.left = loop.create_future()

    def onJoin(self, details):
        self.joined.set_result(details)

    def onLeave(self, details):
        if not self.left.done():
            self.left.set_result(details.reason)
        super().onLeave(details)

    def onDisconnect(self):
        if not self.left.done():
            self.left.set_result("lost")

    async def run(self, work):
        """The outcome of `work`, or a failure when the session ends before it."""
        task = asyncio.ensure_future(work)
        await asyncio.wait([task, self.left], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            task.cancel()
            raise AssertionError(f"the session ended early: {self.left.result()}")
        return task.result()

    async def leave_realm(self):
        """Says GOODBYE and gives the reason of the router's GOODBYE."""
        self.leave()
        return await self.left


async def connect(url, serializer, realm):
    """Opens a session at ws://HOST:PORT/PATH, or tcp://HOST:PORT for RawSocket."""
    address = urllib.parse.urlsplit(url)
    session = Session(realm)
    offered = offer(serializer)
    if address.scheme == "tcp":
        factory = WampRawSocketClientFactory(session, serializer=offered[0])
        factory.protocol = RawSocketProtocol
    else:
        factory = WampWebSocketClientFactory(session, url=url, serializers=offered)
    await asyncio.get_running_loop().create_connection(factory, address.hostname, address.port)
    return session, await session.run(session.joined)
