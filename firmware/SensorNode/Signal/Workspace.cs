namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Transforms and scratch buffers that the analyses of one detector share, because they run one after the other. What a method leaves here
/// is void when the next one is called. About 130 KB.
/// </summary>
public sealed class Workspace
{
    /// <summary>Samples of one block of the envelope analysis.</summary>
    public const int BlockLength = 8192;

    /// <summary>Transform of <see cref="BlockLength"/> samples.</summary>
    public readonly RealFft Block = new RealFft(BlockLength);

    /// <summary>Transform of 4096 samples.</summary>
    public readonly RealFft Real4096 = new RealFft(4096);

    /// <summary>Transform of 2048 samples.</summary>
    public readonly RealFft Real2048 = new RealFft(2048);

    /// <summary>Complex transform of 1024 points.</summary>
    public readonly LongComplexFft Complex1024 = new LongComplexFft(1024);

    /// <summary>Complex transform of 4096 points.</summary>
    public readonly LongComplexFft Complex4096 = new LongComplexFft(4096);

    /// <summary>Samples on their way into a transform.</summary>
    public readonly float[] Samples = new float[BlockLength];

    /// <summary>Real parts of a transform's result.</summary>
    public readonly float[] Re = new float[(BlockLength >> 1) + 1];

    /// <summary>Imaginary parts of a transform's result.</summary>
    public readonly float[] Im = new float[(BlockLength >> 1) + 1];

    /// <summary>Real parts of a band.</summary>
    public readonly float[] BandRe = new float[BlockLength >> 1];

    /// <summary>Imaginary parts of a band.</summary>
    public readonly float[] BandIm = new float[BlockLength >> 1];

    /// <summary>Half a window.</summary>
    public readonly float[] Window = new float[(HannWindow.MaximumLength >> 1) + 1];
}
