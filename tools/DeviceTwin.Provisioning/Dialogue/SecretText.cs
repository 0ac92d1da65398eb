using System.Text;

namespace DeviceTwin.Provisioning.Dialogue;

/// <summary>A text that must not be shown: it says its length and nothing else, unless it is asked by the name of the one method that reveals it.</summary>
public sealed class SecretText
{
    private readonly string _text;

    /// <param name="text">The secret.</param>
    public SecretText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _text = text;
    }

    /// <summary>Its length in characters.</summary>
    public int Length => _text.Length;

    /// <summary>The text itself: for the wire, and for nothing else.</summary>
    public string Reveal() => _text;

    /// <summary>What a node tells of it in <c>status</c>: eight hexadecimal digits by which whoever has the same text knows it again.</summary>
    public string Fingerprint() => Convert.ToHexStringLower(
        System.Security.Cryptography.HMACSHA256.HashData("devicetwin-fingerprint-1"u8, Encoding.UTF8.GetBytes(_text)).AsSpan(0, 4));

    /// <summary>Never the text.</summary>
    public override string ToString() => "(secret)";
}
