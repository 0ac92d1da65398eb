using System.Globalization;
using System.Text;

namespace DeviceTwin.Twins.Conditions;

internal enum TokenKind
{
    End,
    Word,
    Text,
    Number,
    Symbol,
}

/// <param name="Text">The word, the text without its quotes, the number or the symbol.</param>
/// <param name="Position">Where it begins, from 0.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Position);

/// <summary>Cuts a condition into words, strings, numbers and symbols.</summary>
/// <param name="subject">What is read, for refusals.</param>
internal sealed class ConditionLexer(string source, string subject)
{
    private static readonly string[] Symbols =
        ["<>", "!=", "<=", ">=", "[[", "]]", "=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-", "*", "/", "%"];

    private int position;

    public Token Next()
    {
        while (position < source.Length && char.IsWhiteSpace(source[position]))
        {
            position++;
        }

        if (position == source.Length)
        {
            return new Token(TokenKind.End, "", position);
        }

        var start = position;
        var first = source[start];
        if (first is '\'' or '"')
        {
            return ReadText(first);
        }

        if (char.IsAsciiDigit(first))
        {
            return ReadNumber();
        }

        if (IsWordStart(first))
        {
            while (position < source.Length && (IsWordStart(source[position]) || char.IsDigit(source[position])))
            {
                position++;
            }

            return new Token(TokenKind.Word, source[start..position], start);
        }

        foreach (var symbol in Symbols)
        {
            if (string.CompareOrdinal(source, start, symbol, 0, symbol.Length) == 0)
            {
                position += symbol.Length;
                return new Token(TokenKind.Symbol, symbol, start);
            }
        }

        throw Error(start, $"{Shown(start)} has no meaning here", Hint(first));
    }

    /// <summary>The raw text up to <c>]]</c>, for names that are no words: <c>tags.[[line-speed]]</c>.</summary>
    public Token ReadBracketed()
    {
        var start = position;
        var end = source.IndexOf("]]", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw Error(start, "the name in [[ has no end", "close it with ]]");
        }

        position = end + 2;
        CheckText(start, end);
        return new Token(TokenKind.Word, source[start..end], start);
    }

    /// <summary>The words joined to a position by dashes, as somebody writes a name with a dash who does not know that it needs brackets.</summary>
    public string? DashedNameAfter(int end)
    {
        var last = end;
        while (last + 1 < source.Length && source[last] == '-' && IsWordStart(source[last + 1]))
        {
            last++;
            while (last < source.Length && (IsWordStart(source[last]) || char.IsDigit(source[last])))
            {
                last++;
            }
        }

        return last > end ? source[end..last] : null;
    }

    /// <summary>Whether a character comes next, after blanks.</summary>
    public bool Follows(char character)
    {
        var next = position;
        while (next < source.Length && char.IsWhiteSpace(source[next]))
        {
            next++;
        }

        return next < source.Length && source[next] == character;
    }

    public ConditionException Error(int at, string problem, string hint) => new(subject, at, problem, hint);

    private Token ReadText(char quote)
    {
        var start = position++;
        var text = new StringBuilder();
        while (position < source.Length)
        {
            var character = source[position++];
            if (character == quote)
            {
                // A doubled quote stands for itself.
                if (position == source.Length || source[position] != quote)
                {
                    CheckText(start, position);
                    return new Token(TokenKind.Text, text.ToString(), start);
                }

                position++;
            }

            text.Append(character);
        }

        throw Error(start, "the string has no end", $"close it with {quote}");
    }

    private Token ReadNumber()
    {
        var start = position++;
        var hexadecimal = source[start] == '0' && position < source.Length && source[position] is 'x' or 'X';
        while (position < source.Length && IsNumberPart(source[position], source[position - 1], hexadecimal))
        {
            position++;
        }

        return new Token(TokenKind.Number, source[start..position], start);
    }

    /// <summary>No twin holds half a surrogate pair, and no database takes it.</summary>
    private void CheckText(int from, int to)
    {
        for (var index = from; index < to; index++)
        {
            if (char.IsSurrogatePair(source, index))
            {
                index++;
            }
            else if (char.IsSurrogate(source[index]))
            {
                throw Error(index, $"{Shown(index)} is half a character", "remove it");
            }
        }
    }

    private string Shown(int at) => char.IsSurrogatePair(source, at) ? $"'{source.AsSpan(at, 2)}'"
        : char.IsControl(source[at]) || char.IsSurrogate(source[at]) ? string.Create(CultureInfo.InvariantCulture, $"U+{(int)source[at]:X4}")
        : $"'{source[at]}'";

    private static bool IsWordStart(char character) => char.IsLetter(character) || character is '_' or '$';

    private static bool IsNumberPart(char character, char before, bool hexadecimal) =>
        char.IsAsciiLetterOrDigit(character) || character == '.' || (!hexadecimal && character is '+' or '-' && before is 'e' or 'E');

    private static string Hint(char character) => character switch
    {
        '!' => "write != for different, or NOT in front of a condition",
        '&' => "write AND",
        '|' => "write OR",
        ';' => "leave it out: a query is one statement",
        _ => "remove it, or quote the text it belongs to",
    };
}
