using System.Text;
using Broker.Authorization;
using Broker.Options;
using Broker.Realms;
using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary><c>wamp.session.add_testament</c> and <c>flush_testaments</c> (WAMP specification, "Session Testament").</summary>
internal sealed class TestamentProcedures(Realm realm)
{
    public void AddTo(MetaProcedures procedures)
    {
        procedures.Add("wamp.session.add_testament", Add);
        procedures.Add("wamp.session.flush_testaments", Flush);
    }

    /// <summary>
    /// <c>add_testament(topic, args, kwargs; publish_options, scope)</c> (TST-01). The session must be allowed to publish it by a rule
    /// (TST-07): an authorizer cannot be asked here.
    /// </summary>
    private void Add(scoped in MetaCall call)
    {
        var arguments = call.Arguments;
        if (arguments.Count != 3
            || arguments[0].Text is not { } topicText
            || !(arguments[1].IsAbsent || arguments[1].Type == TokenType.List)
            || !(arguments[2].IsAbsent || arguments[2].Type == TokenType.Dict)
            || !TryGetOptions(call, out var publishOptions)
            || !TryGetScope(call, out var isDetached))
        {
            call.RefuseArguments("topic, args and kwargs and, by keyword, publish_options and scope: detached or destroyed");
            return;
        }

        var topic = Encoding.UTF8.GetBytes(topicText);
        if (realm.Broker.RefusalOf(publishOptions, topic, call.Caller.Decide(RealmAction.Publish, topic)) is { } refusal)
        {
            call.Fail(refusal.Error, refusal.Text);
            return;
        }

        var elements = Elements(call, out var count);
        Keep(call, new Testament(topic, elements, count, publishOptions), isDetached);
    }

    /// <summary><c>flush_testaments(; scope)</c> (TST-02).</summary>
    private void Flush(scoped in MetaCall call)
    {
        if (call.Arguments.Count != 0 || !TryGetScope(call, out var isDetached))
        {
            call.RefuseArguments("nothing but, by keyword, scope: detached or destroyed");
            return;
        }

        lock (call.Caller.Gate)
        {
            call.Caller.Testaments?.Flush(isDetached);
        }

        call.Return();
    }

    private void Keep(scoped in MetaCall call, Testament testament, bool isDetached)
    {
        var options = realm.Options;
        bool isKept;
        lock (call.Caller.Gate)
        {
            if (call.Caller.HasEnded)
            {
                return;
            }

            var kept = call.Caller.Testaments ??= new Testaments();
            isKept = kept.Count < options.MaxTestaments && kept.Size + testament.Size <= options.MaxTestamentBytes;
            if (isKept)
            {
                kept.Add(testament, isDetached);
            }
        }

        if (isKept)
        {
            call.Return();
        }
        else
        {
            realm.Refuse(RefusalReason.TestamentLimit);
            call.Fail(
                ErrorUris.PayloadSizeExceeded, $"A session may leave {options.MaxTestaments} testaments with {options.MaxTestamentBytes} bytes in all.");
        }
    }

    /// <summary>The payload as it will stand in EVENT.</summary>
    private static byte[] Elements(scoped in MetaCall call, out int count)
    {
        var (args, kwargs) = (call.Arguments[1], call.Arguments[2]);
        count = !kwargs.IsAbsent ? 2 : args.IsAbsent ? 0 : 1;
        var serializer = call.Caller.Serializer;
        ReadOnlySpan<byte> first = !args.IsAbsent ? call.Arguments.Encoded(args)
            : count == 0 ? []
            : ValueEncoder.Encode(serializer, new EmptyList());
        return count == 2
            ? [.. first, .. serializer == SerializerKind.Json ? ","u8 : [], .. call.Arguments.Encoded(kwargs)]
            : first.ToArray();
    }

    private static bool TryGetScope(scoped in MetaCall call, out bool isDetached)
    {
        var scope = call.Arguments["scope"];
        isDetached = scope.Text is "detached";
        return scope.IsAbsent || scope.Text is "detached" or "destroyed";
    }

    private static bool TryGetOptions(scoped in MetaCall call, out PublishOptions publishOptions)
    {
        publishOptions = default;
        var argument = call.Arguments["publish_options"];
        if (argument.IsAbsent)
        {
            return true;
        }

        if (argument.Type != TokenType.Dict)
        {
            return false;
        }

        try
        {
            publishOptions = PublishOptions.Parse(call.Caller.Serializer, call.Arguments.Encoded(argument));
            return publishOptions.Passthru?.IsActive != true || call.Caller.Roles.Publisher?.HasFlag(Features.PayloadPassthruMode) == true;
        }
        catch (WampProtocolException)
        {
            return false; // in arguments it is no violation of the protocol
        }
    }

    private readonly struct EmptyList : IEncodable
    {
        public void WriteTo<TWriter>(ref TWriter writer)
            where TWriter : struct, ITokenWriter<TWriter>
        {
            writer.WriteListStart(0);
            writer.WriteListEnd();
        }
    }
}
