using System.Net;
using System.Text;
using DeviceTwin.Hub;
using DeviceTwin.Hub.Access;
using DeviceTwin.Storage.Audit;
using DeviceTwin.Storage.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DeviceTwin.Tests.Hub.Access;

/// <summary>Users, sessions, tokens and policies over a database of their own, on a clock that the test moves.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class AccessServiceTests : IDisposable
{
    private const string Password = "correct horse battery";
    private static readonly IPAddress Here = IPAddress.Parse("10.0.0.5");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("devicetwin-access-");
    private readonly ManualTime time = new();
    private SqliteHubStore store;
    private AccessService access;

    public AccessServiceTests()
    {
        (store, access) = Open();
    }

    public void Dispose()
    {
        access.Dispose();
        store.Dispose();
        folder.Delete(recursive: true);
    }

    [Test]
    public async Task What_was_written_is_there_after_a_restart()
    {
        await access.PutUser("Ann", Role.Admin, Password, null, "rest");
        var (cookie, _) = await access.SignIn("ann", Password, Here);
        var (_, token) = await access.MakeToken(access.FindSession(cookie)!, "backup", Role.Viewer, null);
        var key = access.Find("service")!.PrimaryKey;
        Restart();
        Assert.That(access.FindSession(cookie), Is.EqualTo(new Caller(CallerKind.Session, "ann", Role.Admin, Permission.None, "ann", access.FindSession(cookie)!.Key)));
        Assert.That(access.FindToken(token)!.Role, Is.EqualTo(Role.Viewer));
        Assert.That(access.Find("service")!.PrimaryKey, Is.EqualTo(key));
    }

    [Test]
    public async Task No_secret_is_in_the_database()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        var (cookie, _) = await access.SignIn("ann", Password, Here);
        var (_, token) = await access.MakeToken(access.FindSession(cookie)!, "backup", null, null);
        await Assert.ThatAsync(() => access.SignIn("ann", "my other password", Here), Throws.InstanceOf<HubException>());
        await Assert.ThatAsync(() => access.SignIn("my-password-in-the-wrong-field", "x", Here), Throws.InstanceOf<HubException>());
        store.Dispose();
        var bytes = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(folder.FullName, "hub.db")));
        foreach (var secret in new[] { Password, cookie, token, "my other password", "my-password-in-the-wrong-field" })
        {
            Assert.That(bytes, Does.Not.Contain(secret));
        }
    }

    [Test]
    public async Task A_session_ends_by_itself()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        var (cookie, _) = await access.SignIn("ann", Password, Here);
        time.Advance(TimeSpan.FromHours(12) - TimeSpan.FromSeconds(1));
        Assert.That(access.FindSession(cookie), Is.Not.Null);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.That(access.FindSession(cookie), Is.Null);
    }

    [TestCase("role")]
    [TestCase("password")]
    [TestCase("disabled")]
    [TestCase("sessions")]
    [TestCase("deleted")]
    public async Task A_session_ends_with_what_it_stood_for(string change)
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        await access.PutUser("bob", Role.Engineer, Password, null, "ann");
        var (cookie, _) = await access.SignIn("bob", Password, Here);
        var caller = access.FindSession(cookie)!;
        await (change switch
        {
            "role" => access.PutUser("bob", Role.Viewer, null, null, "ann"),
            "password" => access.PutUser("bob", null, "another password", null, "ann"),
            "disabled" => access.PutUser("bob", null, null, true, "ann"),
            "sessions" => access.EndSessions("bob", "ann"),
            _ => access.DeleteUser("bob", "ann"),
        });
        Assert.That(access.FindSession(cookie), Is.Null);
        Assert.That(access.Again(caller.Kind, caller.Key!), Is.Null, "and a page that is open knows it");
    }

    [Test]
    public async Task Who_changes_the_own_password_goes_on_with_a_new_cookie()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        var (elsewhere, _) = await access.SignIn("ann", Password, Here);
        var (cookie, _) = await access.SignIn("ann", Password, Here);
        var fresh = await access.ChangePassword(access.FindSession(cookie)!, Password, "a better password", Here);
        Assert.That((access.FindSession(elsewhere), access.FindSession(cookie)), Is.EqualTo(((Caller?)null, (Caller?)null)));
        Assert.That(access.FindSession(fresh!)!.Author, Is.EqualTo("ann"));
        await AssertRefused(() => access.ChangePassword(access.FindSession(fresh!)!, Password, "yet another one", Here), "SignInFailed");
    }

    [Test]
    public async Task Unknown_wrong_and_disabled_are_told_alike()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        await access.PutUser("bob", Role.Viewer, Password, true, "ann");
        var messages = new List<string>();
        foreach (var (name, password) in new[] { ("nobody", Password), ("ann", "wrong password"), ("bob", Password), ("ann", new string('x', 100_000)) })
        {
            messages.Add((await Assert.ThrowsAsync<HubException>(() => access.SignIn(name, password, Here)))!.Message);
        }

        Assert.That(messages.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Sign_ins_are_throttled_before_a_password_is_looked_at()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await AssertRefused(() => access.SignIn("ann", "wrong password", Here), "SignInFailed");
        }

        await AssertRefused(() => access.SignIn("ann", Password, Here), "SignInThrottled");
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.That((await access.SignIn("ann", Password, Here)).Session.UserName, Is.EqualTo("ann"));
    }

    [Test]
    public async Task There_is_always_an_admin()
    {
        await AssertRefused(() => access.PutUser("bob", Role.Engineer, Password, null, "rest"), "LastAdmin");
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        await AssertRefused(() => access.PutUser("ann", Role.Viewer, null, null, "ann"), "LastAdmin");
        await AssertRefused(() => access.PutUser("ann", null, null, true, "ann"), "LastAdmin");
        await AssertRefused(() => access.DeleteUser("ann", "ann"), "LastAdmin");
        await access.PutUser("bob", Role.Admin, Password, null, "ann");
        await access.DeleteUser("ann", "bob");
        Assert.That(access.Users.Single().Name, Is.EqualTo("bob"));
    }

    [Test]
    public async Task A_token_does_no_more_than_its_owner_may_now()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        await access.PutUser("bob", Role.Engineer, Password, null, "ann");
        var bob = access.FindSession((await access.SignIn("bob", Password, Here)).Cookie)!;
        await AssertRefused(() => access.MakeToken(bob, "too much", Role.Admin, null), "RoleTooLow");
        var (kept, token) = await access.MakeToken(bob, "script", null, TimeSpan.FromDays(10));
        Assert.That(access.FindToken(token)!.Role, Is.EqualTo(Role.Engineer));
        await access.PutUser("bob", Role.Viewer, null, null, "ann");
        Assert.That(access.FindToken(token)!.Role, Is.EqualTo(Role.Viewer));
        await access.PutUser("bob", null, null, true, "ann");
        Assert.That(access.FindToken(token), Is.Null);
        await access.PutUser("bob", null, null, false, "ann");
        Assert.That(access.FindToken(token), Is.Not.Null);
        time.Advance(TimeSpan.FromDays(10));
        Assert.That(access.FindToken(token), Is.Null, "it is over");
        Assert.That(access.FindToken($"dtwin_{kept.Id}_guess"), Is.Null);
    }

    [Test]
    public async Task A_token_is_revoked_by_its_id()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        var ann = access.FindSession((await access.SignIn("ann", Password, Here)).Cookie)!;
        var (kept, token) = await access.MakeToken(ann, "script", null, null);
        await AssertRefused(() => access.RevokeToken(kept.Id, "bob", "bob"), "TokenNotFound");
        await access.RevokeToken(kept.Id, "ann", "ann");
        Assert.That(access.FindToken(token), Is.Null);
    }

    [Test]
    public async Task One_key_of_a_policy_is_made_anew_at_a_time()
    {
        var before = access.Find("SERVICE")!;
        var after = await access.Regenerate("service", primary: true, "ann");
        Assert.That((after.PrimaryKey == before.PrimaryKey, after.SecondaryKey == before.SecondaryKey), Is.EqualTo((false, true)));
        after = await access.Regenerate("service", primary: false, "ann");
        Assert.That(after.SecondaryKey, Is.Not.EqualTo(before.SecondaryKey));
        Assert.That(access.Policies.Select(policy => (policy.Name, policy.Permission)), Is.EquivalentTo(ServicePolicy.Standard.Select(entry => (entry.Key, entry.Value))));
        await AssertRefused(() => access.Regenerate("nobody", true, "ann"), "PolicyNotFound");
    }

    [Test]
    public async Task Everything_is_in_the_audit_log_with_its_author()
    {
        await access.PutUser("ann", Role.Admin, Password, null, "rest");
        await AssertRefused(() => access.SignIn("ann", "wrong password", Here), "SignInFailed");
        await AssertRefused(() => access.SignIn("nobody", "wrong password", Here), "SignInFailed");
        var ann = access.FindSession((await access.SignIn("ann", Password, Here)).Cookie)!;
        var (kept, _) = await access.MakeToken(ann, "script", null, null);
        await access.RevokeToken(kept.Id, "ann", "ann");
        await access.PutUser("bob", Role.Viewer, Password, null, "ann");
        await access.PutUser("bob", Role.Engineer, null, null, "ann");
        await access.EndSessions("bob", "ann");
        await access.DeleteUser("bob", "ann");
        await access.Regenerate("service", true, "ann");
        await access.SignOut(ann);
        Assert.That(store.ReadAudit(new AuditQuery(After: 0)).Select(entry => $"{entry.Row.Author} {entry.Row.Action} {entry.Row.Path}").Skip(ServicePolicy.Standard.Count), Is.EqualTo(new[]
        {
            "rest user.create ann", "address/10.0.0.5 user.sign-in-failed ann", "address/10.0.0.5 user.sign-in-failed ", "ann user.sign-in ann", "ann token.create ann",
            "ann token.revoke ann", "ann user.create bob", "ann user.update bob", "ann user.sessions-end bob", "ann user.delete bob",
            "ann policy.regenerate service", "ann user.sign-out ann",
        }));
        Assert.That(store.ReadAudit(new AuditQuery(Action: "policy.create")).Count, Is.EqualTo(ServicePolicy.Standard.Count));
    }

    [TestCase("ann", "short")]
    [TestCase("ann-of-the-line", "ann-of-the-line1")]
    [TestCase("a b", Password)]
    [TestCase("../x", Password)]
    [TestCase("", Password)]
    public async Task A_name_or_password_that_will_not_do_is_refused(string name, string password)
    {
        await AssertRefused(() => access.PutUser(name, Role.Admin, password, null, "rest"), "UserInvalid");
        Assert.That(access.AnyUsers, Is.False);
    }

    private static async Task AssertRefused(Func<Task> action, string name) =>
        Assert.That((await Assert.ThrowsAsync<HubException>(() => action()))!.Error.Name, Is.EqualTo(name));

    private void Restart()
    {
        access.Dispose();
        store.Dispose();
        (store, access) = Open();
    }

    private (SqliteHubStore, AccessService) Open()
    {
        var opened = SqliteHubStore.Open(new SqliteStoreOptions { Path = Path.Combine(folder.FullName, "hub.db") });
        return (opened, new AccessService(opened, new AccessOptions { PasswordIterations = 1000 }, time, NullLogger<AccessService>.Instance));
    }
}
