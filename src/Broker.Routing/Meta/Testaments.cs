using Broker.PubSub;
using Broker.Sessions;

namespace Broker.Meta;

/// <summary>
/// The testaments of one session, in the order in which they were added. Guarded by the session's gate until the session has ended. Sessions are not resumed
/// here, so both scopes end at once: <c>detached</c> first, then <c>destroyed</c> (TST-04).
/// </summary>
internal sealed class Testaments
{
    private readonly List<Testament> _detached = [];
    private readonly List<Testament> _destroyed = [];

    /// <summary>How many there are.</summary>
    public int Count => _detached.Count + _destroyed.Count;

    /// <summary>About how many bytes they hold.</summary>
    public int Size { get; private set; }

    public void Add(Testament testament, bool isDetached)
    {
        (isDetached ? _detached : _destroyed).Add(testament);
        Size += testament.Size;
    }

    /// <summary>Forgets those of one scope.</summary>
    public void Flush(bool isDetached)
    {
        var scope = isDetached ? _detached : _destroyed;
        Size -= scope.Sum(testament => testament.Size);
        scope.Clear();
    }

    /// <summary>Publishes all that a session that has ended still may publish.</summary>
    public void Publish(BrokerRole broker, Session session)
    {
        foreach (var testament in _detached.Concat(_destroyed))
        {
            broker.Publish(session, testament);
        }
    }
}
