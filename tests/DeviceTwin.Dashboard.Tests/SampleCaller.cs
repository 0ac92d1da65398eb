using DeviceTwin.Dashboard.View;

namespace DeviceTwin.Tests.Dashboard;

/// <summary>Somebody with a role.</summary>
internal sealed record SampleCaller(PageRole Role) : IPageCaller
{
    public static readonly SampleCaller Viewer = new(PageRole.Viewer);

    public static readonly SampleCaller Engineer = new(PageRole.Engineer);

    public string? Author => "eva";

    public string? User => "eva";

    public string? RoleWord => Role.ToString().ToLowerInvariant();

    public bool May(PageRole role) => Role >= role;
}
