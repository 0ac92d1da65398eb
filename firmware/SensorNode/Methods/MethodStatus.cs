namespace DeviceTwin.SensorNode.Methods;

/// <summary>The catalogue of what an answer to a direct method can say: statuses as HTTP has them, each with one word.</summary>
public static class MethodStatus
{
    /// <summary>Done; the body says what came of it.</summary>
    public const int Done = 200;

    /// <summary>Begun, or to be confirmed; the body says how it goes on.</summary>
    public const int Accepted = 202;

    /// <summary>The body is not what the method takes. Nothing was done.</summary>
    public const int BadPayload = 400;

    /// <summary>The confirmation is missing or wrong. Nothing was done.</summary>
    public const int NotConfirmed = 403;

    /// <summary>The node has no such method.</summary>
    public const int UnknownMethod = 404;

    /// <summary>Another request is under way, or it is meant for another start of the node. Nothing was done.</summary>
    public const int Conflict = 409;

    /// <summary>The body is longer than <see cref="MethodDesk.MaximumPayload"/>. Nothing was done.</summary>
    public const int TooLong = 413;

    /// <summary>It was tried and failed; the body says why.</summary>
    public const int Failed = 500;

    /// <summary>The node's hardware or firmware has not what it takes.</summary>
    public const int NotFitted = 501;

    /// <summary>The node runs in safe mode and measures nothing.</summary>
    public const int Unavailable = 503;

    /// <summary>The word of a status.</summary>
    public static string Word(int status)
    {
        switch (status)
        {
            case Done:
                return "done";
            case Accepted:
                return "accepted";
            case BadPayload:
                return "badPayload";
            case NotConfirmed:
                return "notConfirmed";
            case UnknownMethod:
                return "unknownMethod";
            case Conflict:
                return "conflict";
            case TooLong:
                return "tooLong";
            case Failed:
                return "failed";
            case NotFitted:
                return "notFitted";
            case Unavailable:
                return "unavailable";
            default:
                return "unknown";
        }
    }
}
