namespace DeviceTwin.Hub.Gateway;

/// <summary>The properties at the end of a topic that a device publishes to: <c>k=v&amp;k=v</c>, percent-encoded.</summary>
internal static class PropertyBag
{
    /// <summary>
    /// Reads what each client writes: keys encoded (<c>%24.ct</c>) and raw (<c>$.ct</c>), <c>+</c> for a space, one slash behind the
    /// last value. A key without <c>=</c> has the value null; of a key that comes twice the last counts.
    /// </summary>
    public static Dictionary<string, string?> Parse(ReadOnlySpan<char> bag)
    {
        var properties = new Dictionary<string, string?>(StringComparer.Ordinal);
        if (bag.EndsWith("/"))
        {
            bag = bag[..^1];
        }

        foreach (Range range in bag.Split('&'))
        {
            ReadOnlySpan<char> part = bag[range];
            if (part.IsEmpty)
            {
                continue;
            }

            int equals = part.IndexOf('=');
            string key = Decode(equals < 0 ? part : part[..equals]);
            properties[key] = equals < 0 ? null : Decode(part[(equals + 1)..]);
        }

        return properties;
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        string spaced = text.ToString().Replace('+', ' ');
        return Uri.UnescapeDataString(spaced);
    }
}
