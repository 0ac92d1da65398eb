using System.Text;

namespace DeviceTwin.Tests.Hardware.Schematic;

/// <summary>A node of KiCad's file format: a word, or a list that begins with one.</summary>
internal sealed record SExpression(string? Word, IReadOnlyList<SExpression> Items)
{
    /// <summary>The word a list begins with; empty for a word.</summary>
    public string Name => Word is null && Items.Count > 0 ? Items[0].Word ?? "" : "";

    /// <summary>The lists in this one that begin with <paramref name="name"/>.</summary>
    public IEnumerable<SExpression> All(string name) => Items.Where(item => item.Name == name);

    /// <summary>The one list in this one that begins with <paramref name="name"/>.</summary>
    public SExpression One(string name) => All(name).Single();

    /// <summary>The word at a place of the list, counted from 0 with its name.</summary>
    public string Text(int index) => Items[index].Word ?? throw new FormatException($"item {index} of {Name} is a list");

    /// <summary>A length in hundredths of a millimetre: KiCad writes decimal fractions, comparing them wants integers.</summary>
    public int Hundredths(int index) => (int)Math.Round(decimal.Parse(Text(index), System.Globalization.CultureInfo.InvariantCulture) * 100);

    /// <summary>Reads the one list that a file holds.</summary>
    /// <exception cref="FormatException">The text ends early, or goes on after its end.</exception>
    public static SExpression Parse(string text)
    {
        int at = 0;
        SExpression root = Read(text, ref at);
        SkipSpace(text, ref at);
        return at == text.Length && root.Word is null ? root : throw new FormatException($"unexpected text at {at}");
    }

    private static SExpression Read(string text, ref int at)
    {
        SkipSpace(text, ref at);
        if (at >= text.Length)
        {
            throw new FormatException("the text ends early");
        }

        return text[at] switch
        {
            '(' => ReadList(text, ref at),
            '"' => new(ReadQuoted(text, ref at), []),
            ')' => throw new FormatException($"unexpected ')' at {at}"),
            _ => new(ReadWord(text, ref at), []),
        };
    }

    private static SExpression ReadList(string text, ref int at)
    {
        at++;
        var items = new List<SExpression>();
        while (true)
        {
            SkipSpace(text, ref at);
            if (at >= text.Length)
            {
                throw new FormatException("a list does not end");
            }

            if (text[at] == ')')
            {
                at++;
                return new(null, items);
            }

            items.Add(Read(text, ref at));
        }
    }

    private static string ReadQuoted(string text, ref int at)
    {
        var word = new StringBuilder();
        for (at++; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                at++;
                return word.ToString();
            }

            if (text[at] == '\\' && ++at >= text.Length)
            {
                break;
            }

            word.Append(text[at]);
        }

        throw new FormatException("a quoted word does not end");
    }

    private static string ReadWord(string text, ref int at)
    {
        int start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at]) && text[at] is not ('(' or ')'))
        {
            at++;
        }

        return text[start..at];
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
        {
            at++;
        }
    }
}
