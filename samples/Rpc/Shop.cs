using Broker.Client;

namespace Samples.Rpc;

/// <summary>The callee: sells what it has.</summary>
internal sealed class Shop
{
    public const string Place = "com.example.shop.place";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _stock = new(StringComparer.Ordinal) { ["tea"] = 10, ["coffee"] = 5 };
    private int _lastNumber;

    public static Task<WampRegistration> OpenAsync(WampClient client) =>
        client.RegisterAsync<OrderRequest, Order>(Place, new Shop().PlaceAsync);

    // Calls run side by side: what they share needs a lock.
    private ValueTask<Order> PlaceAsync(OrderRequest request, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var left = _stock.GetValueOrDefault(request.Article);
            if (left < request.Quantity)
            {
                throw new SoldOutException(request.Article, left);
            }

            _stock[request.Article] = left - request.Quantity;
            return ValueTask.FromResult(new Order(++_lastNumber, request.Article, request.Quantity, request.Quantity * 2.50m));
        }
    }
}
