using System.Text;
using System.Text.Json.Nodes;

namespace DeviceTwin.Tests.Hub.Gateway;

/// <summary>
/// JSON as nanoFramework's reader takes it: strict, no <c>\/</c>, and of <c>\u</c> only what has four decimal digits. Everything else has to
/// come as the UTF-8 it is.
/// </summary>
internal static class NanoJson
{
    /// <summary>Whatever a text may hold: all of ASCII, what JSON must escape, and letters of one to four bytes.</summary>
    public static readonly string Text = string.Concat(Enumerable.Range(0x20, 0x60).Select(code => (char)code)) + "\b\f\n\r\t\u0001\u0019\u00A0äß€水\u2028\uFEFF😀";

    /// <summary>The same without what a key must not have.</summary>
    public static readonly string Key = string.Concat(Text.Where(character => character is not (' ' or '$' or '.') && !char.IsControl(character)));

    /// <summary>Reads what the hub sent; fails where that reader would.</summary>
    public static JsonNode? Read(ReadOnlyMemory<byte> payload)
    {
        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(payload.Span);
        for (int index = text.IndexOf('\\'); index >= 0; index = text.IndexOf('\\', index + 2))
        {
            Assert.That(@"""\bfnrtu", Does.Contain(text[index + 1].ToString()), "escapes that its reader knows");
            if (text[index + 1] == 'u')
            {
                Assert.That(text.Substring(index + 2, 4), Does.Match("^[0-9]{4}$"), "it reads the digits as decimal ones");
            }
        }

        return JsonNode.Parse(text);
    }
}
