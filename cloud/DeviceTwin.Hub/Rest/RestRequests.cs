using System.Globalization;
using DeviceTwin.Hub.Access;

namespace DeviceTwin.Hub.Rest;

/// <summary>What many endpoints read from a request.</summary>
internal static class RestRequests
{
    /// <summary>Says who acts; a claim, which counts on loopback as long as nobody has to sign in.</summary>
    public const string AuthorHeader = "X-DeviceTwin-Author";

    private const int LongestAuthor = 64;

    /// <summary>If-Match as sent, or null where there is none.</summary>
    public static string? IfMatch(this HttpRequest request) =>
        request.Headers.IfMatch.Count == 0 ? null : request.Headers.IfMatch.ToString();

    /// <summary>How the caller's changes are signed: the name of the user or policy that was recognised.</summary>
    public static string Author(this HttpRequest request) => request.HttpContext.Caller()?.Author ?? "rest";

    /// <summary>The name that a caller gives itself; null where there is none that could stand in a log.</summary>
    public static string? ClaimedAuthor(this HttpRequest request)
    {
        var name = request.Headers[AuthorHeader].ToString();
        return name.Length is > 0 and <= LongestAuthor && name.All(character => character is > ' ' and <= '~') ? name : null;
    }

    /// <summary>Whether the caller may see the keys of devices.</summary>
    public static bool SeesKeys(this HttpRequest request) => request.HttpContext.Caller()?.SeesKeys ?? false;

    /// <summary>A word from the query string; null where there is none.</summary>
    public static string? Text(this HttpRequest request, string name) => request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    /// <summary>A number that an answer gave before, from the query string; null where there is none.</summary>
    /// <param name="what">What the number is of, e.g. <c>the id of a row</c>.</param>
    public static long? Number(this HttpRequest request, string name, string what) => Number(request.Text(name), name, what);

    /// <exception cref="HubException">Not a whole number.</exception>
    public static long? Number(string? text, string name, string what) => string.IsNullOrEmpty(text) ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new HubException(HubError.ArgumentInvalid, $"{name} takes {what}, not \"{text}\".");

    /// <summary>A count from the query string, e.g. <c>top</c> or <c>limit</c>.</summary>
    /// <exception cref="HubException">Not a whole number from 1 to <paramref name="largest"/>.</exception>
    public static int Count(this HttpRequest request, string name, int standard, int largest)
    {
        var text = request.Query[name].ToString();
        return text.Length == 0 ? standard
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= largest ? count
            : throw new HubException(HubError.ArgumentInvalid, $"{name} takes a number from 1 to {largest}, not \"{text}\".");
    }
}
