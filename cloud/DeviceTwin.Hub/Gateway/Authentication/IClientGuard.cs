namespace DeviceTwin.Hub.Gateway.Authentication;

/// <summary>A subject of the hub that keeps certain clients out, although what they show is in order.</summary>
internal interface IClientGuard
{
    /// <param name="address">Who connects.</param>
    /// <param name="clientType">Which library speaks, in its own words.</param>
    /// <returns>Null where the client may come in; else why not, for the log.</returns>
    string? WhyNot(string address, string? clientType);
}
