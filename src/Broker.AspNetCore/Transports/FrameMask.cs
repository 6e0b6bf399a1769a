using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Broker.Transports;

/// <summary>
/// The masking of RFC 6455 section 5.3: octet i of a payload is XORed with octet i modulo 4 of the key. Keys are kept as four
/// bytes in memory order, that is, as read by <see cref="MemoryMarshal.Read{T}"/>.
/// </summary>
internal static class FrameMask
{
    /// <summary>Masks or unmasks <paramref name="data"/> in place.</summary>
    /// <param name="data">The bytes, the first of which meets the first octet of the key.</param>
    /// <param name="key">The key; 0 changes nothing and costs nothing.</param>
    public static void Apply(Span<byte> data, uint key)
    {
        if (key == 0)
        {
            return;
        }

        ref var start = ref MemoryMarshal.GetReference(data);
        nuint offset = 0;
        var length = (nuint)data.Length;
        if (Vector512.IsHardwareAccelerated)
        {
            for (var wide = Vector512.Create(key).AsByte(); length - offset >= 64; offset += 64)
            {
                (Vector512.LoadUnsafe(ref start, offset) ^ wide).StoreUnsafe(ref start, offset);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (var wide = Vector256.Create(key).AsByte(); length - offset >= 32; offset += 32)
            {
                (Vector256.LoadUnsafe(ref start, offset) ^ wide).StoreUnsafe(ref start, offset);
            }
        }

        if (Vector128.IsHardwareAccelerated)
        {
            for (var wide = Vector128.Create(key).AsByte(); length - offset >= 16; offset += 16)
            {
                (Vector128.LoadUnsafe(ref start, offset) ^ wide).StoreUnsafe(ref start, offset);
            }
        }

        for (; length - offset >= sizeof(uint); offset += sizeof(uint))
        {
            ref var word = ref Unsafe.AddByteOffset(ref start, offset);
            Unsafe.WriteUnaligned(ref word, Unsafe.ReadUnaligned<uint>(ref word) ^ key);
        }

        for (; offset < length; offset++, key = Rotate(key, 1))
        {
            Unsafe.AddByteOffset(ref start, offset) ^= FirstOctet(key);
        }
    }

    /// <summary>The key for the bytes that follow <paramref name="count"/> bytes already done.</summary>
    public static uint Rotate(uint key, int count)
    {
        var bits = (count & 3) * 8;
        return BitConverter.IsLittleEndian ? BitOperations.RotateRight(key, bits) : BitOperations.RotateLeft(key, bits);
    }

    private static byte FirstOctet(uint key) => (byte)(BitConverter.IsLittleEndian ? key : key >> 24);
}
