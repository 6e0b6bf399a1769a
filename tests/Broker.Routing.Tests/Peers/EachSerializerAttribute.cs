using System.Reflection;
using Broker.Serialization;
using Xunit.Sdk;
using Xunit.v3;

namespace Broker.Peers;

/// <summary>Runs a theory for each serializer or, when it takes two, for each pair.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachSerializerAttribute : DataAttribute
{
    private static readonly SerializerKind[] Kinds = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            testMethod.GetParameters().Length == 1
                ? [.. Kinds.Select(kind => new TheoryDataRow<SerializerKind>(kind))]
                : [.. from one in Kinds from other in Kinds select new TheoryDataRow<SerializerKind, SerializerKind>(one, other)]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
