using System.Security.Cryptography;
using System.Text;
using DeviceTwin.Provisioning.Flashing;
using DeviceTwin.Provisioning.Identities;
using DeviceTwin.Provisioning.Serial;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>What came of a board in a run.</summary>
/// <param name="Row">The plan's line.</param>
/// <param name="ChipId">The chip that has it; null where none came.</param>
/// <param name="Reached">How far it has come.</param>
/// <param name="Fault">Why it was given up; null where it is done.</param>
/// <param name="Detail">What makes the fault this one.</param>
public sealed record BoardResult(PlanRow Row, string? ChipId, Milestones Reached, Diagnosis? Fault, string Detail)
{
    /// <summary>Whether nothing is left to do.</summary>
    public bool IsDone => Fault is null;
}

/// <summary>Something that a person may want to see of a board.</summary>
/// <param name="Row">The plan's line.</param>
/// <param name="Step">What is done now.</param>
/// <param name="Percent">How far that is; null where nobody knows.</param>
/// <param name="Tries">How often it has failed.</param>
/// <param name="Code">The last fault; null where there is none.</param>
/// <param name="Port">Where the board is; null where it is not.</param>
public sealed record BoardNews(PlanRow Row, TrayStep Step, int? Percent, int Tries, string? Code, string? Port);

/// <summary>What a tray works with.</summary>
public sealed record TrayParts
{
    /// <summary>This computer's ports.</summary>
    public required ISerialPorts Ports { get; init; }

    /// <summary>How.</summary>
    public required TrayOptions Options { get; init; }

    /// <summary>What happened.</summary>
    public required TrayJournal Journal { get; init; }

    /// <summary>What only the plant knows.</summary>
    public required SecretStore Secrets { get; init; }

    /// <summary>Networks.</summary>
    public required WifiProfiles Wifi { get; init; }

    /// <summary>Where identities come from.</summary>
    public required IEnrolment Enrolment { get; init; }

    /// <summary>Writes firmware; nobody does where null.</summary>
    public IFlasher? Flasher { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Hears what happens, from any thread.</summary>
    public Action<BoardNews> Tell { get; init; } = _ => { };

    internal BoardDesk Desk { get; init; } = null!;

    /// <summary>Tells whether a line is the one that the journal has.</summary>
    internal string Hash(PlanRow row) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{row with { LineNumber = 0 }}")).AsSpan(0, 8));
}

/// <summary>A tray of boards, all at once. A board that fails stops no other.</summary>
public static class TrayRun
{
    /// <summary>Works until every board is done or given up.</summary>
    /// <returns>What came of each line, in the plan's order.</returns>
    /// <exception cref="OperationCanceledException">It was interrupted; the same run begun again goes on.</exception>
    public static async Task<IReadOnlyList<BoardResult>> Run(IReadOnlyList<PlanRow> rows, TrayParts parts, CancellationToken cancellation)
    {
        parts.Journal.Add(new JournalEntry(default, "run", Detail: $"{rows.Count} boards"));
        var chips = rows.Select(row => (row.DeviceId, parts.Journal.Board(row.DeviceId).ChipId)).Where(row => row.ChipId is not null).Select(row => KeyValuePair.Create(row.ChipId!, row.DeviceId));
        var desk = new BoardDesk(parts.Ports, parts.Options, chips, parts.Time);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var looking = desk.Run(over.Token);
        try
        {
            return await Task.WhenAll(rows.Select(row => Task.Run(() => Work(row, parts with { Desk = desk }, cancellation), CancellationToken.None)));
        }
        finally
        {
            await over.CancelAsync();
            await looking;
        }
    }

    private static async Task<BoardResult> Work(PlanRow row, TrayParts parts, CancellationToken cancellation)
    {
        using var worker = new BoardWorker(row, parts);
        try
        {
            return await worker.Run(cancellation);
        }
        catch (Exception unforeseen) when (unforeseen is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            // One board's trouble, whatever it is, is not the tray's.
            parts.Journal.Add(new JournalEntry(default, "end", row.DeviceId, "failed", Code: Diagnosis.Unexpected.Code, Detail: unforeseen.GetType().Name));
            return new BoardResult(row, parts.Journal.Board(row.DeviceId).ChipId, parts.Journal.Board(row.DeviceId).Reached, Diagnosis.Unexpected, unforeseen.Message);
        }
    }
}
