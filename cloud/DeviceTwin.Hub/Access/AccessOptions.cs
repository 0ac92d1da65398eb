namespace DeviceTwin.Hub.Access;

/// <summary>Settings of who may do what.</summary>
public sealed record AccessOptions
{
    /// <summary>PBKDF2 with SHA-512: about a fifth of a second on a small computer. A hash keeps the number it was made with.</summary>
    public int PasswordIterations { get; init; } = 210_000;

    /// <summary>How long a browser stays signed in.</summary>
    public TimeSpan SessionLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Browsers per user; the oldest goes.</summary>
    public int MaxSessions { get; init; } = 20;

    /// <summary>How long an API token is valid where nothing else is asked for, and at most.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromDays(90);

    public TimeSpan LongestTokenLifetime { get; init; } = TimeSpan.FromDays(366);

    public int MaxTokens { get; init; } = 50;

    /// <summary>Wrong passwords of one account before it has to wait.</summary>
    public int AccountAttempts { get; init; } = 5;

    /// <summary>Wrong passwords from one address before it has to wait; several people may share it.</summary>
    public int AddressAttempts { get; init; } = 20;

    /// <summary>The first wait; it doubles with every further attempt.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait; after as long a pause attempts are forgotten.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether callers are trusted without signing in: the hub listens on loopback alone.</summary>
    public bool Loopback { get; init; } = true;

    /// <summary>Trust callers on loopback although there are users (<c>--local-admin</c>).</summary>
    public bool LocalAdmin { get; init; }

    /// <summary>The name that connection strings carry.</summary>
    public string HostName { get; init; } = "localhost";
}
