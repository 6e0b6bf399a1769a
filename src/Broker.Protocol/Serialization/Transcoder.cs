namespace Broker.Serialization;

/// <summary>Placeholder replaced below.</summary>
public static class Transcoder;
