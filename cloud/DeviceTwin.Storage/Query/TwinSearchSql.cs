using System.Text.Json;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Query;

/// <summary>Translates a search into one statement: one snapshot of the database answers it.</summary>
internal static class TwinSearchSql
{
    /// <summary>The columns of a twin, in the order in which the loader reads them.</summary>
    public const string Columns =
        "t.device_id, t.etag, t.version, t.tags, t.desired, t.desired_version, t.desired_metadata, t.reported, t.reported_version, "
        + "t.reported_metadata, t.model_id, t.last_activity_at, t.applied";

    public static SqlText Of(TwinSearch search, IndexedPaths index)
    {
        var sql = new SqlText();
        var asksPresence = TwinSearch.AsksPresence(search.Condition.Root);
        if (asksPresence)
        {
            sql.Add("WITH presence(device_id, connected, active_at) AS MATERIALIZED (SELECT key, value ->> 0, value ->> 1 FROM json_each(")
                .Add(sql.Parameter(Written(search.Presence ?? throw new ArgumentException("The condition asks for presence.", nameof(search)))))
                .Add(")) ");
        }

        sql.Add("SELECT ").Add(Columns).Add(" FROM twins t JOIN identities i ON i.device_id = t.device_id ");
        if (asksPresence)
        {
            sql.Add("LEFT JOIN presence p ON p.device_id = t.device_id ");
        }

        sql.Add("WHERE ").Add(new ConditionSql(sql, index).Of(search.Condition.Root));
        if (search.After is { } after)
        {
            sql.Add(" AND t.device_id > ").Add(sql.Parameter(after));
        }

        return sql.Add(" ORDER BY t.device_id LIMIT ").Add(sql.Parameter((long)search.Limit));
    }

    /// <summary>Device id to <c>[connected, time]</c>.</summary>
    private static string Written(IReadOnlyDictionary<string, PresenceFact> presence) => JsonSerializer.Serialize(
        presence.ToDictionary(
            entry => entry.Key,
            entry => new object[] { entry.Value.Connected ? 1 : 0, ConditionSubject.ActivityTime(entry.Value.LastActivityAt) }),
        Json.Relaxed);
}
