"""Logs in with python3-autobahn, for the end-to-end tests.

    /usr/bin/python3 login.py URL SERIALIZER REALM METHOD AUTHID SECRET [AUTHROLE]

METHOD is ticket, wampcra or cryptosign, whose SECRET is the private key in hex; AUTHID may be empty. Prints one JSON
object: what WELCOME told, or the reason why there was none.
"""

import asyncio
import json
import sys
import urllib.parse

from autobahn.asyncio.rawsocket import WampRawSocketClientFactory
from autobahn.asyncio.websocket import WampWebSocketClientFactory
from autobahn.wamp.auth import create_authenticator

import connection

SECRETS = {"ticket": "ticket", "wampcra": "secret", "cryptosign": "privkey"}


class LoginSession(connection.Session):
    def __init__(self, realm, method, authid, secret, authrole):
        super().__init__(realm)
        arguments = {"authid": authid} if authid else {}
        self._login = create_authenticator(method, **{SECRETS[method]: secret}, **arguments)
        self._hello = {"authmethods": [method], "authid": authid or None, "authrole": authrole}

    def onConnect(self):
        self.join(self.config.realm, authextra=self._login.authextra, **self._hello)

    def onChallenge(self, challenge):
        return self._login.on_challenge(self, challenge)


async def main(url, serializer, realm, method, authid, secret, authrole=None):
    address = urllib.parse.urlsplit(url)
    session = LoginSession(realm, method, authid, secret, authrole)
    offered = connection.offer(serializer)
    if address.scheme == "tcp":
        factory = WampRawSocketClientFactory(session, serializer=offered[0])
        factory.protocol = connection.RawSocketProtocol
    else:
        factory = WampWebSocketClientFactory(session, url=url, serializers=offered)
    await asyncio.get_running_loop().create_connection(factory, address.hostname, address.port)
    await asyncio.wait([session.joined, session.left], return_when=asyncio.FIRST_COMPLETED)
    if session.joined.done():
        details = session.joined.result()
        print(json.dumps({"authid": details.authid, "authrole": details.authrole, "authmethod": details.authmethod,
                          "authprovider": details.authprovider}), flush=True)
        await session.leave_realm()
    else:
        print(json.dumps({"reason": session.left.result()}), flush=True)


asyncio.run(main(*sys.argv[1:]))
