using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>Messages wait for devices once they are committed.</summary>
internal partial class ManualStore
{
    public StoredCloudToDevice LoadCloudToDevice() => new(0, []);

    public CloudToDeviceMessage? ReadCloudToDevice(long sequence) =>
        Committed.OfType<CloudToDeviceChange.Put>().FirstOrDefault(put => put.Message.Sequence == sequence)?.Message;
}
