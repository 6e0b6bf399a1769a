using System.Reflection;
using System.Runtime.InteropServices;

namespace Broker.Authentication;

/// <summary>
/// Ed25519 signatures (RFC 8032), computed by the system's OpenSSL 3: .NET has none, and curve arithmetic is not for us to write. Thread-safe.
/// </summary>
public static partial class Ed25519
{
    /// <summary>The length of private and public keys in octets. A private key is the 32-octet seed of RFC 8032.</summary>
    public const int KeyLength = 32;

    /// <summary>The length of signatures in octets.</summary>
    public const int SignatureLength = 64;

    private const string Library = "libcrypto";
    private const int EvpPkeyEd25519 = 1087; // NID_ED25519 of openssl/obj_mac.h

    private static readonly string[] FileNames = OperatingSystem.IsWindows()
        ? [RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "libcrypto-3-arm64.dll" : "libcrypto-3-x64.dll"]
        : OperatingSystem.IsMacOS()
            ? ["libcrypto.3.dylib", "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib", "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib"]
            : ["libcrypto.so.3"];

    private static readonly Lazy<string?> Missing = new(FindMissing);

    static Ed25519() => NativeLibrary.SetDllImportResolver(typeof(Ed25519).Assembly, Resolve);

    /// <summary>Whether Ed25519 can be computed here.</summary>
    public static bool IsAvailable => Missing.Value is null;

    /// <summary>Why not, as a sentence with the remedy; null where it can.</summary>
    public static string? WhyUnavailable => Missing.Value;

    /// <summary>The public key of a private key.</summary>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsAvailable"/>.</exception>
    /// <exception cref="ArgumentException">The key is not of 32 octets.</exception>
    public static byte[] PublicKeyOf(ReadOnlySpan<byte> privateKey)
    {
        var key = OpenPrivate(privateKey);
        try
        {
            var publicKey = new byte[KeyLength];
            var length = (nuint)KeyLength;
            return GetRawPublicKey(key, publicKey, ref length) == 1 && length == KeyLength ? publicKey : throw Failure();
        }
        finally
        {
            FreeKey(key);
        }
    }

    /// <summary>Signs a message.</summary>
    /// <returns>64 octets, the same for the same key and message.</returns>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsAvailable"/>.</exception>
    /// <exception cref="ArgumentException">The key is not of 32 octets.</exception>
    public static byte[] Sign(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> message)
    {
        var key = OpenPrivate(privateKey);
        var context = NewContext();
        try
        {
            var signature = new byte[SignatureLength];
            var length = (nuint)SignatureLength;
            return InitSign(context, 0, 0, 0, key) == 1 && SignMessage(context, signature, ref length, message, (nuint)message.Length) == 1
                ? signature
                : throw Failure();
        }
        finally
        {
            FreeContext(context);
            FreeKey(key);
        }
    }

    /// <summary>Whether a signature of <paramref name="message"/> was made with the private key of <paramref name="publicKey"/>.</summary>
    /// <returns>False for whatever is no signature or no key, too.</returns>
    /// <exception cref="PlatformNotSupportedException">See <see cref="IsAvailable"/>.</exception>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        ThrowIfUnavailable();
        if (publicKey.Length != KeyLength || signature.Length != SignatureLength)
        {
            return false;
        }

        var key = NewRawPublicKey(EvpPkeyEd25519, 0, publicKey, KeyLength);
        var context = NewContext();
        try
        {
            var isValid = key != 0 && InitVerify(context, 0, 0, 0, key) == 1
                && VerifyMessage(context, signature, SignatureLength, message, (nuint)message.Length) == 1;
            ClearErrors(); // of a wrong signature: this thread's next user of OpenSSL would take them for its own
            return isValid;
        }
        finally
        {
            FreeContext(context);
            FreeKey(key);
        }
    }

    private static nint OpenPrivate(ReadOnlySpan<byte> privateKey)
    {
        ThrowIfUnavailable();
        if (privateKey.Length != KeyLength)
        {
            throw new ArgumentException($"An Ed25519 private key is the seed of {KeyLength} octets.", nameof(privateKey));
        }

        var key = NewRawPrivateKey(EvpPkeyEd25519, 0, privateKey, KeyLength);
        return key != 0 ? key : throw Failure();
    }

    private static InvalidOperationException Failure()
    {
        ClearErrors();
        return new InvalidOperationException("OpenSSL refuses to compute Ed25519: see whether its configuration (FIPS mode) permits it.");
    }

    private static void ThrowIfUnavailable()
    {
        if (Missing.Value is { } why)
        {
            throw new PlatformNotSupportedException(why);
        }
    }

    private static string? FindMissing()
    {
        try
        {
            FreeKey(0); // does nothing, and needs the library
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return $"Ed25519 needs OpenSSL 3, and {string.Join(" or ", FileNames)} cannot be loaded: install it (Debian: libssl3, Alpine: libcrypto3).";
        }
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        foreach (var file in name == Library ? FileNames : [])
        {
            if (NativeLibrary.TryLoad(file, assembly, path, out var handle))
            {
                return handle;
            }
        }

        return 0; // .NET's own way goes on, and says that the library is missing
    }

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_private_key")]
    private static partial nint NewRawPrivateKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_new_raw_public_key")]
    private static partial nint NewRawPublicKey(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_get_raw_public_key")]
    private static partial int GetRawPublicKey(nint key, Span<byte> publicKey, ref nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_PKEY_free")]
    private static partial void FreeKey(nint key);

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial nint NewContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSignInit")]
    private static partial int InitSign(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestSign")]
    private static partial int SignMessage(nint context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerifyInit")]
    private static partial int InitVerify(nint context, nint keyContext, nint digest, nint engine, nint key);

    [LibraryImport(Library, EntryPoint = "EVP_DigestVerify")]
    private static partial int VerifyMessage(nint context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> message, nuint length);

    [LibraryImport(Library, EntryPoint = "ERR_clear_error")]
    private static partial void ClearErrors();
}
