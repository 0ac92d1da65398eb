namespace DeviceTwin.Hub.Plant;

/// <summary>The log lines of the plant: numbers 4100 to 4199.</summary>
internal static partial class PlantLog
{
    [LoggerMessage(4100, LogLevel.Information, "{Level} {Id} written by {Author}")]
    public static partial void Written(ILogger logger, string level, string id, string author);

    [LoggerMessage(4101, LogLevel.Information, "{Level} {Id} deleted by {Author}")]
    public static partial void Deleted(ILogger logger, string level, string id, string author);

    [LoggerMessage(4102, LogLevel.Information, "Plant imported by {Author}: {Items} items")]
    public static partial void Imported(ILogger logger, int items, string author);

    [LoggerMessage(4110, LogLevel.Information, "Node {Device} is at point {Point} from now on, by {Author}")]
    public static partial void Assigned(ILogger logger, string device, string point, string author);

    [LoggerMessage(4111, LogLevel.Information, "Node {Device} is no longer at point {Point}, by {Author}")]
    public static partial void Unassigned(ILogger logger, string device, string point, string author);

    [LoggerMessage(4120, LogLevel.Warning, "Device {Device} refused what the plant asks of it: {Reason} Mend that, then POST /api/v1/plant/tasks/{Number}/retry")]
    public static partial void TaskRefused(ILogger logger, string device, long number, string reason);

    [LoggerMessage(4121, LogLevel.Error, "Device {Device} could not be told where it is now: {Reason} It is told with the next change or start")]
    public static partial void TaskPutOff(ILogger logger, string device, string reason);
}
