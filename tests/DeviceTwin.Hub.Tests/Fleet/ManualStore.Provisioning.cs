using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

internal sealed partial class ManualStore
{
    public StoredProvisioning LoadProvisioning() => new("0neMANUAL", [], [], []);
}
