using DeviceTwin.Storage.Query;
using DeviceTwin.Twins.Conditions;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite.Query;

/// <summary>Reads what <see cref="GroupSearchSql"/> asks for.</summary>
internal static class GroupRows
{
    /// <summary>A number comes to a sum.</summary>
    /// <param name="sum">Null for the first: every group must have its own.</param>
    public static ExactSum Add(ExactSum? sum, object? number)
    {
        sum ??= new ExactSum();
        sum.Add(ConditionFunctions.Of(PrimitiveKind.Number, number));
        return sum;
    }

    /// <summary>What a group has in common: its rank in a column, its value in the next.</summary>
    public static GroupValue Value(SqliteDataReader row, int column)
    {
        var rank = row.GetInt32(column);
        return rank <= (int)PrimitiveKind.Text
            ? GroupValue.Of(ConditionFunctions.Of((PrimitiveKind)rank, row.GetValue(column + 1)))
            : GroupValue.OfStructure(System.Text.Encoding.UTF8.GetString((byte[])row.GetValue(column + 1)));
    }

    /// <summary>An aggregate that begins in a column.</summary>
    public static Primitive Aggregate(SqliteDataReader row, int column, AggregateFunction function)
    {
        switch (function)
        {
            case AggregateFunction.Minimum:
                return Of(PrimitiveKind.Boolean) is { Kind: not PrimitiveKind.None } truth ? truth
                    : Of(PrimitiveKind.Number) is { Kind: not PrimitiveKind.None } number ? number
                    : Of(PrimitiveKind.Text);
            case AggregateFunction.Maximum:
                return Of(PrimitiveKind.Text) is { Kind: not PrimitiveKind.None } text ? text
                    : Of(PrimitiveKind.Number) is { Kind: not PrimitiveKind.None } most ? most
                    : Of(PrimitiveKind.Boolean);
            default:
                return ConditionFunctions.Of(PrimitiveKind.Number, row.GetValue(column)).Canonical();
        }

        Primitive Of(PrimitiveKind kind) => ConditionFunctions.Of(kind, row.GetValue(column + (int)kind - 1)).Canonical();
    }
}

/// <summary>What the hub knows of devices, asked once for each: a statement must not see a device change its mind.</summary>
internal sealed class PresenceMemory(Func<string, PresenceFact?>? presence)
{
    private readonly Dictionary<string, PresenceFact?> known = new(StringComparer.Ordinal);

    public PresenceFact? Of(string deviceId)
    {
        if (presence is null)
        {
            return null;
        }

        if (!known.TryGetValue(deviceId, out var fact))
        {
            known.Add(deviceId, fact = presence(deviceId));
        }

        return fact;
    }

    /// <summary>The function <see cref="ConditionSql.LiveFunction"/>.</summary>
    /// <param name="argument">The configuration's id.</param>
    public object? Ask(string deviceId, long fact, string? argument) => (LiveFact)fact switch
    {
        LiveFact.ConnectionState => ConditionSubject.ConnectionState(Of(deviceId)?.Connected == true),
        LiveFact.LastActivityTime => ConditionSubject.ActivityTime(Of(deviceId)?.LastActivityAt),
        LiveFact.QueuedMessages => (long)(Of(deviceId)?.QueuedMessages ?? 0),
        _ => Of(deviceId)?.ConfigurationStatus?.Invoke(argument ?? ""),
    };
}
