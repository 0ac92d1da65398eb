using DeviceTwin.Storage;

namespace DeviceTwin.Tests.Hub.Fleet;

internal partial class ManualStore
{
    public StoredProvisioning LoadProvisioning() => new("0neMANUAL", [], [], []);
}
