using Broker.Client;
using Samples.Rpc;

// dotnet run -- [URL]
var options = new WampClientOptions
{
    Url = new Uri(args.ElementAtOrDefault(0) ?? "ws://127.0.0.1:8080/ws"),
    Realm = "realm1",
    JsonOptions = ShopContracts.Default.Options,
};

await using var shopClient = await WampClient.ConnectAsync(options);
await Shop.OpenAsync(shopClient);

await using var client = await WampClient.ConnectAsync(options);
var orders = new Orders(client);

foreach (var request in new[] { new OrderRequest("tea", 3), new OrderRequest("coffee", 2), new OrderRequest("tea", 100) })
{
    try
    {
        var order = await orders.PlaceAsync(request);
        Console.WriteLine($"Order {order.Number}: {order.Quantity} x {order.Article} for {order.Total:0.00} EUR.");
    }
    catch (SoldOutException e)
    {
        Console.WriteLine($"No order: only {e.Left} x {request.Article} left.");
    }
}

// Without a class of its own an error is a WampException: look at its URI.
try
{
    await client.CallAsync(Shop.Place, ["not an order"]);
}
catch (WampException e)
{
    Console.WriteLine($"{e.Uri}: {e.Arguments.Get<string>(0)}");
}
