using System.Globalization;

namespace DeviceTwin.Twins.Conditions;

/// <summary>
/// Recursive descent over OR, AND, NOT, comparisons and arithmetic. Keywords and functions go in any case, paths are case-sensitive. The
/// work is bounded by the text's length, the stack by <see cref="MaximumNesting"/>.
/// </summary>
internal sealed partial class ConditionParser
{
    /// <summary>Parentheses, NOTs and arithmetic may nest so deep: the text comes from outside and must not exhaust the stack.</summary>
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

    private static readonly Dictionary<string, ValueType> TypeTests = new(StringComparer.OrdinalIgnoreCase)
    {
        ["IS_NUMBER"] = ValueType.Number,
        ["IS_STRING"] = ValueType.Text,
        ["IS_BOOL"] = ValueType.Boolean,
        ["IS_OBJECT"] = ValueType.Object,
        ["IS_ARRAY"] = ValueType.Array,
        ["IS_NULL"] = ValueType.Null,
        ["IS_PRIMITIVE"] = ValueType.Primitive,
    };

    private static readonly string[] Functions = ["IS_DEFINED", .. TypeTests.Keys, .. TextTests.Keys, "ARRAY_CONTAINS"];

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

    private static readonly Dictionary<string, ArithmeticOperator> ArithmeticOperators = new()
    {
        ["+"] = ArithmeticOperator.Add,
        ["-"] = ArithmeticOperator.Subtract,
        ["*"] = ArithmeticOperator.Multiply,
        ["/"] = ArithmeticOperator.Divide,
        ["%"] = ArithmeticOperator.Remainder,
    };

    private static readonly string[] TargetRoots = ["tags", "deviceId"];

    private static readonly string[] Facts =
    [
        "modelId", "etag", "version", "status", "connectionState", "lastActivityTime", "deviceEtag", "statusReason", "statusUpdateTime", "cloudToDeviceMessageCount",
        "authenticationType", "moduleId", "deviceScope",
    ];

    private static readonly string[] QueryFacts = ["deviceId", .. Facts];
    private static readonly string[] QueryRoots = [.. TargetRoots, "properties", "configurations", "x509Thumbprint", "capabilities", .. Facts];

    /// <summary>Parts of a twin that are no value of their own, but can be shown.</summary>
    private static readonly string[] Parts = ["tags", "properties", "properties.desired", "properties.reported", "x509Thumbprint", "capabilities", "parentScopes"];

    private static readonly string[] JobFacts =
        ["jobId", "deviceId", "jobType", "status", "startTimeUtc", "endTimeUtc", "createdDateTimeUtc", "lastUpdatedDateTimeUtc"];

    private static readonly string[] JobRoots = [.. JobFacts, "outcome", "error"];

    private readonly ConditionLexer lexer;
    private readonly ConditionScope scope;
    private readonly string text;
    private QuerySource source;
    private Token token;
    private int end;
    private int nesting;

    /// <param name="subject">What is read, for refusals.</param>
    public ConditionParser(string text, ConditionScope scope, string subject)
    {
        this.text = text;
        lexer = new ConditionLexer(text, subject);
        this.scope = scope;
        token = lexer.Next();
    }

    public ConditionNode Parse()
    {
        var node = Condition(ParseOr());
        return token.Kind == TokenKind.End ? node : throw Following();
    }

    private Item ParseOr()
    {
        var first = ParseAnd();
        if (!IsKeyword("OR"))
        {
            return first;
        }

        var terms = new List<ConditionNode> { Condition(first) };
        while (TakeKeyword("OR"))
        {
            terms.Add(Condition(ParseAnd()));
        }

        return new Item(new Or(terms));
    }

    private Item ParseAnd()
    {
        var first = ParseNot();
        if (!IsKeyword("AND"))
        {
            return first;
        }

        var terms = new List<ConditionNode> { Condition(first) };
        while (TakeKeyword("AND"))
        {
            terms.Add(Condition(ParseNot()));
        }

        return new Item(new And(terms));
    }

    private Item ParseNot()
    {
        if (!IsKeyword("NOT"))
        {
            return ParseComparison();
        }

        Enter();
        Advance();
        var node = new Not(Condition(ParseNot()));
        nesting--;
        return new Item(node);
    }

    private Item ParseComparison()
    {
        var left = ParseSum();
        if (TakeKeyword("IN"))
        {
            return new Item(new Membership(Value(left), ParseList(), Negated: false));
        }

        if (TakeKeyword("NIN"))
        {
            return new Item(new Membership(Value(left), ParseList(), Negated: true));
        }

        if (IsKeyword("NOT"))
        {
            Advance();
            return TakeKeyword("IN")
                ? new Item(new Membership(Value(left), ParseList(), Negated: true))
                : throw Error(token.Position, $"{Shown(token)} where IN is expected", "write tags.line NOT IN ['A', 'B']");
        }

        if (token.Kind == TokenKind.Symbol && Comparators.TryGetValue(token.Text, out var comparator))
        {
            var operand = Value(left);
            Advance();
            return new Item(new Comparison(operand, comparator, Value(ParseSum())));
        }

        return left;
    }

    private Item ParseSum() => ParseChain(ParseProduct, "+", "-");

    private Item ParseProduct() => ParseChain(ParseSign, "*", "/", "%");

    private Item ParseChain(Func<Item> part, params ReadOnlySpan<string> symbols)
    {
        var left = part();
        var before = nesting;
        while (token.Kind == TokenKind.Symbol && symbols.Contains(token.Text))
        {
            // A chain leans to the left: each link is one level of the tree.
            Enter();
            var operation = ArithmeticOperators[token.Text];
            var operand = Value(left);
            Advance();
            left = new Item(new Arithmetic(operand, operation, Value(part())));
        }

        nesting = before;
        return left;
    }

    private Item ParseSign()
    {
        if (!IsSymbol("-"))
        {
            return ParsePart();
        }

        var sign = token;
        Advance();
        if (token.Kind == TokenKind.Number && token.Position == sign.Position + 1)
        {
            return ParseNumber("-");
        }

        Enter();
        var item = new Item(new Arithmetic(new LiteralOperand(Primitive.Of(0L)), ArithmeticOperator.Subtract, Value(ParseSign())));
        nesting--;
        return item;
    }

    private Item ParsePart()
    {
        var start = token;
        switch (start.Kind)
        {
            case TokenKind.Symbol when start.Text == "(":
                Enter();
                Advance();
                var inner = ParseOr();
                Expect(")", "close the parenthesis");
                nesting--;
                return inner;
            case TokenKind.Text:
                Advance();
                return new Item(new LiteralOperand(Primitive.Of(start.Text)));
            case TokenKind.Number:
                return ParseNumber("");
            case TokenKind.Word when Is(start, "TRUE") || Is(start, "FALSE"):
                Advance();
                return new Item(new LiteralOperand(Primitive.Of(Is(start, "TRUE"))));
            case TokenKind.Word when Is(start, "NULL") || Is(start, "UNDEFINED"):
                Advance();
                return new Item(new LiteralOperand(Primitive.None));
            case TokenKind.Word when Is(start, "IS_DEFINED"):
                Advance();
                Expect("(", "write IS_DEFINED(tags.line)");
                var path = ParsePath();
                Expect(")", "write IS_DEFINED(tags.line)");
                return new Item(new IsDefined(path));
            case TokenKind.Word when TypeTests.TryGetValue(start.Text, out var type):
                Advance();
                Expect("(", $"write {start.Text}(tags.line)");
                var tested = ParsePath();
                Expect(")", $"write {start.Text}(tags.line)");
                return new Item(new TypeTest(type, tested));
            case TokenKind.Word when Is(start, "ARRAY_CONTAINS"):
                return ParseArrayContains($"write {start.Text}(properties.reported.list, 'A')");
            case TokenKind.Word when TextTests.TryGetValue(start.Text, out var test):
                return ParseTextTest(test, $"write {start.Text}(deviceId, 'press')");
            case TokenKind.Word when !Keywords.Contains(start.Text):
                return new Item(ParsePath());
            default:
                throw Error(start.Position, $"{Shown(start)} where a value or path is expected", $"write text in quotes, or a path such as {PathHint}");
        }
    }

    private Item ParseTextTest(TextTest test, string hint)
    {
        Advance();
        Expect("(", hint);
        Enter();
        var value = Value(ParseSum());
        Expect(",", hint);
        var part = Value(ParseSum());
        Expect(")", hint);
        nesting--;
        return new Item(new TextComparison(test, value, part));
    }

    private Item ParseArrayContains(string hint)
    {
        Advance();
        Expect("(", hint);
        Enter();
        var path = ParsePath();
        Expect(",", hint);
        var element = Value(ParseSum());
        Expect(")", hint);
        nesting--;
        return new Item(new ArrayContains(path, element));
    }

    private List<Primitive> ParseList()
    {
        const string Hint = "write a list as ['A', 'B']";
        Expect("[", Hint);
        var items = new List<Primitive>();
        do
        {
            var at = token;
            items.Add(ParseSign() is { Operand: LiteralOperand literal }
                ? literal.Literal
                : throw Error(at.Position, $"{at.Text} is a path or a condition, and a list holds values only", Hint));
        }
        while (TakeSymbol(","));
        Expect("]", Hint);
        return items;
    }

    private PathOperand ParsePath()
    {
        var (path, position) = ReadPath(Functions);
        CheckPath(path, position, shown: false);
        return new PathOperand(path);
    }

    /// <summary>A path as it is written; whether there is such a path is not asked yet.</summary>
    private (List<string> Path, int Position) ReadPath(IReadOnlyList<string> functions)
    {
        var start = token;
        if (start.Kind != TokenKind.Word || Keywords.Contains(start.Text))
        {
            throw Error(start.Position, $"{Shown(start)} where a path is expected", $"write {PathHint}");
        }

        var path = new List<string> { start.Text };
        Advance();
        if (IsSymbol("("))
        {
            throw Error(
                start.Position,
                $"{start.Text} is no function",
                Spelling.Nearest(start.Text, functions) is { } meant ? $"did you mean {meant}?" : $"there are {string.Join(", ", functions)}");
        }

        var pathEnd = end;
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

            pathEnd = end;
        }

        if (path.Count > 1 && lexer.DashedNameAfter(pathEnd) is { } dashed && Root(dashed) is { } second && !QueryRoots.Contains(second))
        {
            throw Error(pathEnd, "'-' subtracts", $"a name with a dash goes in brackets: {string.Join('.', path[..^1])}.[[{path[^1]}{dashed}]]");
        }

        return (path, start.Position);

        static string Root(string dashed) => dashed[1..].Split('-')[0];
    }

    /// <summary>Puts a path into the one form that it has in the documents: without the collection's name, facts in their own case.</summary>
    private void Normalize(List<string> path)
    {
        // "devices.deviceId" is the same as "deviceId", and so is "id" in the SDKs' own samples.
        if (path[0] == "devices" && path.Count > 1)
        {
            path.RemoveRange(0, path.Count > 2 && (path[1], source) is ("modules", QuerySource.Modules) or ("jobs", QuerySource.Jobs) ? 2 : 1);
        }

        if (scope == ConditionScope.Query && Array.Find(source == QuerySource.Jobs ? JobRoots : QueryFacts, fact => fact.Equals(path[0], StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            path[0] = known;
        }

        if (path is ["id"])
        {
            path[0] = source == QuerySource.Jobs ? "jobId" : "deviceId";
        }
        else if (source == QuerySource.Jobs && path is ["createdTimeUtc"])
        {
            // Azure's own examples call it so.
            path[0] = "createdDateTimeUtc";
        }
    }

    /// <param name="shown">Whether whole parts of a document will do.</param>
    private void CheckPath(List<string> path, int position, bool shown)
    {
        Normalize(path);
        var known = (source, path[0]) switch
        {
            (QuerySource.Jobs, "outcome" or "error") => true,
            (QuerySource.Jobs, _) => path.Count == 1 && JobFacts.Contains(path[0]),
            _ => path switch
            {
                ["deviceId"] or ["tags", _, ..] => true,
                ["moduleId"] when source == QuerySource.Modules => true,
                _ when scope == ConditionScope.Target => false,
                ["properties", "desired" or "reported", _, ..] => true,
                ["configurations", _, "status"] or ["x509Thumbprint", "primaryThumbprint" or "secondaryThumbprint"] or ["capabilities", "iotEdge"] => true,
                _ => (path.Count == 1 && Facts.Contains(path[0])) || (shown && Parts.Contains(string.Join('.', path))),
            },
        };
        if (known)
        {
            return;
        }

        var written = string.Join('.', path);
        throw scope == ConditionScope.Target
                ? Error(position, $"{written} cannot select devices", $"{Meant(path, TargetRoots)}a target condition uses {PathHint}; put text in quotes")
            : source == QuerySource.Jobs
                ? Error(position, $"{written} is unknown", $"{Meant(path, JobRoots)}devices.jobs has {string.Join(", ", JobRoots)}; put text in quotes")
            : path[0] == "configurations"
                ? Error(position, $"{written} is unknown", "use configurations.[[id]].status, which is 'Applied' or 'Targeted'")
            : Error(position, $"{written} is unknown", $"{Meant(path, QueryRoots)}use {PathHint}, properties.reported.…, properties.desired.…, connectionState or status; put text in quotes");
    }

    private static string Meant(List<string> path, string[] roots)
    {
        if (path[0] == "properties" && path.Count > 1)
        {
            return Spelling.Nearest(path[1], ["desired", "reported"]) is { } section && section != path[1]
                ? $"did you mean {string.Join('.', (string[])["properties", section, .. path[2..]])}? "
                : "";
        }

        // tags without a name, for one, is the right word.
        return Spelling.Nearest(path[0], roots) is { } root && root != path[0]
            ? $"did you mean {string.Join('.', (string[])[root, .. path[1..]])}? "
            : "";
    }

    private Item ParseNumber(string sign)
    {
        var number = token;
        Advance();
        return new Item(new LiteralOperand(Number(sign + number.Text)
            ?? throw Error(number.Position, $"{number.Text} is not a number", "write 5, -1.5, 2e3 or 0x1F, or put text in quotes")));
    }

    private static Primitive? Number(string written)
    {
        if (long.TryParse(written, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
        {
            return Primitive.Of(integer);
        }

        var negative = written[0] == '-';
        var digits = negative ? written[1..] : written;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            return long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var bits) && bits >= 0
                ? Primitive.Of(negative ? -bits : bits)
                : null;
        }

        return double.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? Primitive.Of(value)
            : null;
    }

    /// <summary>A condition, or a flag that stands alone: tags.spare, or true.</summary>
    private ConditionNode Condition(Item item) => item switch
    {
        { Condition: { } condition } => condition,
        { Operand: PathOperand or LiteralOperand { Literal.Kind: PrimitiveKind.Boolean or PrimitiveKind.None } } =>
            new Comparison(item.Operand, Comparator.Equal, new LiteralOperand(Primitive.Of(true))),
        _ => throw Error(token.Position, $"{Shown(token)} where a comparison is expected", "compare with = != < > <= >= or IN"),
    };

    private Operand Value(Item item) => item.Operand
        ?? throw Error(token.Position, $"{Shown(token)} follows a condition, which is no value", "join conditions with AND or OR");

    private ConditionException Following() =>
        Error(token.Position, $"{Shown(token)} follows a complete condition", Meaning(token) ?? "join conditions with AND or OR");

    private static string? Meaning(Token token) =>
        token.Kind == TokenKind.Word && Spelling.Nearest(token.Text, ["AND", "OR", "IN", "NIN"]) is { } meant ? $"did you mean {meant}?" : null;

    private void Enter()
    {
        if (++nesting > MaximumNesting)
        {
            throw Error(token.Position, $"more than {MaximumNesting} levels of parentheses, NOT and arithmetic", "simplify the condition");
        }
    }

    private void Advance()
    {
        end = token.Position + token.Text.Length;
        token = lexer.Next();
    }

    private ConditionException Error(int position, string problem, string hint) => lexer.Error(position, problem, hint);

    private bool IsSymbol(string symbol) => token.Kind == TokenKind.Symbol && token.Text == symbol;

    private bool IsKeyword(string keyword) => token.Kind == TokenKind.Word && Is(token, keyword);

    private static bool Is(Token token, string keyword) => token.Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

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

    /// <summary>What a part of the text turned out to be: a condition or a value.</summary>
    private readonly record struct Item(ConditionNode? Condition, Operand? Operand)
    {
        public Item(ConditionNode condition)
            : this(condition, null)
        {
        }

        public Item(Operand operand)
            : this(null, operand)
        {
        }
    }
}
