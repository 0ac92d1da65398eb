namespace DeviceTwin.SensorNode.Signal;

/// <summary>
/// Transforms and scratch buffers that the analyses of one detector share, because they run one after the other. What a method leaves here
/// is void when the next one is called. The buffers take 9 bytes per sample of the window, the table of cosines one more.
/// </summary>
public sealed class Workspace
{
    /// <summary>Shortest and longest window, in samples.</summary>
    public const int ShortestWindow = 1024;

    /// <summary>See <see cref="ShortestWindow"/>.</summary>
    public const int LongestWindow = 8192;

    /// <summary>Samples of a window: 1024, 2048, 4096 or 8192.</summary>
    public readonly int WindowLength;

    /// <summary>Cosines for every transform up to a window.</summary>
    public readonly float[] Cosine;

    /// <summary>Transform of a window.</summary>
    public readonly RealFft Block;

    /// <summary>Transform of <see cref="ShortLength"/> samples.</summary>
    public readonly RealFft Short;

    /// <summary>Samples that <see cref="Short"/> takes.</summary>
    public const int ShortLength = 512;

    /// <summary>Samples on their way into a transform.</summary>
    public readonly float[] Samples;

    /// <summary>Real parts of a window's spectrum.</summary>
    public readonly float[] Re;

    /// <summary>Imaginary parts of a window's spectrum.</summary>
    public readonly float[] Im;

    /// <summary>Real parts of a band, an eighth of a window long, or of its envelope's spectrum.</summary>
    public readonly float[] BandRe;

    /// <summary>Imaginary parts of a band, or of its envelope's spectrum.</summary>
    public readonly float[] BandIm;

    /// <summary>Counts at the ends of a capture, for the decimators: <see cref="WindowDecimator.EdgeLength"/> of them.</summary>
    public readonly short[] Edge = new short[WindowDecimator.EdgeLength];

    /// <summary>Buffers for the longest window.</summary>
    public Workspace()
        : this(LongestWindow)
    {
    }

    /// <param name="windowLength">1024, 2048, 4096 or 8192; anything else counts as the next shorter of these.</param>
    public Workspace(int windowLength)
    {
        int window = WindowOf(windowLength);
        WindowLength = window;
        Cosine = CosineTable.Quarter(window);
        Block = new RealFft(window, Cosine);
        Short = new RealFft(ShortLength, Cosine);
        Samples = new float[window];
        Re = new float[(window >> 1) + 1];
        Im = new float[(window >> 1) + 1];
        BandRe = new float[(window >> 3) + 1];
        BandIm = new float[(window >> 3) + 1];
    }

    /// <summary>A transform of a length up to the window's: one of those that are here, or a new one.</summary>
    public RealFft Transform(int length)
    {
        return length == WindowLength ? Block : length == ShortLength ? Short : new RealFft(length, Cosine, WindowLength == ShortestWindow);
    }

    /// <summary>The window length that a wanted one counts as: 1024, 2048, 4096 or 8192, the next shorter of these.</summary>
    public static int WindowOf(int windowLength)
    {
        int window = LongestWindow;
        while (window > windowLength && window > ShortestWindow)
        {
            window >>= 1;
        }

        return window;
    }
}
