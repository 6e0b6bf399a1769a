using System.Numerics;

namespace Broker.Authorization;

/// <summary>
/// The URI that a session named last, and what the rules say of it: most publish to one topic again and again, and are spared the look-up.
/// For one thread at a time. Allocates when a longer URI than ever before comes.
/// </summary>
internal struct LastGrants
{
    private const int Longest = 256;
    private PermissionSet? _permissions;
    private byte[]? _uri;
    private int _length;
    private Grants _grants;

    /// <summary>As <see cref="PermissionSet.Find"/>.</summary>
    public Grants Find(PermissionSet permissions, ReadOnlySpan<byte> uri)
    {
        if (permissions == _permissions && uri.SequenceEqual(_uri.AsSpan(0, _length)))
        {
            return _grants;
        }

        var grants = permissions.Find(uri);
        if (uri.Length <= Longest)
        {
            if (_uri is null || _uri.Length < uri.Length)
            {
                _uri = new byte[BitOperations.RoundUpToPowerOf2((uint)Math.Max(uri.Length, 64))];
            }

            uri.CopyTo(_uri);
            (_permissions, _length, _grants) = (permissions, uri.Length, grants);
        }

        return grants;
    }
}
