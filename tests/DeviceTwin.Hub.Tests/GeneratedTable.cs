namespace DeviceTwin.Tests.Hub;

/// <summary>
/// A table of the documentation that the code must agree with: between <c>&lt;!-- NAME --&gt;</c> and <c>&lt;!-- /NAME --&gt;</c>.
/// With <c>DEVICETWIN_WRITE_TABLES=1</c> it is written anew instead.
/// </summary>
internal static class GeneratedTable
{
    public static void Check(string file, string name, IEnumerable<string> lines)
    {
        var path = TestFiles.InRepository(file);
        var text = File.ReadAllText(path);
        var (begin, end) = ($"<!-- {name} -->\n", $"<!-- /{name} -->");
        var from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        var to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.That(from >= begin.Length && to >= from, Is.True, $"{file} has no place for the table {name}.");
        var wanted = string.Concat(lines.Select(line => line + "\n"));
        if (Environment.GetEnvironmentVariable("DEVICETWIN_WRITE_TABLES") == "1")
        {
            File.WriteAllText(path, text[..from] + wanted + text[to..]);
            return;
        }

        Assert.That(text[from..to], Is.EqualTo(wanted), $"{file} is out of date: run this test once with DEVICETWIN_WRITE_TABLES=1.");
    }
}
