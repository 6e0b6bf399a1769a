using Broker.Messages;
using Broker.Options;
using Broker.Serialization;
using Broker.Sessions;

namespace Broker.PubSub;

/// <summary>
/// A publication that outlives its PUBLISH, for retention and history: copies of its bytes, in the publisher's serializer, to be transcoded when somebody
/// of another one asks for them.
/// </summary>
internal sealed class StoredPublication
{
    /// <summary>In the place of a length: the serializer cannot express it.</summary>
    public const int Inexpressible = -1;

    private const int Overhead = 320; // of this object and its place in a store, about
    private const int Forms = 4;
    private const int Serializers = 3;
    private readonly byte[] _topic;
    private readonly byte[] _elements;
    private readonly int _elementCount;
    private readonly SerializerKind _serializer;
    private readonly EventDetails _details;
    private readonly bool _hasDetails;
    private readonly BlackWhiteLists? _lists;
    private readonly long _excludedSessionId; // the publisher's, unless it wants its own events; otherwise 0
    private bool _isDispatched;
    private int[]? _knownLengths; // null until somebody asks for it

    public StoredPublication(scoped in Publication publication, DateTimeOffset timestamp)
    {
        Id = publication.Id;
        Timestamp = Rfc3339.Truncate(timestamp);
        _topic = publication.Topic.ToArray();
        _elements = publication.Payload.Elements.ToArray();
        _elementCount = publication.Payload.Count;
        _serializer = publication.Serializer;
        _details = publication.Details;
        _hasDetails = publication.HasDetails;
        _lists = publication.Lists;
        _excludedSessionId = publication.IncludesPublisher ? 0 : publication.Publisher?.Id ?? 0;
        Length = _topic.Length + _elements.Length + _details.Size + (_lists?.Size ?? 0);
    }

    /// <summary>The publication id.</summary>
    public long Id { get; }

    /// <summary>When the router took it, as precisely as it is told to clients, so that they can name it in a filter.</summary>
    public DateTimeOffset Timestamp { get; }

    /// <summary>The bytes of its topic and payload, and about those of its options: all that the publisher chooses.</summary>
    public int Length { get; }

    /// <summary>About how many bytes it holds.</summary>
    public int Size => Overhead + Length;

    /// <summary>The topic in UTF-8.</summary>
    public ReadOnlySpan<byte> Topic => _topic;

    /// <summary>Whether it is for some only.</summary>
    public bool IsRestricted => _lists is not null;

    /// <summary>Whether the subscribers of its moment have all been served: until then one that comes late might get it twice (RACE-15).</summary>
    public bool IsDispatched
    {
        get => Volatile.Read(ref _isDispatched);
        set => Volatile.Write(ref _isDispatched, value);
    }

    /// <summary>
    /// A place for what somebody has found out about its length in a serializer and a form, lest it be found out again and again by those who cannot get it:
    /// <see cref="Inexpressible"/>, or 0 as long as nothing is known. Two threads may write to it at once: they find out the same.
    /// </summary>
    public ref int KnownLength(SerializerKind serializer, StoredForm form)
    {
        var lengths = _knownLengths ??= new int[Forms * Serializers];
        return ref lengths[((int)form * Serializers) + (int)serializer];
    }

    /// <summary>Whether a session may get it as a retained event (RET-06).</summary>
    public bool Admit(Session session) => session.Id != _excludedSessionId && _lists?.Admit(session) != false;

    /// <summary>Whether somebody of this identity may find it in a history (HIS-12, HIS-16).</summary>
    public bool Admit(SessionIdentity identity) => _lists?.Admit(identity) != false;

    /// <summary>The publication again; its bytes are this object's.</summary>
    public Publication ToPublication() => new(in _details)
    {
        Id = Id,
        Serializer = _serializer,
        Topic = _topic,
        Payload = new Payload(_elements, _elementCount),
        HasDetails = _hasDetails,
    };
}
