using System.Collections.Immutable;
using System.Globalization;
using DeviceTwin.Storage.Sequence;

namespace DeviceTwin.Hub.Sequence;

/// <summary>What a person wants to know of the numbers of a node's messages.</summary>
internal static class SequenceText
{
    private const int GapsNamed = 3;

    /// <param name="boots">The boot heard of last at the end.</param>
    public static IEnumerable<KeyValuePair<string, string>> Facts(ImmutableArray<SequenceWindow> boots)
    {
        if (boots.Length == 0)
        {
            yield break;
        }

        var window = boots[^1];
        var gaps = window.Gaps().ToArray();
        var text = string.Create(CultureInfo.InvariantCulture, $"{window.Received} received, {window.Missing} missing");
        if (gaps.Length > 0)
        {
            text += $" ({string.Join(", ", gaps.TakeLast(GapsNamed).Reverse().Select(Name))}{(gaps.Length > GapsNamed ? ", …" : "")})";
        }

        yield return KeyValuePair.Create("Messages of this boot", string.Create(
            CultureInfo.InvariantCulture, $"{text}, {window.Filled} late, {window.Repeats} sent again{(window.GivenUp > 0 ? $", {window.GivenUp} given up" : "")}"));
    }

    private static string Name(SequenceGap gap) =>
        string.Create(CultureInfo.InvariantCulture, $"{(gap.Count == 1 ? $"{gap.First}" : $"{gap.First} to {gap.Last}")}");
}
