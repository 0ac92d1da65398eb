using System.Collections.Immutable;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>Reads the desired properties that twins had once.</summary>
public sealed partial class SqliteHubStore
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, ImmutableSortedDictionary<string, long>> LoadDesiredRemovals() => Read(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT device_id, paths FROM desired_removals";
        using var reader = command.ExecuteReader();
        var removals = new Dictionary<string, ImmutableSortedDictionary<string, long>>(StringComparer.Ordinal);
        while (reader.Read())
        {
            removals[reader.GetString(0)] = StoredText.Map<long>(reader.GetString(1)).ToImmutableSortedDictionary(StringComparer.Ordinal);
        }

        return removals;
    });
}
