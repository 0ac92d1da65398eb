using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DeviceTwin.Twins.Conditions;

/// <summary>Recursive descent over OR, AND, NOT and the tests. Keywords and functions go in any case, paths are case-sensitive.</summary>
internal sealed class ConditionParser
{
    /// <summary>Parentheses and NOTs may nest so deep: the text comes from outside and must not exhaust the stack.</summary>
    private const int MaximumNesting = 64;

    private const string PathHint = "tags.line, tags.[[line-speed]] or deviceId";

    private static readonly HashSet<string> Keywords =
        new(["AND", "OR", "NOT", "IN", "NIN", "TRUE", "FALSE", "NULL", "UNDEFINED"], StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, TextTest> TextTests = new(StringComparer.OrdinalIgnoreCase)
    {
        ["STARTSWITH"] = TextTest.StartsWith,
        ["STARTS_WITH"] = TextTest.StartsWith,
        ["ENDSWITH"] = TextTest.EndsWith,
        ["ENDS_WITH"] = TextTest.EndsWith,
        ["CONTAINS"] = TextTest.Contains,
    };

    private static readonly Dictionary<string, Comparator> Comparators = new()
    {
        ["="] = Comparator.Equal,
        ["!="] = Comparator.NotEqual,
        ["<>"] = Comparator.NotEqual,
        ["<"] = Comparator.Less,
        [">"] = Comparator.Greater,
        ["<="] = Comparator.LessOrEqual,
        [">="] = Comparator.GreaterOrEqual,
    };

    private readonly ConditionLexer lexer;
    private readonly ConditionScope scope;
    private Token token;
    private int nesting;

    public ConditionParser(string text, ConditionScope scope)
    {
        lexer = new ConditionLexer(text);
        this.scope = scope;
        token = lexer.Next();
    }

    public ConditionNode Parse()
    {
        var node = ParseOr();
        return token.Kind == TokenKind.End
            ? node
            : throw Error(token.Position, $"{Shown(token)} follows a complete condition", "join conditions with AND or OR");
    }

    /// <summary>A refusal that names the column (from 1) and what would be right.</summary>
    internal static TwinException Error(int position, string problem, string hint) => new(
        TwinError.ArgumentInvalid, $"Condition, column {position + 1}: {problem}. Hint: {hint}.");

    private ConditionNode ParseOr()
    {
        var terms = new List<ConditionNode> { ParseAnd() };
        while (TakeKeyword("OR"))
        {
            terms.Add(ParseAnd());
        }

        return terms.Count == 1 ? terms[0] : new Or(terms);
    }

    private ConditionNode ParseAnd()
    {
        var terms = new List<ConditionNode> { ParseNot() };
        while (TakeKeyword("AND"))
        {
            terms.Add(ParseNot());
        }

        return terms.Count == 1 ? terms[0] : new And(terms);
    }

    private ConditionNode ParseNot()
    {
        if (!IsKeyword("NOT"))
        {
            return ParseTest();
        }

        Enter();
        Advance();
        var node = new Not(ParseNot());
        nesting--;
        return node;
    }

    private ConditionNode ParseTest()
    {
        if (IsSymbol("("))
        {
            Enter();
            Advance();
            var inner = ParseOr();
            Expect(")", "close the parenthesis");
            nesting--;
            return inner;
        }

        var start = token;
        if (start.Kind == TokenKind.Word && start.Text.Equals("IS_DEFINED", StringComparison.OrdinalIgnoreCase))
        {
            Advance();
            Expect("(", "write IS_DEFINED(tags.line)");
            var path = ParsePath();
            Expect(")", "write IS_DEFINED(tags.line)");
            return new IsDefined(path);
        }

        if (start.Kind == TokenKind.Word && TextTests.TryGetValue(start.Text, out var test))
        {
            Advance();
            Expect("(", $"write {start.Text}(deviceId, 'press')");
            var value = ParseOperand();
            Expect(",", $"write {start.Text}(deviceId, 'press')");
            var part = ParseOperand();
            Expect(")", $"write {start.Text}(deviceId, 'press')");
            return new TextComparison(test, value, part);
        }

        return ParseComparison();
    }

    private ConditionNode ParseComparison()
    {
        var left = ParseOperand();
        if (TakeKeyword("IN"))
        {
            return new Membership(left, ParseList(), Negated: false);
        }

        if (TakeKeyword("NIN"))
        {
            return new Membership(left, ParseList(), Negated: true);
        }

        if (IsKeyword("NOT"))
        {
            Advance();
            return TakeKeyword("IN")
                ? new Membership(left, ParseList(), Negated: true)
                : throw Error(token.Position, $"{Shown(token)} where IN is expected", "write tags.line NOT IN ['A', 'B']");
        }

        if (token.Kind == TokenKind.Symbol && Comparators.TryGetValue(token.Text, out var comparator))
        {
            Advance();
            return new Comparison(left, comparator, ParseOperand());
        }

        // A flag may stand alone: tags.spare, or true.
        if (left is LiteralOperand { Literal: not null } literal && literal.Literal.GetValueKind() is not (JsonValueKind.True or JsonValueKind.False))
        {
            throw Error(token.Position, $"{Shown(token)} where a comparison is expected", "compare with = != < > <= >= or IN");
        }

        return new Comparison(left, Comparator.Equal, new LiteralOperand(JsonValue.Create(true)));
    }

    private List<JsonNode> ParseList()
    {
        const string Hint = "write a list as ['A', 'B']";
        Expect("[", Hint);
        var items = new List<JsonNode>();
        do
        {
            var at = token;
            if (ParseOperand() is LiteralOperand literal)
            {
                if (literal.Literal is not null)
                {
                    items.Add(literal.Literal);
                }
            }
            else
            {
                throw Error(at.Position, $"{Shown(at)} is a path, a list takes values", "put text in quotes: ['A', 'B']");
            }
        }
        while (TakeSymbol(","));
        Expect("]", Hint);
        return items;
    }

    private Operand ParseOperand()
    {
        var start = token;
        switch (start.Kind)
        {
            case TokenKind.Text:
                Advance();
                return new LiteralOperand(JsonValue.Create(start.Text));
            case TokenKind.Number:
                Advance();
                return new LiteralOperand(ParseNumber(start));
            case TokenKind.Word when start.Text.Equals("true", StringComparison.OrdinalIgnoreCase):
                Advance();
                return new LiteralOperand(JsonValue.Create(true));
            case TokenKind.Word when start.Text.Equals("false", StringComparison.OrdinalIgnoreCase):
                Advance();
                return new LiteralOperand(JsonValue.Create(false));
            case TokenKind.Word when start.Text.Equals("null", StringComparison.OrdinalIgnoreCase)
                || start.Text.Equals("undefined", StringComparison.OrdinalIgnoreCase):
                Advance();
                return new LiteralOperand(null);
            case TokenKind.Word when !Keywords.Contains(start.Text):
                return ParsePath();
            default:
                throw Error(start.Position, $"{Shown(start)} where a value or path is expected", $"write text in quotes, or a path such as {PathHint}");
        }
    }

    private PathOperand ParsePath()
    {
        var start = token;
        if (start.Kind != TokenKind.Word || Keywords.Contains(start.Text))
        {
            throw Error(start.Position, $"{Shown(start)} where a path is expected", $"write {PathHint}");
        }

        var path = new List<string> { start.Text };
        Advance();
        while (TakeSymbol("."))
        {
            if (IsSymbol("[["))
            {
                path.Add(lexer.ReadBracketed().Text);
                Advance();
            }
            else if (token.Kind == TokenKind.Word)
            {
                path.Add(token.Text);
                Advance();
            }
            else
            {
                throw Error(token.Position, $"{Shown(token)} where a name is expected", $"write {PathHint}");
            }
        }

        // "devices.deviceId" is the same as "deviceId".
        if (path[0] == "devices" && path.Count > 1)
        {
            path.RemoveAt(0);
        }

        CheckPath(path, start.Position);
        return new PathOperand(path);
    }

    private void CheckPath(List<string> path, int position)
    {
        var known = path[0] switch
        {
            "deviceId" => path.Count == 1,
            "tags" => path.Count > 1,
            "properties" => scope == ConditionScope.Query && path.Count > 2 && path[1] is "desired" or "reported",
            "modelId" or "etag" or "version" or "status" or "connectionState" => scope == ConditionScope.Query && path.Count == 1,
            _ => false,
        };
        if (known)
        {
            return;
        }

        var text = string.Join('.', path);
        throw scope == ConditionScope.Target
            ? Error(position, $"{text} cannot select devices", $"a target condition uses {PathHint}; put text in quotes")
            : Error(position, $"{text} is unknown", $"use {PathHint}, properties.reported.…, properties.desired.…, connectionState or status; put text in quotes");
    }

    private static JsonNode ParseNumber(Token number)
    {
        if (long.TryParse(number.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return JsonValue.Create(integer);
        }

        return double.TryParse(number.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? JsonValue.Create(value)
            : throw Error(number.Position, $"{number.Text} is not a number", "write 5, -1.5 or 2e3, or put text in quotes");
    }

    private void Enter()
    {
        if (++nesting > MaximumNesting)
        {
            throw Error(token.Position, $"more than {MaximumNesting} levels of parentheses and NOT", "simplify the condition");
        }
    }

    private void Advance() => token = lexer.Next();

    private bool IsSymbol(string symbol) => token.Kind == TokenKind.Symbol && token.Text == symbol;

    private bool IsKeyword(string keyword) =>
        token.Kind == TokenKind.Word && token.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    private bool TakeSymbol(string symbol)
    {
        if (!IsSymbol(symbol))
        {
            return false;
        }

        Advance();
        return true;
    }

    private bool TakeKeyword(string keyword)
    {
        if (!IsKeyword(keyword))
        {
            return false;
        }

        Advance();
        return true;
    }

    private void Expect(string symbol, string hint)
    {
        if (!TakeSymbol(symbol))
        {
            throw Error(token.Position, $"{Shown(token)} where {symbol} is expected", hint);
        }
    }

    private static string Shown(Token token) => token.Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"the string '{token.Text}'",
        _ => token.Text,
    };
}
