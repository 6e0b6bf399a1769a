using Broker.Serialization;
using Broker.Uris;

namespace Broker.Options;

/// <summary>The <c>match</c> option of SUBSCRIBE and REGISTER.</summary>
internal static class MatchOption
{
    public static MatchPolicy Read<TReader>(ref TReader reader)
        where TReader : struct, ITokenReader<TReader>, allows ref struct
    {
        switch (OptionValue.Text(ref reader, "match"))
        {
            case "exact":
                return MatchPolicy.Exact;
            case "prefix":
                return MatchPolicy.Prefix;
            case "wildcard":
                return MatchPolicy.Wildcard;
            default:
                OptionValue.Throw("match", "exact, prefix or wildcard");
                return default;
        }
    }
}
