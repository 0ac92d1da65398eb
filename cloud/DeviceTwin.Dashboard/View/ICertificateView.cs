namespace DeviceTwin.Dashboard.View;

/// <summary>What the certificate page needs of the hub.</summary>
public interface ICertificateView
{
    /// <summary>Every certificate that the hub depends on.</summary>
    IReadOnlyList<CertificateRow> List();
}

/// <param name="What">What the certificate is to the hub, in words.</param>
/// <param name="Thumbprint">SHA-256.</param>
/// <param name="DaysLeft">Whole days; negative when it has expired.</param>
/// <param name="Advice">What to do before it ends.</param>
public sealed record CertificateRow(string What, string Subject, string Thumbprint, DateTimeOffset NotBefore, DateTimeOffset NotAfter, int DaysLeft, string Advice);
