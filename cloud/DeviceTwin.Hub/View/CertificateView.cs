using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Certificates;

namespace DeviceTwin.Hub.View;

/// <summary>The certificates as the pages see them.</summary>
internal sealed class CertificateView(CertificateInventory inventory) : ICertificateView
{
    /// <inheritdoc/>
    public IReadOnlyList<CertificateRow> List() =>
    [
        .. inventory.List().Select(item => new CertificateRow(
            item.What, item.Subject, item.Thumbprint, item.NotBefore, item.NotAfter, item.DaysLeft, item.Advice)),
    ];
}
