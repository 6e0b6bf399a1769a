using Broker.Client;

namespace Samples.Rpc;

/// <summary>The caller's view of the shop: a method for the procedure, an exception for its error.</summary>
internal sealed class Orders(WampClient client)
{
    public async Task<Order> PlaceAsync(OrderRequest request, CancellationToken cancellationToken = default)
    {
        try
        {
            return (await client.CallAsync<Order>(Shop.Place, [request], cancellationToken: cancellationToken))!;
        }
        catch (WampException e) when (e.Uri == SoldOutException.ErrorUri)
        {
            throw new SoldOutException(request.Article, e.ArgumentsKw.Get<int>("left"));
        }
    }
}
