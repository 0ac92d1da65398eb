using System.Globalization;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Sequence;

namespace DeviceTwin.Hub.Sequence;

/// <summary>The number of a message as its properties give it.</summary>
internal readonly record struct MessageNumber(string BootId, long Number)
{
    private const int LongestBootId = 64;

    /// <summary>Reads <c>bootId</c> and <c>seq</c>.</summary>
    /// <param name="problem">Why they cannot be read; null where they can, or where the message has neither.</param>
    /// <returns>Null where there is no number.</returns>
    public static MessageNumber? Of(TelemetryMessage message, out string? problem)
    {
        problem = null;
        var hasBoot = message.Properties.TryGetValue("bootId", out var boot);
        var hasNumber = message.Properties.TryGetValue("seq", out var text);
        if (!hasBoot && !hasNumber)
        {
            return null;
        }

        if (string.IsNullOrEmpty(boot) || boot.Length > LongestBootId || boot.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            problem = hasBoot ? $"bootId must be 1 to {LongestBootId} printable ASCII characters" : "seq without bootId";
        }
        else if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > SequenceWindow.LargestNumber)
        {
            problem = hasNumber ? "seq must be a decimal number from 1 to 2^53 - 1" : "bootId without seq";
        }
        else
        {
            return new MessageNumber(boot, number);
        }

        return null;
    }
}
