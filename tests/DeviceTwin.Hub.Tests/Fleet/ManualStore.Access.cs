using DeviceTwin.Storage.Access;
using DeviceTwin.Storage.Audit;

namespace DeviceTwin.Tests.Hub.Fleet;

internal partial class ManualStore
{
    public StoredAccess LoadAccess() => StoredAccess.Nobody;

    public IReadOnlyList<AuditEntry> ReadAudit(AuditQuery query) => [];

    public AuditExtent AuditExtent() => new(0, 0, 0);
}
