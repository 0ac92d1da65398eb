namespace DeviceTwin.Bench.Soak.Crash;

/// <summary>The hub that is soaked did not start or does not answer: what it has kept cannot be judged.</summary>
/// <param name="code">Stable, for programs.</param>
/// <param name="what">The beginning of a sentence that goes on with when it was.</param>
public sealed class HubLostException(string code, string what) : Exception(what)
{
    public string Code => code;
}

/// <summary>A soak came to an end before its time. The message is a sentence for a person.</summary>
/// <param name="round">The round in which it was, from 1; 0 = before the first.</param>
/// <param name="log">The file with the last that the hub logged.</param>
public sealed class CrashSoakException(HubLostException cause, int seed, int round, string log)
    : Exception($"{cause.Message}, {(round == 0 ? "before the first round" : $"in round {round}")} of the soak with seed {seed}.", cause)
{
    /// <summary>Stable, for programs.</summary>
    public string Code => cause.Code;

    public string Log => log;

    /// <summary>What to do now, one sentence.</summary>
    public string NextStep => $"Read {log}, the last that the hub logged; where it says nothing the machine was too busy: run it again with a longer --start-timeout.";
}
