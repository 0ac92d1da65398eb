using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

/// <summary>No message waits for any device.</summary>
internal sealed partial class ManualStore
{
    public StoredCloudToDevice LoadCloudToDevice() => new(0, []);

    public CloudToDeviceMessage? ReadCloudToDevice(long sequence) => null;
}
