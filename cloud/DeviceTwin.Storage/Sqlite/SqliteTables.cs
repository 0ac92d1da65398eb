using DeviceTwin.Twins;
using Microsoft.Data.Sqlite;

namespace DeviceTwin.Storage.Sqlite;

/// <summary>
/// The tables of one subject, seen from the writer's thread: what each kind of change does to them. All calls come inside the writer's
/// transaction and from its thread.
/// </summary>
internal abstract class SqliteTables(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<Type, Action<StoreChange>> handlers = [];
    private readonly List<SqliteCommand> commands = [];

    /// <summary>What is done with each kind of change.</summary>
    public IReadOnlyDictionary<Type, Action<StoreChange>> Handlers => handlers;

    /// <summary>Follows a twin that was written.</summary>
    public virtual void PutTwin(TwinDocument twin)
    {
    }

    /// <summary>Removes what belongs to a device that is deleted.</summary>
    public virtual void DeleteDevice(string deviceId)
    {
    }

    /// <summary>Writes what is gathered over a transaction and written once.</summary>
    public virtual void BeforeCommit()
    {
    }

    /// <summary>Forgets what is remembered in memory: the transaction was rolled back.</summary>
    public virtual void Forget()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var command in commands)
        {
            command.Dispose();
        }
    }

    /// <summary>Says what a kind of change does.</summary>
    protected void On<T>(Action<T> apply)
        where T : StoreChange => handlers.Add(typeof(T), change => apply((T)change));

    /// <summary>A command with the parameters <c>$0</c>, <c>$1</c>, …; it is disposed with the tables.</summary>
    protected SqliteCommand Prepare(string sql, int parameters)
    {
        var command = SqliteStatements.Prepare(connection, sql, parameters);
        commands.Add(command);
        return command;
    }

    /// <summary>Executes a command of <see cref="Prepare"/>.</summary>
    protected static void Run(SqliteCommand command, params ReadOnlySpan<object?> values) => SqliteStatements.Run(command, values);
}
