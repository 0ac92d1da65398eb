using DeviceTwin.Storage;
using DeviceTwin.Storage.Waveforms;

namespace DeviceTwin.Tests.Storage.Waveforms;

/// <summary>Contents from a seed, and chunks of them.</summary>
internal static class Samples
{
    public static readonly UploadLimits Limits = new(4, 4096, 1 << 20);

    public static byte[] Content(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static WaveformHead Head(byte[] content, string deviceId = "press-1", int rate = 26_667_123) => new(
        deviceId,
        WaveformFiles.HashOf(content),
        new WaveformFacts(content.Length, "z", rate, 488_000),
        new CaptureFacts("b1", 7, StoreFolder.Start, 1000, 0, false));

    public static async Task<ChunkReceipt> Send(
        IStoreWriter store, WaveformHead head, byte[] content, int start, int end, UploadLimits? limits = null, DateTimeOffset? at = null)
    {
        var receipt = new ChunkReceipt();
        await store.Write([new WaveformChange.AddChunk(head, start, content.AsMemory(start, end - start), at ?? StoreFolder.Start, limits ?? Limits, receipt)]);
        return receipt;
    }
}
