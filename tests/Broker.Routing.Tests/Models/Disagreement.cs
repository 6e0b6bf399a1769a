namespace Broker.Models;

/// <summary>The router did not do what the model says.</summary>
internal sealed class Disagreement(string message) : Exception(message);
