using System.Text;
using Broker.Client.Authentication;
using Broker.Client.Transports;
using Broker.Messages;
using Broker.Options;

namespace Broker.Client.Sessions;

/// <content>CHALLENGE in the open session: the time for which it was authenticated is nearly over.</content>
internal sealed partial class ClientSession
{
    private int _isReauthenticating;

    /// <summary>Answers on the thread pool: an authenticator may take its time, and what else comes does not wait for it.</summary>
    private void Reauthenticate(scoped in WampMessage message)
    {
        if (Interlocked.Exchange(ref _isReauthenticating, 1) != 0)
        {
            return; // one answer at a time
        }

        var challenge = new AuthenticationChallenge(Encoding.UTF8.GetString(message.Text), Serializer, message.Dict, Contracts);
        _ = Task.Run(() => AnswerAgainAsync(challenge), CancellationToken.None);
    }

    private async Task AnswerAgainAsync(AuthenticationChallenge challenge)
    {
        try
        {
            var answer = await FetchAsync(challenge).ConfigureAwait(false);
            OutboundBatch batch;
            lock (Gate)
            {
                if (!IsOpen)
                {
                    return;
                }

                batch = _outbound.Add(new WampMessage
                {
                    Type = MessageType.Authenticate,
                    Text = Encoding.UTF8.GetBytes(answer.Signature),
                    Dict = answer.Extra is { Count: > 0 } extra ? ExtraDict.Write(Serializer, extra) : [],
                });
            }

            StartFlush(batch);
        }
        catch (Exception e)
        {
            if (!Ended.IsCancellationRequested)
            {
                ReportFailure(Options.Realm, e); // the session goes on until its time is over
            }
        }
    }

    private async Task<AuthenticationAnswer> FetchAsync(AuthenticationChallenge challenge)
    {
        try
        {
            return await _offer.Find(challenge.Method)!.AnswerAsync(challenge, Ended).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _isReauthenticating, 0); // before the router can see the answer, and ask again
        }
    }
}
