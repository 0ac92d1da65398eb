using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DeviceTwin.Provisioning.Tray;

/// <summary>A line of a journal. What does not apply is left out.</summary>
/// <param name="At">UTC.</param>
/// <param name="Event"><c>run</c>, <c>board</c>, <c>done</c>, <c>fault</c>, <c>measured</c> or <c>end</c>.</param>
/// <param name="DeviceId">The plan's line.</param>
/// <param name="Step">Of <see cref="TrayStep"/>.</param>
/// <param name="ChipId">The board.</param>
/// <param name="Port">Where it was plugged in.</param>
/// <param name="Row">Hash of the plan's line: another line of the same name begins anew.</param>
/// <param name="Code">Of <see cref="Diagnosis"/>.</param>
/// <param name="Detail">Never a secret.</param>
public sealed record JournalEntry(
    DateTimeOffset At, string Event, string? DeviceId = null, string? Step = null, string? ChipId = null, string? Port = null, string? Row = null, string? Code = null, string? Detail = null);

/// <summary>What a journal knows of a board.</summary>
/// <param name="ChipId">The chip that was given this line; null before one was.</param>
/// <param name="Row">Hash of the plan's line then.</param>
/// <param name="Reached">What was reached.</param>
/// <param name="Fault">The last entry of a fault behind which nothing was reached.</param>
public sealed record JournalBoard(string? ChipId, string? Row, Milestones Reached, JournalEntry? Fault);

/// <summary>
/// What happened to a tray, one JSON object a line, only ever added to. A line is on the disk before the next step begins, so that a run that was cut off
/// anywhere goes on where it stopped; the last line may be torn and is passed over then. Nobody but its owner may read it; there are no secrets in it.
/// </summary>
public sealed class TrayJournal : IDisposable
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Lock gate = new();
    private readonly FileStream file;
    private readonly Dictionary<string, JournalBoard> boards;
    private readonly TimeProvider time;

    private TrayJournal(FileStream file, Dictionary<string, JournalBoard> boards, TimeProvider time)
    {
        this.file = file;
        this.boards = boards;
        this.time = time;
    }

    /// <summary>Opens a journal, or begins one.</summary>
    /// <exception cref="IOException">It cannot be read or written, others may read it, or another run has it open.</exception>
    public static TrayJournal Open(string path, TimeProvider time)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var boards = new Dictionary<string, JournalBoard>(StringComparer.Ordinal);
        PrivateFile.RequirePrivate(path);
        var file = OpenAlone(path);
        try
        {
            var whole = Replay(file, boards);
            file.SetLength(whole);
            file.Seek(0, SeekOrigin.End);
            return new TrayJournal(file, boards, time);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What the journal knows of a line of the plan.</summary>
    public JournalBoard Board(string deviceId)
    {
        lock (gate)
        {
            return boards.GetValueOrDefault(deviceId) ?? new JournalBoard(null, null, Milestones.None, null);
        }
    }

    /// <summary>The line that a chip was given; null where it is none.</summary>
    public string? DeviceOf(string chipId)
    {
        lock (gate)
        {
            return boards.FirstOrDefault(board => board.Value.ChipId == chipId).Key;
        }
    }

    /// <summary>Adds a line; it is on the disk when this returns.</summary>
    public void Add(JournalEntry entry)
    {
        lock (gate)
        {
            entry = entry with { At = time.GetUtcNow() };
            Note(entry, boards);
            file.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, Form) + "\n"));
            file.Flush(flushToDisk: true);
        }
    }

    /// <summary>The lines of a journal, without a torn one at its end.</summary>
    public static IReadOnlyList<JournalEntry> Read(string path) =>
        [.. File.ReadAllLines(path).Select(Parse).OfType<JournalEntry>()];

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static FileStream OpenAlone(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }

    // Gives back how much of it is whole lines.
    private static long Replay(FileStream file, Dictionary<string, JournalBoard> boards)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        var whole = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        foreach (var line in Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parse(line) is { } entry)
            {
                Note(entry, boards);
            }
        }

        return whole;
    }

    private static JournalEntry? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(line, Form);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Note(JournalEntry entry, Dictionary<string, JournalBoard> boards)
    {
        if (entry.DeviceId is null)
        {
            return;
        }

        var board = boards.GetValueOrDefault(entry.DeviceId) ?? new JournalBoard(null, null, Milestones.None, null);
        boards[entry.DeviceId] = entry.Event switch
        {
            // Another chip, or another line of the same name, begins anew.
            "board" => board.ChipId == entry.ChipId && board.Row == entry.Row ? board : new JournalBoard(entry.ChipId, entry.Row, Milestones.None, null),
            "done" when Enum.TryParse<TrayStep>(entry.Step, ignoreCase: true, out var step) => board with { Reached = board.Reached | TrayMachine.Of(step), Fault = null },
            "fault" => board with { Fault = entry },
            _ => board,
        };
    }
}
