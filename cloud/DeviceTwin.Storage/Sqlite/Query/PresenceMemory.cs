using DeviceTwin.Storage.Query;
using DeviceTwin.Twins.Conditions;

namespace DeviceTwin.Storage.Sqlite.Query;

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
        LiveFact.LastActivityTime => ConditionSubject.Instant(Of(deviceId)?.LastActivityAt),
        LiveFact.QueuedMessages => (long)(Of(deviceId)?.QueuedMessages ?? 0),
        _ => Of(deviceId)?.ConfigurationStatus?.Invoke(argument ?? ""),
    };
}
