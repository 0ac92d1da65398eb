namespace DeviceTwin.Tests.Bench.Size.Tables;

/// <summary>Static fields whose size is known.</summary>
internal static class Samples
{
    public const int Constant = 7;
    public static readonly float[] Table = new float[100];
    public static int Number = Constant;
}
