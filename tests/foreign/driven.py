"""Sessions of python3-autobahn that a test drives: any number in one process, each told what to do.

    /usr/bin/python3 driven.py

A line of standard input is a request, {"session": NAME, "request": NUMBER, "do": VERB, ...}, and has one answer:
{"session", "request", "value"}, or {"session", "request", "error": {"uri", "args", "kwargs"}} for an ERROR of the router.
What comes unasked is a line of its own: event, invocation, interrupted, progress, left.
"""

import asyncio
import json
import sys
import traceback

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallOptions, CallResult, PublishOptions, RegisterOptions, SubscribeOptions

from connection import connect


class Driven:
    """A session; its methods are the verbs."""

    def __init__(self, report):
        self.report = report
        self.session = None
        self.subscriptions = {}
        self.registrations = {}
        self.calls = {}
        self.invocations = []

    async def connect(self, url, serializer, realm, **_):
        self.session, details = await connect(url, serializer, realm)
        self.session.left.add_done_callback(lambda left: self.report(left={"reason": left.result()}))
        return {"session": details.session, "authid": details.authid}

    async def subscribe(self, uri, options, **_):
        def received(*args, details, **kwargs):
            self.report(event={
                "args": args, "kwargs": kwargs, "subscription": details.subscription.id, "publication": details.publication,
                "topic": details.topic, "publisher": details.publisher, "publisher_authid": details.publisher_authid,
                "retained": bool(details.retained),
            })

        subscription = await self.session.subscribe(received, uri, options=SubscribeOptions(details=True, **options))
        self.subscriptions[subscription.id] = subscription
        return subscription.id

    async def unsubscribe(self, id, **_):
        await self.subscriptions[id].unsubscribe()

    async def publish(self, uri, args, kwargs, options, **_):
        publication = await self.session.publish(uri, *args, options=PublishOptions(acknowledge=True, **options), **kwargs)
        return publication.id

    async def register(self, uri, options, **_):
        registration = await self.session.register(self.invoked, uri, options=RegisterOptions(details=True, **options))
        self.registrations[registration.id] = registration
        return registration.id

    async def unregister(self, id, **_):
        await self.registrations[id].unregister()

    async def call(self, request, uri, args, kwargs, options, **_):
        def progressed(*args, **kwargs):
            self.report(progress={"call": request, "args": args, "kwargs": kwargs})

        on_progress = progressed if options.pop("receive_progress", False) else None
        call = self.session.call(uri, *args, options=CallOptions(on_progress=on_progress, **options), **kwargs)
        self.calls[request] = call
        try:
            return read(await call)
        except asyncio.CancelledError:  # whoever cancels is done at once, in this library; the router's ERROR is not shown
            raise ApplicationError("CancelledError")

    async def cancel(self, call, **_):
        """This library sends CANCEL without a mode."""
        self.calls[call].cancel()

    async def answer(self, invocation, args, kwargs, progress, **_):
        """A progressive result, or the result."""
        reply, details = self.invocations[invocation]
        if progress:
            details.progress(*args, **kwargs)
        else:
            reply.set_result(CallResult(*args, **kwargs))

    async def fail(self, invocation, uri, args, **_):
        reply, _ = self.invocations[invocation]
        reply.set_exception(ApplicationError(uri, *args))

    async def leave(self, **_):
        self.session.leave()

    async def invoked(self, *args, details, **kwargs):
        reply = asyncio.get_running_loop().create_future()
        self.invocations.append((reply, details))
        invocation = len(self.invocations) - 1
        self.report(invocation={
            "args": args, "kwargs": kwargs, "id": invocation, "procedure": details.procedure, "caller": details.caller,
            "caller_authid": details.caller_authid, "progress": details.progress is not None,
        })
        while True:
            try:
                return await asyncio.shield(reply)
            except asyncio.CancelledError:
                if reply.cancelled():
                    raise
                # An INTERRUPT. Let through, it would leave the call without an answer: the library looks for Exception, which this is not.
                self.report(interrupted=invocation)

    def forget(self):
        """Ends the invocations that the test has left unanswered."""
        for reply, _ in self.invocations:
            reply.cancel()


def read(result):
    """The library gives a CallResult only for more than one value."""
    if isinstance(result, CallResult):
        return {"args": result.results, "kwargs": result.kwresults}
    return {"args": [] if result is None else [result], "kwargs": {}}


def report_for(name):
    return lambda **line: print(json.dumps({"session": name, **line}), flush=True)


async def serve(sessions, request):
    name = request.pop("session")
    driven = sessions.setdefault(name, Driven(report_for(name)))
    number = request["request"]
    try:
        driven.report(request=number, value=await getattr(driven, request.pop("do"))(**request))
    except ApplicationError as error:
        driven.report(request=number, error={"uri": error.error, "args": error.args, "kwargs": error.kwargs})
    except Exception:
        driven.report(request=number, failed=traceback.format_exc())


async def main():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sessions = {}
    tasks = set()
    while line := await reader.readline():
        task = asyncio.create_task(serve(sessions, json.loads(line)))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    for driven in sessions.values():
        driven.forget()


asyncio.run(main())
