"""A WAMP peer that is not ours: python3-autobahn, driven by the end-to-end tests.

    /usr/bin/python3 peer.py URL SERIALIZER REALM SCENARIO [ARGUMENT...]

URL is ws://HOST:PORT/PATH, or tcp://HOST:PORT for RawSocket. What the peer sees is printed as one JSON object per
line; the exit code is 0 when the scenario held.
"""

import asyncio
import json
import sys
import traceback

from connection import connect
from scenarios import SCENARIOS


def report(**line):
    print(json.dumps(line), flush=True)


async def main(url, serializer, realm, name, *args):
    session, details = await connect(url, serializer, realm)
    spoken = session._transport._serializer.SERIALIZER_ID
    report(joined={"session": details.session, "realm": details.realm, "protocol": f"wamp.2.{spoken}"})
    reason = await SCENARIOS[name](session, report, *args)
    report(left={"reason": reason})
    report(done=True)


try:
    asyncio.run(main(*sys.argv[1:]))
except Exception:
    report(failed=traceback.format_exc())
    sys.exit(1)
