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
internal sealed class ConditionLexer(string source)
{
    private static readonly string[] Symbols = ["<>", "!=", "<=", ">=", "[[", "]]", "=", "<", ">", "(", ")", "[", "]", ",", "."];

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

        if (char.IsAsciiDigit(first) || (first == '-' && start + 1 < source.Length && char.IsAsciiDigit(source[start + 1])))
        {
            position++;
            while (position < source.Length && IsNumberPart(source[position], source[position - 1]))
            {
                position++;
            }

            return new Token(TokenKind.Number, source[start..position], start);
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

        throw ConditionParser.Error(start, $"'{first}' has no meaning here", Hint(first));
    }

    /// <summary>The raw text up to <c>]]</c>, for names that are no words: <c>tags.[[line-speed]]</c>.</summary>
    public Token ReadBracketed()
    {
        var start = position;
        var end = source.IndexOf("]]", start, StringComparison.Ordinal);
        if (end < 0)
        {
            throw ConditionParser.Error(start, "the name in [[ has no end", "close it with ]]");
        }

        position = end + 2;
        return new Token(TokenKind.Word, source[start..end], start);
    }

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
                    return new Token(TokenKind.Text, text.ToString(), start);
                }

                position++;
            }

            text.Append(character);
        }

        throw ConditionParser.Error(start, "the string has no end", $"close it with {quote}");
    }

    private static bool IsWordStart(char character) => char.IsLetter(character) || character is '_' or '$';

    private static bool IsNumberPart(char character, char before) =>
        char.IsAsciiLetterOrDigit(character) || character == '.' || (character is '+' or '-' && before is 'e' or 'E');

    private static string Hint(char character) => character switch
    {
        '+' or '-' or '*' or '/' or '%' => "there is no arithmetic in conditions; write a name with a dash as tags.[[name-with-dash]]",
        '!' => "write != for different, or NOT in front of a condition",
        '&' => "write AND",
        '|' => "write OR",
        _ => "remove it, or quote the text it belongs to",
    };
}
