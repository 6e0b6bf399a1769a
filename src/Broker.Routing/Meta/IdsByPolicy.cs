using Broker.Serialization;
using Broker.Uris;

namespace Broker.Meta;

/// <summary>The ids of registrations or subscriptions as <c>list</c> gives them: <c>{exact, prefix, wildcard}</c>, all three keys always (RME-06).</summary>
internal sealed class IdsByPolicy : IEncodable
{
    private readonly List<long> _exact = [];
    private readonly List<long> _prefix = [];
    private readonly List<long> _wildcard = [];

    public void Add(MatchPolicy match, long id) => (match switch
    {
        MatchPolicy.Prefix => _prefix,
        MatchPolicy.Wildcard => _wildcard,
        _ => _exact,
    }).Add(id);

    public void WriteTo<TWriter>(ref TWriter writer)
        where TWriter : struct, ITokenWriter<TWriter>
    {
        writer.WriteDictStart(3);
        writer.WriteKey("exact"u8);
        new IdList(_exact).WriteTo(ref writer);
        writer.WriteKey("prefix"u8);
        new IdList(_prefix).WriteTo(ref writer);
        writer.WriteKey("wildcard"u8);
        new IdList(_wildcard).WriteTo(ref writer);
        writer.WriteDictEnd();
    }
}
