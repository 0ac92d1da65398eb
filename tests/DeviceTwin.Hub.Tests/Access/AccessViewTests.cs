using System.Security.Claims;
using DeviceTwin.Dashboard.View;
using DeviceTwin.Hub.Access;
using DeviceTwin.Storage.Sqlite;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>A page that is open does nothing for somebody who may not any more.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AccessViewTests : IDisposable
{
    private const string Password = "correct horse battery";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-view-");
    private readonly ManualTime time = new();
    private readonly SqliteHubStore store;
    private readonly AccessService access;

    public AccessViewTests()
    {
        store = SqliteHubStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") });
        access = new AccessService(store, new AccessOptions { PasswordIterations = 1000 }, time, NullLogger<AccessService>.Instance);
    }

    public void Dispose()
    {
        access.Dispose();
        store.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task Who_has_no_role_for_it_sees_nothing_and_does_nothing()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "test");
        await access.PutUser("bob", Role.Engineer, Password, null, "test");
        var view = new AccessView(await Page("bob"), access);
        Assert.That((view.Users(), view.Policies()), Is.EqualTo((Array.Empty<UserRow>(), Array.Empty<PolicyRow>())));
        foreach (var act in (Task<AccessOutcome>[])[view.PutUser("bob", PageRole.Admin, null, null), view.DeleteUser("ann"), view.EndSessions("ann"), view.Regenerate("service", true), view.MakeToken("x", PageRole.Admin, 1)])
        {
            Assert.That((await act).Problem, Is.Not.Null);
        }

        Assert.That(access.Users.Select(user => user.Role), Is.EqualTo(new[] { "admin", "engineer" }));
        Assert.That((await view.MakeToken("own", PageRole.Viewer, 1)).Secret, Does.StartWith("dtwin_"), "what is one's own is allowed");
    }

    [Test]
    public async Task A_role_that_is_taken_away_counts_at_once_and_so_does_the_end_of_a_session()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "test");
        await access.PutUser("bob", Role.Admin, Password, null, "test");
        var page = await Page("bob");
        var (caller, view) = (new PageCaller(page, access), new AccessView(page, access));
        Assert.That((caller.May(PageRole.Admin), caller.Author, view.Users().Count), Is.EqualTo((true, "bob", 2)));
        await access.PutUser("bob", Role.Viewer, null, null, "ann");
        Assert.That((caller.May(PageRole.Viewer), caller.Author), Is.EqualTo((false, (string?)null)), "another role ends the session");
        Assert.That((await view.PutUser("bob", PageRole.Admin, null, null)).Problem, Does.Contain("Sign in again"));
        page = await Page("ann");
        time.Advance(TimeSpan.FromHours(12));
        Assert.That(new PageCaller(page, access).May(PageRole.Viewer), Is.False);
    }

    [Test]
    public async Task Before_there_are_users_the_page_acts_for_this_machine_and_then_for_nobody()
    {
        var page = new FixedState(AccessService.Local(null).ToPrincipal());
        var (caller, view) = (new PageCaller(page, access), new AccessView(page, access));
        Assert.That((caller.Author, caller.User, caller.May(PageRole.Admin)), Is.EqualTo(("dashboard", (string?)null, true)));
        Assert.That((await view.PutUser("ann", PageRole.Admin, Password, null)).Problem, Is.Null);
        Assert.That((caller.Author, caller.May(PageRole.Viewer)), Is.EqualTo(((string?)null, false)));
        Assert.That(new PageCaller(new FixedState(new ClaimsPrincipal()), access).May(PageRole.Viewer), Is.False);
    }

    private async Task<FixedState> Page(string user) =>
        new(access.FindSession((await access.SignIn(user, Password, System.Net.IPAddress.Loopback)).Cookie)!.ToPrincipal());

    private sealed class FixedState(ClaimsPrincipal user) : AuthenticationStateProvider
    {
        public override Task<AuthenticationState> GetAuthenticationStateAsync() => Task.FromResult(new AuthenticationState(user));
    }
}
