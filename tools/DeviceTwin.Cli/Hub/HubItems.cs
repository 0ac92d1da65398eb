namespace DeviceTwin.Cli.Hub;

/// <summary>What the rows of an answer are, as the hub says with it.</summary>
internal static class HubItems
{
    public const string Header = "x-ms-item-type";

    /// <summary>Whole twins, of devices or modules.</summary>
    public const string Twin = "Twin";
}
