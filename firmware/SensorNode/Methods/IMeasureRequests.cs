namespace DeviceTwin.SensorNode.Methods;

/// <summary>What the talk side may ask of the measure side.</summary>
public static class MeasureRequest
{
    /// <summary>Nothing.</summary>
    public const int None = 0;

    /// <summary>A capture now.</summary>
    public const int Capture = 1;

    /// <summary>The accelerometer's self-test.</summary>
    public const int SelfTest = 2;

    /// <summary>The tap test; the argument is the time to wait for the tap, in seconds.</summary>
    public const int TapTest = 3;

    /// <summary>Alarms were seen; the argument has one flag per verdict.</summary>
    public const int AcknowledgeAlarms = 4;

    /// <summary>The baseline is to be learned anew.</summary>
    public const int RelearnBaseline = 5;
}

/// <summary>What came of a request.</summary>
public sealed class MeasureResult
{
    /// <summary>A constant of <see cref="MethodStatus"/>.</summary>
    public readonly int Status;

    /// <summary>JSON: one object.</summary>
    public readonly byte[] Payload;

    public MeasureResult(int status, byte[] payload)
    {
        Status = status;
        Payload = payload;
    }
}

/// <summary>The talk side of the mailbox to the measure side: one request at a time, and its result. No member waits.</summary>
public interface IMeasureRequests
{
    /// <summary>Puts a request in.</summary>
    /// <returns>False where another is under way.</returns>
    bool Post(int request, int argument);

    /// <summary>Takes the result of the request out, or null while there is none.</summary>
    MeasureResult TakeResult();

    /// <summary>Nobody waits for the result any more. The request is carried out all the same; until then the mailbox is busy.</summary>
    void Abandon();
}
