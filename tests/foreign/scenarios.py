"""What a peer can be told to do.

A scenario gets the joined session, `report` for its lines and its arguments; it asserts what it sees, leaves the
realm and returns why the session ended.
"""

import asyncio
import sys

from autobahn.wamp.exception import ApplicationError
from autobahn.wamp.types import CallResult, PublishOptions, SubscribeOptions

from payload import ARGS, KWARGS, WIDE_INTEGERS, assert_same, assert_sample, from_wire

REFUSED = "com.example.error.refused"


async def all_roles(session, report, prefix):
    """All four roles in one session."""
    await session.run(subscribe_and_publish(session, report, f"{prefix}.topic"))
    await session.run(register_and_call(session, report, f"{prefix}.procedure"))
    return await session.leave_realm()


async def subscribe_and_publish(session, report, topic):
    event = asyncio.get_running_loop().create_future()

    def received(*args, details=None, **kwargs):
        event.set_result((args, kwargs, details))

    subscription = await session.subscribe(received, topic, options=SubscribeOptions(details=True))
    report(check="SUBSCRIBED")

    options = PublishOptions(acknowledge=True, exclude_me=False)
    publication = await session.publish(topic, *ARGS, options=options, **KWARGS)
    report(check="PUBLISHED")

    args, kwargs, details = await event
    assert_sample(args, kwargs)
    assert details.publication == publication.id, "EVENT and PUBLISHED name the same publication"
    report(event={"args": from_wire(args), "kwargs": from_wire(kwargs)})

    await subscription.unsubscribe()
    report(check="UNSUBSCRIBED")


async def register_and_call(session, report, procedure):
    registration = await session.register(echo, procedure)
    report(check="REGISTERED")

    result = await session.call(procedure, *ARGS, **KWARGS)
    assert_sample(result.results, result.kwresults)
    report(result={"args": from_wire(result.results), "kwargs": from_wire(result.kwresults)})

    assert await session.call(procedure) is None, "a RESULT without arguments"
    assert await session.call(procedure, "one") == "one", "a RESULT with one argument"
    wide = await session.call(procedure, *WIDE_INTEGERS)
    assert_same(list(wide.results), WIDE_INTEGERS, "wide integers")

    await assert_refused(session, procedure, report)
    await assert_error(session.register(echo, procedure), "wamp.error.procedure_already_exists", report)
    await assert_error(session.call(f"{procedure}.unknown"), "wamp.error.no_such_procedure", report)

    await registration.unregister()
    report(check="UNREGISTERED")
    await assert_error(session.call(procedure), "wamp.error.no_such_procedure", report)


async def subscriber(session, report, topic, count):
    """Subscribes to TOPIC and expects COUNT events in order, each with its number before the sample."""
    finished = asyncio.get_running_loop().create_future()
    expected = iter(range(int(count)))

    def received(*args, **kwargs):
        try:
            number = next(expected)
            assert args[0] == number, f"events of one publisher arrive in order: {args[0]} is not {number}"
            assert_sample(args, kwargs, skip=1)
            report(event={"args": from_wire(args), "kwargs": from_wire(kwargs)})
            if number == int(count) - 1:
                finished.set_result(None)
        except Exception as error:  # the library would only log it
            if not finished.done():
                finished.set_exception(error)

    await session.subscribe(received, topic)
    report(ready=True)
    await session.run(finished)
    return await session.leave_realm()


async def publisher(session, report, topic, count):
    """Publishes COUNT events to TOPIC without waiting in between, then waits for all acknowledgements."""
    options = PublishOptions(acknowledge=True)
    published = [session.publish(topic, number, *ARGS, options=options, **KWARGS) for number in range(int(count))]
    publications = await session.run(asyncio.gather(*published))
    assert len({publication.id for publication in publications}) == int(count), "publication ids differ"
    report(published=int(count))
    return await session.leave_realm()


async def callee(session, report, procedure):
    """Registers PROCEDURE, which returns its arguments or refuses, until standard input ends."""
    registration = await session.register(echo, procedure)
    report(ready=True)
    await session.run(standard_input_ends())
    await session.run(registration.unregister())
    return await session.leave_realm()


async def caller(session, report, procedure, count):
    """Calls PROCEDURE COUNT times without waiting in between, and once so that it refuses."""
    calls = [session.call(procedure, number, *ARGS, **KWARGS) for number in range(int(count))]
    for number, result in enumerate(await session.run(asyncio.gather(*calls))):
        assert result.results[0] == number, "a RESULT belongs to its CALL"
        assert_sample(result.results, result.kwresults, skip=1)
        report(result={"args": from_wire(result.results), "kwargs": from_wire(result.kwresults)})
    await session.run(assert_refused(session, procedure, report))
    return await session.leave_realm()


async def leave(session, report):
    """Leaves the realm at once."""
    report(ready=True)
    return await session.leave_realm()


async def stay(session, report):
    """Stays until the router ends the session."""
    report(ready=True)
    return await session.left


def echo(*args, **kwargs):
    """Sends back what it is called with; with the keyword argument `refuse` it raises an application error."""
    if "refuse" in kwargs:
        raise ApplicationError(REFUSED, *args, because=kwargs["refuse"])
    return CallResult(*args, **kwargs)


async def assert_refused(session, procedure, report):
    error = await assert_error(session.call(procedure, "sorry", 42, refuse="because"), REFUSED, report)
    assert list(error.args) == ["sorry", 42], error.args
    assert error.kwargs == {"because": "because"}, error.kwargs


async def assert_error(request, uri, report):
    try:
        await request
    except ApplicationError as error:
        assert error.error == uri, f"{error.error} is not {uri}"
        report(error={"uri": error.error, "args": from_wire(error.args), "kwargs": from_wire(error.kwargs)})
        return error
    raise AssertionError(f"expected {uri}, and the request succeeded")


async def standard_input_ends():
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


SCENARIOS = {
    "all-roles": all_roles,
    "subscriber": subscriber,
    "publisher": publisher,
    "callee": callee,
    "caller": caller,
    "leave": leave,
    "stay": stay,
}
