namespace DeviceTwin.Mqtt;

/// <summary>Topic names and filters (MQTT 3.1.1, section 4.7).</summary>
public static class MqttTopic
{
    /// <summary>Whether a message may be published under this name: not empty, no wildcard, no U+0000.</summary>
    public static bool IsValidName(ReadOnlySpan<char> name) => !name.IsEmpty && name.IndexOfAny('+', '#', '\0') < 0;

    /// <summary>Whether this is a filter: not empty, <c>#</c> only as the last whole level, <c>+</c> only as a whole level.</summary>
    public static bool IsValidFilter(ReadOnlySpan<char> filter)
    {
        if (filter.IsEmpty || filter.Contains('\0'))
        {
            return false;
        }

        for (int i = 0; i < filter.Length; i++)
        {
            bool startsLevel = i == 0 || filter[i - 1] == '/';
            bool endsFilter = i == filter.Length - 1;
            switch (filter[i])
            {
                case '#' when !startsLevel || !endsFilter:
                case '+' when !startsLevel || !(endsFilter || filter[i + 1] == '/'):
                    return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether a valid filter covers a valid name. A name that starts with <c>$</c> is not covered by a leading wildcard;
    /// <c>a/#</c> covers <c>a</c> too.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> name)
    {
        if (!name.IsEmpty && name[0] == '$' && !filter.IsEmpty && filter[0] is '+' or '#')
        {
            return false;
        }

        while (true)
        {
            ReadOnlySpan<char> level = TakeLevel(ref filter, out bool moreLevels);
            if (level is "#")
            {
                return true;
            }

            ReadOnlySpan<char> part = TakeLevel(ref name, out bool moreParts);
            if (level is not "+" && !level.SequenceEqual(part))
            {
                return false;
            }

            if (!moreLevels || !moreParts)
            {
                return moreLevels == moreParts || (moreLevels && filter is "#");
            }
        }
    }

    private static ReadOnlySpan<char> TakeLevel(ref ReadOnlySpan<char> rest, out bool more)
    {
        int slash = rest.IndexOf('/');
        more = slash >= 0;
        ReadOnlySpan<char> level = more ? rest[..slash] : rest;
        rest = more ? rest[(slash + 1)..] : default;
        return level;
    }
}
