using System.Globalization;
using System.Text;

namespace DeviceTwin.Hub.History;

/// <summary>
/// Lines of CSV by RFC 4180: a field with a comma, quote or line break is quoted, a quote is doubled, a line ends with CR LF. Of a library, which maps
/// records to columns and reads, too, these rows of values would use nothing else.
/// </summary>
internal static class CsvText
{
    /// <summary>
    /// A word. What a spreadsheet would compute (<c>=</c>, <c>+</c>, <c>-</c>, <c>@</c>, tab or CR in front) gets an apostrophe before it: a device
    /// chooses its words, and the reader of the table must not run them.
    /// </summary>
    public static StringBuilder Word(this StringBuilder line, string word)
    {
        var field = word.Length > 0 && "=+-@\t\r\n".Contains(word[0]) ? "'" + word : word;
        return field.AsSpan().ContainsAny(",\"\r\n") ? line.Append('"').Append(field.Replace("\"", "\"\"")).Append('"') : line.Append(field);
    }

    /// <summary>A number: never touched, a minus sign is no formula.</summary>
    public static StringBuilder Number(this StringBuilder line, double value) => line.Append(value.ToString("R", CultureInfo.InvariantCulture));

    public static StringBuilder Number(this StringBuilder line, long value) => line.Append(value.ToString(CultureInfo.InvariantCulture));
}
