using System.Reflection;
using Broker.Serialization;
using Xunit.Sdk;
using Xunit.v3;

namespace Broker.Peers;

/// <summary>
/// Runs a theory for each serializer or, when its first two parameters are serializers, for each pair. Whatever is given here follows as further arguments, so that
/// several of these make several cases, each over all serializers.
/// </summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EachSerializerAttribute(params object?[] arguments) : DataAttribute
{
    private static readonly SerializerKind[] Kinds = [SerializerKind.Json, SerializerKind.MessagePack, SerializerKind.Cbor];

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            testMethod.GetParameters().Count(parameter => parameter.ParameterType == typeof(SerializerKind)) == 1
                ? [.. Kinds.Select(kind => new TheoryDataRow([kind, .. arguments]))]
                : [.. from one in Kinds from other in Kinds select new TheoryDataRow([one, other, .. arguments])]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
