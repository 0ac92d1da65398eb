using System.Globalization;

namespace DeviceTwin.Twins.Conditions;

/// <summary>The query around a condition: what is shown, of which collection, and in which groups.</summary>
internal sealed partial class ConditionParser
{
    private const string QueryHint = "write SELECT * FROM devices WHERE tags.line = 'A'";
    private const string GroupHint = "write SELECT tags.line, COUNT() AS devices FROM devices GROUP BY tags.line";

    private static readonly Dictionary<string, AggregateFunction> AggregateFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["COUNT"] = AggregateFunction.Count,
        ["AVG"] = AggregateFunction.Average,
        ["SUM"] = AggregateFunction.Sum,
        ["MIN"] = AggregateFunction.Minimum,
        ["MAX"] = AggregateFunction.Maximum,
    };

    private static readonly string[] AggregateNames = [.. AggregateFunctions.Keys];

    /// <summary>The text from SELECT on.</summary>
    public TwinQuery ParseQuery()
    {
        Require("SELECT", QueryHint);
        var top = TakeKeyword("TOP") ? ParseTop() : default(int?);
        var everything = token.Position;
        var written = TakeSymbol("*") ? null : ReadColumns();
        Require("FROM", QueryHint);
        source = ParseSource();
        var columns = written is null ? null : Checked(written);
        var condition = TwinCondition.All;
        if (token.Kind != TokenKind.End && !IsKeyword("GROUP"))
        {
            condition = ParseWhere();
        }

        var groups = IsKeyword("GROUP") ? ParseGroups() : [];
        if (token.Kind != TokenKind.End)
        {
            RefuseOrder();
            throw groups.Count > 0
                ? Error(token.Position, $"{Shown(token)} follows a complete query", "end it here, or group by another path behind a comma")
                : Following();
        }

        CheckGroups(written, columns, groups, everything);
        return new TwinQuery(text, top, condition) { Source = source, Columns = columns, GroupBy = groups };
    }

    /// <summary>The text of a target condition from FROM on.</summary>
    public TwinCondition ParseModules()
    {
        const string Hint = "write FROM devices.modules WHERE tags.line = 'A'";
        Require("FROM", Hint);
        var start = token;
        source = ParseSource();
        if (source != QuerySource.Modules)
        {
            throw Error(start.Position, "this configuration is for modules, and these are none", Hint);
        }

        var condition = token.Kind == TokenKind.End ? TwinCondition.All : ParseWhere();
        return token.Kind == TokenKind.End ? new TwinCondition(text, condition.Root) : throw Following();
    }

    private int ParseTop()
    {
        var number = token;
        if (number.Kind != TokenKind.Number || !int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var top) || top < 1)
        {
            throw Error(number.Position, $"{Shown(number)} where a number of rows is expected", "write SELECT TOP 10 * FROM devices");
        }

        Advance();
        return top;
    }

    private List<WrittenColumn> ReadColumns()
    {
        var columns = new List<WrittenColumn>();
        do
        {
            var start = token;
            if (start.Kind != TokenKind.Word || IsKeyword("FROM"))
            {
                throw Error(start.Position, $"{Shown(start)} where * or a path is expected", QueryHint);
            }

            WrittenColumn column;
            if (AggregateFunctions.TryGetValue(start.Text, out var aggregate) && lexer.Follows('('))
            {
                Advance();
                Advance();
                var path = aggregate == AggregateFunction.Count ? null : ReadPath(AggregateNames).Path;
                Expect(")", aggregate == AggregateFunction.Count ? "write COUNT()" : $"write {start.Text}(properties.reported.temperature)");
                column = new WrittenColumn(path, aggregate, start.Position, null);
            }
            else
            {
                column = new WrittenColumn(ReadPath(AggregateNames).Path, null, start.Position, null);
            }

            columns.Add(TakeKeyword("AS") ? column with { Alias = ParseAlias() } : column);
        }
        while (TakeSymbol(","));
        return !IsKeyword("FROM") && token.Kind == TokenKind.Word && Spelling.Nearest(token.Text, ["FROM"]) is null
            ? throw Error(token.Position, $"{token.Text} follows a column", "put a comma between columns, AS before another name, FROM behind the last")
            : columns;
    }

    private string ParseAlias()
    {
        var alias = token;
        if (alias.Kind != TokenKind.Word || IsKeyword("FROM"))
        {
            throw Error(alias.Position, $"{Shown(alias)} where a name is expected", "write SELECT tags.line AS line FROM devices");
        }

        Advance();
        return alias.Text;
    }

    private QuerySource ParseSource()
    {
        Require("devices", QueryHint);
        if (!TakeSymbol("."))
        {
            return QuerySource.Devices;
        }

        var collection = token;
        Advance();
        return collection.Kind != TokenKind.Word ? throw Unknown()
            : Is(collection, "modules") ? QuerySource.Modules
            : Is(collection, "jobs") ? QuerySource.Jobs
            : throw Unknown();

        ConditionException Unknown() => Error(
            collection.Position,
            $"{Shown(collection)} is no collection of devices",
            Spelling.Nearest(collection.Text, ["modules", "jobs"]) is { } meant ? $"did you mean devices.{meant}?" : "write FROM devices, devices.modules or devices.jobs");
    }

    /// <summary>The columns, now that it is known of what.</summary>
    private List<QueryColumn> Checked(List<WrittenColumn> written)
    {
        if (source == QuerySource.Jobs)
        {
            throw Error(written[0].Position, "devices.jobs has no projections and aggregates", "write SELECT * FROM devices.jobs and pick from the answer");
        }

        var columns = new List<QueryColumn>();
        var unnamed = 0;
        foreach (var column in written)
        {
            if (column.Path is { } path)
            {
                CheckPath(path, column.Position, shown: column.Aggregate is null);
            }

            var name = column.Alias ?? (column.Aggregate is null ? column.Path![^1] : string.Create(CultureInfo.InvariantCulture, $"${++unnamed}"));
            if (columns.Exists(other => other.Name == name))
            {
                throw Error(column.Position, $"a second column would be called {name}", $"give it a name of its own: {string.Join('.', column.Path ?? ["COUNT()"])} AS other");
            }

            columns.Add(new QueryColumn(name, column.Path is null ? null : new PathOperand(column.Path), column.Aggregate));
        }

        return columns;
    }

    private TwinCondition ParseWhere()
    {
        RefuseOrder();
        Require("WHERE", "write WHERE and a condition, or end the query here");
        if (token.Kind == TokenKind.End || IsKeyword("GROUP"))
        {
            throw Error(token.Position, "WHERE stands without a condition", "leave it out to select every row");
        }

        var start = token.Position;
        var root = Condition(ParseOr());
        var written = token.Kind == TokenKind.End ? text[start..] : text[start..token.Position].TrimEnd();
        return new TwinCondition(written, root);
    }

    private List<PathOperand> ParseGroups()
    {
        var start = token;
        Advance();
        Require("BY", GroupHint);
        if (source == QuerySource.Jobs)
        {
            throw Error(start.Position, "GROUP BY goes with twins only", "write SELECT * FROM devices.jobs and group the answer");
        }

        var groups = new List<PathOperand>();
        do
        {
            groups.Add(ParsePath());
        }
        while (TakeSymbol(","));
        return groups;
    }

    private void CheckGroups(List<WrittenColumn>? written, List<QueryColumn>? columns, List<PathOperand> groups, int everything)
    {
        if (columns is null)
        {
            if (groups.Count > 0)
            {
                throw Error(everything, "* is shown of single rows, not of groups", GroupHint);
            }

            return;
        }

        if (groups.Count == 0 && columns.TrueForAll(column => column.Aggregate is null))
        {
            return;
        }

        var alone = columns.FindIndex(column => column.Aggregate is null && !groups.Exists(group => group.Path.SequenceEqual(column.Path!.Path)));
        if (alone >= 0)
        {
            var path = string.Join('.', columns[alone].Path!.Path);
            throw Error(written![alone].Position, $"{path} differs within a group", $"end the query with GROUP BY {path}, or leave the column out");
        }
    }

    private void RefuseOrder()
    {
        if (IsKeyword("ORDER"))
        {
            throw Error(token.Position, "ORDER BY is not offered", "leave it out: the answer is ordered by deviceId, groups by what they have in common");
        }
    }

    private void Require(string keyword, string hint)
    {
        if (TakeKeyword(keyword))
        {
            return;
        }

        var meant = token.Kind == TokenKind.Word ? Spelling.Nearest(token.Text, [keyword]) : null;
        throw Error(token.Position, $"{Shown(token)} where {keyword} is expected", meant is null ? hint : $"did you mean {meant}? {hint}");
    }

    /// <summary>A column before it is known of what.</summary>
    private sealed record WrittenColumn(List<string>? Path, AggregateFunction? Aggregate, int Position, string? Alias);
}
