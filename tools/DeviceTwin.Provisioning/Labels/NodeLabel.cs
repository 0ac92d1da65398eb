using System.Security.Cryptography;
using System.Text;
using QRCoder;

namespace DeviceTwin.Provisioning.Labels;

/// <summary>What is stuck on a node: a QR code with its name and a check code, and both for people.</summary>
/// <param name="DeviceId">Its name at the hub.</param>
/// <param name="ChipId">The chip that has it.</param>
public sealed record NodeLabel(string DeviceId, string ChipId)
{
    private const string Signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int CodeSigns = 4;
    private const int BitsPerSign = 5;
    private const int Module = 8;
    private const int TextHeight = 26;

    /// <summary>
    /// Four signs without I, L, O and U: the first 20 bits of SHA-256 over <c>devicetwin-label-1</c>, name and chip. A name that was read or typed wrongly, or the label of
    /// another board, does not go with it, but for one in a million.
    /// </summary>
    public string CheckCode
    {
        get
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"devicetwin-label-1 {DeviceId} {ChipId}"));
            var bits = (hash[0] << 16) | (hash[1] << 8) | hash[2];
            return string.Create(CodeSigns, bits, (code, value) =>
            {
                for (var index = 0; index < code.Length; index++)
                {
                    code[index] = Signs[(value >> (24 - (BitsPerSign * (index + 1)))) & 31];
                }
            });
        }
    }

    /// <summary>What the QR code says: <c>DT1:NAME:CODE</c>.</summary>
    public string Content => $"DT1:{DeviceId}:{CheckCode}";

    /// <summary>As PNG, 8 pixels a module: the code alone, for label printers that set their own text.</summary>
    public byte[] ToPng()
    {
        using var code = Code();
        using var png = new PngByteQRCode(code);
        return png.GetGraphic(Module);
    }

    /// <summary>As SVG, with name and check code below.</summary>
    public string ToSvg()
    {
        using var code = Code();
        var modules = code.ModuleMatrix.Count;
        var width = modules * Module;
        var path = new StringBuilder();
        for (var y = 0; y < modules; y++)
        {
            for (var x = 0; x < modules; x++)
            {
                if (code.ModuleMatrix[y][x])
                {
                    path.Append($"M{x * Module} {y * Module}h{Module}v{Module}h-{Module}z");
                }
            }
        }

        var name = System.Security.SecurityElement.Escape(DeviceId);
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width + (2 * TextHeight)}" font-family="sans-serif" font-size="20" text-anchor="middle">
            <rect width="100%" height="100%" fill="#fff"/>
            <path d="{path}"/>
            <text x="{width / 2}" y="{width + 18}" textLength="{Math.Min(width - Module, 12 * DeviceId.Length)}" lengthAdjust="spacingAndGlyphs">{name}</text>
            <text x="{width / 2}" y="{width + TextHeight + 18}" font-weight="bold">{CheckCode}</text>
            </svg>

            """;
    }

    private QRCodeData Code() => QRCodeGenerator.GenerateQrCode(Content, QRCodeGenerator.ECCLevel.M);
}
