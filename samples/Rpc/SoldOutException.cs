using Broker.Client;

namespace Samples.Rpc;

/// <summary>An error of the application: an exception on both ends, a URI and arguments in between.</summary>
internal sealed class SoldOutException(string article, int left)
    : WampException(ErrorUri, $"Only {left} x {article} left.", new WampArguments { $"Only {left} x {article} left.", { "left", left } })
{
    public const string ErrorUri = "com.example.shop.error.sold_out";

    public int Left { get; } = left;
}
