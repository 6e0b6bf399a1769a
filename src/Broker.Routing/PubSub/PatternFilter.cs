using System.Numerics;

namespace Broker.PubSub;

/// <summary>
/// Tells at once, for nearly every URI, that a table does not hold it: a Bloom filter over hashes that can be computed step by step, so that many look-ups for
/// one topic share their work. May say yes in vain, never no. Read without a lock; changed by one thread at a time.
/// </summary>
internal sealed class PatternFilter
{
    private const int BitsPerHash = 16;

    // Seeded for each process, as HashCode is, so that nobody can choose patterns that share their bits.
    private static readonly ulong Multiplier = (((ulong)(uint)HashCode.Combine(1) << 32) | (uint)HashCode.Combine(2)) | 1;

    private readonly Dictionary<ulong, int> _counts = [];
    private ulong[] _words = new ulong[4]; // replaced as a whole when it grows
    private int _stale;                    // hashes whose bits are still there though they were removed

    /// <summary>The hash of a text and one byte more.</summary>
    public static ulong Append(ulong hash, byte next) => (hash * Multiplier) + next + 1;

    /// <summary>The hash of a text.</summary>
    public static ulong Hash(ReadOnlySpan<byte> text)
    {
        var hash = 0UL;
        foreach (var next in text)
        {
            hash = Append(hash, next);
        }

        return hash;
    }

    /// <summary>What one literal component adds to the hash of a wildcard pattern; empty ones add nothing.</summary>
    public static ulong HashComponent(ReadOnlySpan<byte> component, int index) => Mix(Hash(component) + ((ulong)(index + 1) * 0x9e3779b97f4a7c15));

    /// <summary>The hash of a wildcard pattern: the sum of its literal components', whatever their order of adding.</summary>
    public static ulong HashWildcard(ReadOnlySpan<byte> pattern)
    {
        var hash = 0UL;
        var index = 0;
        foreach (var range in pattern.Split((byte)'.'))
        {
            var component = pattern[range];
            hash += component.IsEmpty ? 0 : HashComponent(component, index);
            index++;
        }

        return hash;
    }

    /// <summary>False if the table certainly holds nothing of this hash.</summary>
    public bool MayContain(ulong hash)
    {
        var words = Volatile.Read(ref _words);
        var mixed = Mix(hash);
        var bits = BitsOf(mixed);
        return (Volatile.Read(ref words[WordOf(mixed, words)]) & bits) == bits;
    }

    public void Add(ulong hash)
    {
        var count = _counts.GetValueOrDefault(hash);
        _counts[hash] = count + 1;
        if (count > 0)
        {
            return;
        }

        if (_counts.Count + _stale > _words.Length * 64 / BitsPerHash)
        {
            Rebuild();
        }
        else
        {
            Set(_words, hash);
        }
    }

    public void Remove(ulong hash)
    {
        if (--_counts[hash] == 0)
        {
            _counts.Remove(hash);
            _stale++;
        }
    }

    private static int WordOf(ulong mixed, ulong[] words) => (int)(mixed >> 32) & (words.Length - 1);

    private static ulong BitsOf(ulong mixed) => (1UL << (int)(mixed & 63)) | (1UL << (int)((mixed >> 6) & 63));

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 32)) * 0xd6e8feb86659fd93;
        return value ^ (value >> 32);
    }

    private static void Set(ulong[] words, ulong hash)
    {
        var mixed = Mix(hash);
        ref var word = ref words[WordOf(mixed, words)];
        Volatile.Write(ref word, word | BitsOf(mixed));
    }

    /// <summary>Readers may be inside the old words, so the new ones are filled aside and take their place at once.</summary>
    private void Rebuild()
    {
        var words = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(4, _counts.Count * 2 * BitsPerHash / 64))];
        foreach (var hash in _counts.Keys)
        {
            Set(words, hash);
        }

        _stale = 0;
        Volatile.Write(ref _words, words);
    }
}
