namespace DeviceTwin.SensorNode.Twin;

/// <summary>The acknowledgement codes of IoT Plug and Play that a node gives (<c>ac</c>). Rejections take theirs from the model.</summary>
public static class Acknowledgement
{
    /// <summary>The desired value is in force.</summary>
    public const int Applied = 200;

    /// <summary>Nothing is desired: the default is in force.</summary>
    public const int Initial = 203;

    /// <summary>A property that the model does not have.</summary>
    public const int Unknown = 400;
}
