namespace Broker.Messages;

/// <summary>Sees that the keys of one Options or Details dict differ (WAMP specification, "Serializers"). Keys are kept as slices of the message.</summary>
internal ref struct UniqueKeys
{
    private Keys _first;
    private HashSet<string>? _more;
    private int _count;

    /// <summary>Adds a key.</summary>
    /// <exception cref="WampProtocolException">The key was there already.</exception>
    public void Add(ReadOnlySpan<byte> key)
    {
        for (var i = 0; i < Math.Min(_count, Keys.Length); i++)
        {
            if (_first.At(i).SequenceEqual(key))
            {
                throw new WampProtocolException("A dict has a key twice.");
            }
        }

        if (_count < Keys.Length)
        {
            _first.Set(_count++, key);
            return;
        }

        // Beyond what a conforming peer sends; a set keeps a dict of a million keys from costing a trillion comparisons.
        _more ??= new HashSet<string>(StringComparer.Ordinal);
        if (!_more.Add(System.Text.Encoding.UTF8.GetString(key)))
        {
            throw new WampProtocolException("A dict has a key twice.");
        }
    }

    private ref struct Keys
    {
        public const int Length = 8;
        private ReadOnlySpan<byte> _k0, _k1, _k2, _k3, _k4, _k5, _k6, _k7;

        public readonly ReadOnlySpan<byte> At(int i) => i switch { 0 => _k0, 1 => _k1, 2 => _k2, 3 => _k3, 4 => _k4, 5 => _k5, 6 => _k6, _ => _k7 };

        public void Set(int i, ReadOnlySpan<byte> key)
        {
            switch (i)
            {
                case 0: _k0 = key; break;
                case 1: _k1 = key; break;
                case 2: _k2 = key; break;
                case 3: _k3 = key; break;
                case 4: _k4 = key; break;
                case 5: _k5 = key; break;
                case 6: _k6 = key; break;
                default: _k7 = key; break;
            }
        }
    }
}
