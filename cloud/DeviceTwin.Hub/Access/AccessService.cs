using System.Buffers.Text;
using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Fleet;
using DeviceTwin.Hub.Operation;
using DeviceTwin.Storage;
using DeviceTwin.Storage.Access;
using DeviceTwin.Twins;

namespace DeviceTwin.Hub.Access;

/// <summary>
/// Users, their browsers and tokens, and the policies of programs. Reads come from memory and show only what is durable; changes are rare and
/// made one after the other. Every change, and every sign-in whether it succeeds or not, is a row of the audit log.
/// </summary>
internal sealed class AccessService : IServicePolicies, IDisposable
{
    private const int SecretBytes = 32;
    private const int TokenIdBytes = 6;
    private const int LongestName = 64;
    private const int LongestLabel = 80;
    private const string TokenPrefix = "dtwin_";
    private const string Hub = "hub";

    private readonly IHubStore store;
    private readonly AccessOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<AccessService> logger;
    private readonly HubMetrics? metrics;
    private readonly SignInThrottle throttle;
    private readonly SemaphoreSlim writing = new(1, 1);

    /// <summary>Hashing takes a processor for a while: a flood of sign-ins must not take them all.</summary>
    private readonly SemaphoreSlim hashing = new(2, 2);

    /// <summary>Stands in for users that do not exist: they cost the same time.</summary>
    private readonly string nobodysHash;
    private volatile AccessState state;

    public AccessService(IHubStore store, AccessOptions options, TimeProvider time, ILogger<AccessService> logger, HubMetrics? metrics = null)
    {
        this.metrics = metrics;
        this.store = store;
        this.options = options;
        this.time = time;
        this.logger = logger;
        throttle = new SignInThrottle(options, time);
        nobodysHash = Passwords.Nobodys(options.PasswordIterations);
        state = AccessState.From(store.LoadAccess());
        MakePolicies();
        if (options.LocalAdmin && AnyUsers)
        {
            logger.LocalAdmin();
        }
    }

    /// <inheritdoc/>
    public event Action? Changed;

    public AccessOptions Options => options;

    /// <summary>From the first user on everybody has to sign in.</summary>
    public bool AnyUsers => !state.Users.IsEmpty;

    /// <summary>Whether somebody who shows nothing at all is let in: on this machine, before there are users.</summary>
    public bool TrustsLocal => options.Loopback && (!AnyUsers || options.LocalAdmin);

    public IReadOnlyList<UserRecord> Users => [.. state.Users.Values];

    public IReadOnlyList<ServicePolicy> Policies => [.. state.Policies.Values.OrderBy(policy => policy.Name, StringComparer.Ordinal)];

    public IReadOnlyList<ApiToken> TokensOf(string user) => [.. state.TokensOf(user).OrderBy(token => token.CreatedAt)];

    public int SessionsOf(string user) => state.SessionsOf(user).Count(session => session.ExpiresAt > time.GetUtcNow());

    /// <inheritdoc/>
    public ServicePolicy? Find(string name) => state.Policies.GetValueOrDefault(name);

    /// <summary>The person behind a cookie; null where it is unknown, over, or the user is disabled.</summary>
    public Caller? FindSession(string cookie) => FindSessionByHash(HashOf(cookie));

    /// <summary>The person behind a bearer token.</summary>
    public Caller? FindToken(string token)
    {
        // prefix, id, '_', secret: the id is found by name, the rest compared in constant time.
        var rest = token.StartsWith(TokenPrefix, StringComparison.Ordinal) ? token[TokenPrefix.Length..] : "";
        return rest.Length > TokenIdBytes * 2
            && state.Tokens.TryGetValue(rest[..(TokenIdBytes * 2)], out var known)
            && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(HashOf(token)), Encoding.ASCII.GetBytes(known.Hash))
            ? FindTokenById(known.Id)
            : null;
    }

    /// <summary>The same person now: a page lives on while a role is taken away or a session ended.</summary>
    public Caller? Again(CallerKind kind, string key) => kind switch
    {
        CallerKind.Local => TrustsLocal ? Local(null) : null,
        CallerKind.FirstToken => AnyUsers ? null : FirstToken,
        CallerKind.Session => FindSessionByHash(key),
        CallerKind.ApiToken => FindTokenById(key),
        _ => null,
    };

    /// <summary>Somebody on this machine.</summary>
    /// <param name="claimed">How they sign their changes, by their own word.</param>
    public static Caller Local(string? claimed) => new(CallerKind.Local, claimed is null ? "rest" : $"rest/{claimed}", Role.Admin, Permission.None);

    /// <summary>Who has the token of the first start.</summary>
    public static Caller FirstToken { get; } = new(CallerKind.FirstToken, "http-token", Role.Admin, Permission.None);

    /// <summary>Checks name and password.</summary>
    /// <returns>The value of the cookie; it is kept nowhere.</returns>
    /// <exception cref="HubException">The same for an unknown user, a wrong password and a disabled user; or too many attempts.</exception>
    public async Task<(string Cookie, UserSession Session)> SignIn(string name, string password, IPAddress? address)
    {
        var from = (address ?? IPAddress.None).ToString();
        var user = await Prove(name, password, address);
        if (user is null)
        {
            throw new HubException(AccessErrors.SignInFailed, "Name or password is wrong, or the user is disabled.");
        }

        var cookie = Secret();
        await Change(before =>
        {
            var now = time.GetUtcNow();
            var known = before.Users.GetValueOrDefault(user.Name) is { Disabled: false } still && still.PasswordHash == user.PasswordHash ? still
                : throw new HubException(AccessErrors.SignInFailed, "Name or password is wrong, or the user is disabled.");
            var (next, changes) = Open(before, known.Name, cookie, now);
            changes.Add(Audit(now, known.Name, "user.sign-in", known.Name, new JsonObject { ["address"] = from }));
            return (next, changes);
        });
        logger.SignedIn(user.Name, from);
        return (cookie, state.Sessions[HashOf(cookie)]);
    }

    public Task SignOut(Caller caller) => caller is { Kind: CallerKind.Session, Key: { } hash }
        ? Change(before =>
        {
            if (!before.Sessions.TryGetValue(hash, out var session))
            {
                return (before, []);
            }

            return (before.WithoutSessions([session]),
                [new AccessChange.DeleteSession(hash), Audit(time.GetUtcNow(), caller.Author, "user.sign-out", session.UserName, null)]);
        })
        : Task.CompletedTask;

    /// <summary>Makes or changes a user; null leaves as it is. Another role, password or being disabled ends the user's browsers.</summary>
    public async Task<UserRecord> PutUser(string name, Role? role, string? password, bool? disabled, string author)
    {
        name = CheckName(name);
        if (password is not null)
        {
            Passwords.Check(password, name);
        }

        var hash = password is null ? null : await HashPassword(password);
        await Change(before =>
        {
            var now = time.GetUtcNow();
            var known = before.Users.GetValueOrDefault(name);
            if (known is null && (role is null || hash is null))
            {
                throw new HubException(AccessErrors.UserInvalid, $"There is no user \"{name}\" yet. To make one, send role and password.");
            }

            if (before.Users.IsEmpty && role != Role.Admin)
            {
                throw new HubException(AccessErrors.LastAdmin, "The first user must be an admin: from then on everybody has to sign in.");
            }

            var user = new UserRecord(
                name,
                role is { } wanted ? AccessState.Word(wanted) : known!.Role,
                hash ?? known!.PasswordHash,
                disabled ?? known?.Disabled ?? false,
                known?.CreatedAt ?? now);
            if (user == known)
            {
                return (before, []);
            }

            if ((user.Disabled || AccessState.RoleOf(user.Role) != Role.Admin) && known is { Disabled: false } && AccessState.RoleOf(known.Role) == Role.Admin)
            {
                KeepAnAdmin(before, name);
            }

            var ended = before.SessionsOf(name).ToArray();
            var what = new JsonObject { ["role"] = user.Role, ["disabled"] = user.Disabled };
            if (hash is not null && known is not null)
            {
                what["password"] = "changed";
            }

            return (before.WithoutSessions(ended) with { Users = before.Users.SetItem(name, user) },
            [
                new AccessChange.PutUser(user),
                .. ended.Select(session => new AccessChange.DeleteSession(session.Hash)),
                Audit(now, author, known is null ? "user.create" : "user.update", name, what),
            ]);
        });
        logger.AccessChanged(author, "wrote user", name);
        return state.Users[name];
    }

    public async Task DeleteUser(string name, string author)
    {
        name = CheckName(name);
        await Change(before =>
        {
            _ = before.Users.GetValueOrDefault(name) ?? throw AccessErrors.NoSuchUser(name);
            KeepAnAdmin(before, name);
            var next = before.WithoutSessions(before.SessionsOf(name)) with
            {
                Users = before.Users.Remove(name),
                Tokens = before.Tokens.RemoveRange(before.TokensOf(name).Select(token => token.Id)),
            };
            return (next, [new AccessChange.DeleteUser(name), Audit(time.GetUtcNow(), author, "user.delete", name, null)]);
        });
        logger.AccessChanged(author, "deleted user", name);
    }

    /// <summary>Signs a user out everywhere.</summary>
    public async Task EndSessions(string name, string author)
    {
        name = CheckName(name);
        await Change(before =>
        {
            _ = before.Users.GetValueOrDefault(name) ?? throw AccessErrors.NoSuchUser(name);
            var ended = before.SessionsOf(name).ToArray();
            return (before.WithoutSessions(ended),
            [
                .. ended.Select(session => new AccessChange.DeleteSession(session.Hash)),
                Audit(time.GetUtcNow(), author, "user.sessions-end", name, null),
            ]);
        });
        logger.AccessChanged(author, "ended the sessions of", name);
    }

    /// <summary>A person changes the own password. Every browser is signed out; the one that asked gets a new cookie.</summary>
    /// <returns>The new cookie, or null where a program asked.</returns>
    public async Task<string?> ChangePassword(Caller caller, string old, string fresh, IPAddress? address)
    {
        var name = caller is { Kind: CallerKind.Session or CallerKind.ApiToken, Subject: { } subject } ? subject
            : throw new HubException(AccessErrors.UserInvalid, "Only a user has a password. Sign in as one.");
        Passwords.Check(fresh, name);
        _ = await Prove(name, old, address) ?? throw new HubException(AccessErrors.SignInFailed, "The old password is wrong.");
        await PutUser(name, null, fresh, null, caller.Author);
        if (caller.Kind != CallerKind.Session)
        {
            return null;
        }

        var cookie = Secret();
        await Change(before =>
        {
            var (next, changes) = Open(before, name, cookie, time.GetUtcNow());
            return (next, changes);
        });
        return cookie;
    }

    /// <summary>Makes a token for a person's programs.</summary>
    /// <returns>The token; it is kept nowhere.</returns>
    public async Task<(ApiToken Token, string Secret)> MakeToken(Caller caller, string label, Role? role, TimeSpan? lifetime)
    {
        if (caller is not { Kind: CallerKind.Session or CallerKind.ApiToken, Subject: { } name, Role: { } own })
        {
            throw new HubException(AccessErrors.UserInvalid, "A token belongs to a user. Make one (PUT /api/v1/users/NAME) and sign in.");
        }

        var wanted = role ?? own;
        if (wanted > own)
        {
            throw new HubException(AccessErrors.RoleTooLow, $"A token cannot do more than its owner, who is {AccessState.Word(own)}.");
        }

        var life = lifetime ?? options.TokenLifetime;
        if (life <= TimeSpan.Zero || life > options.LongestTokenLifetime)
        {
            throw new HubException(HubError.ArgumentInvalid, $"A token is valid for 1 to {options.LongestTokenLifetime.TotalDays:0} days.");
        }

        if (label.Length is 0 or > LongestLabel || label.Any(char.IsControl))
        {
            throw new HubException(HubError.ArgumentInvalid, $"A token's label has 1 to {LongestLabel} characters. Say which program it is for.");
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenIdBytes));
        var secret = $"{TokenPrefix}{id}_{Secret()}";
        var now = time.GetUtcNow();
        var token = new ApiToken(id, name, label, HashOf(secret), AccessState.Word(wanted), now, now + life);
        await Change(before =>
        {
            var own = before.TokensOf(name).ToArray();
            var over = own.Where(old => old.ExpiresAt <= now).ToArray();
            if (own.Length - over.Length >= options.MaxTokens)
            {
                throw new HubException(HubError.ArgumentInvalid, $"{name} has {options.MaxTokens} tokens already. Revoke those that nothing uses any more.");
            }

            var what = new JsonObject { ["id"] = id, ["label"] = label, ["role"] = token.Role, ["expiresAt"] = Json.Timestamp(token.ExpiresAt) };
            return (before with { Tokens = before.Tokens.RemoveRange(over.Select(old => old.Id)).SetItem(id, token) },
            [
                .. over.Select(old => new AccessChange.DeleteToken(old.Id)),
                new AccessChange.PutToken(token),
                Audit(now, caller.Author, "token.create", name, what),
            ]);
        });
        return (token, secret);
    }

    /// <param name="user">Whose token it must be.</param>
    public Task RevokeToken(string id, string user, string author) => Change(before =>
    {
        if (!before.Tokens.TryGetValue(id, out var token) || token.UserName != user)
        {
            throw new HubException(AccessErrors.TokenNotFound, $"{user} has no token {id}.");
        }

        return (before with { Tokens = before.Tokens.Remove(id) },
            [new AccessChange.DeleteToken(id), Audit(time.GetUtcNow(), author, "token.revoke", user, new JsonObject { ["id"] = id, ["label"] = token.Label })]);
    });

    /// <summary>Makes one key of a policy anew. The other still opens: programs change over to it first.</summary>
    public async Task<ServicePolicy> Regenerate(string name, bool primary, string author)
    {
        await Change(before =>
        {
            var policy = before.Policies.GetValueOrDefault(name)
                ?? throw new HubException(AccessErrors.PolicyNotFound, $"There is no policy \"{name}\". There are: {string.Join(", ", before.Policies.Keys.Order())}.");
            policy = primary ? policy with { PrimaryKey = Key() } : policy with { SecondaryKey = Key() };
            return (before with { Policies = before.Policies.SetItem(policy.Name, policy) },
                [Put(policy), Audit(time.GetUtcNow(), author, "policy.regenerate", policy.Name, new JsonObject { ["key"] = primary ? "primary" : "secondary" })]);
        });
        logger.AccessChanged(author, primary ? "made a new primary key for" : "made a new secondary key for", name);
        Changed?.Invoke();
        return state.Policies[name];
    }

    /// <summary>What a program that signs with a policy's key may do.</summary>
    public static Caller OfPolicy(ServicePolicy policy) => new(CallerKind.Policy, $"policy/{policy.Name}", null, policy.Permission, policy.Name);

    public static Caller OfDevice(string deviceId) => new(CallerKind.Device, $"device/{deviceId}", null, Permission.DeviceConnect, deviceId);

    public void Dispose()
    {
        writing.Dispose();
        hashing.Dispose();
    }

    /// <summary>The enabled user whose name and password these are, or null; what fails is noted. Costs the same time either way.</summary>
    private async Task<UserRecord?> Prove(string name, string password, IPAddress? address)
    {
        var from = (address ?? IPAddress.None).ToString();
        if (throttle.Begin(name, address) is { } wait)
        {
            metrics?.SignIn("throttled");
            logger.SignInThrottled(from, (int)Math.Ceiling(wait.TotalSeconds));
            throw AccessErrors.Throttled(wait);
        }

        var user = state.Users.GetValueOrDefault(name.Trim().ToLowerInvariant());
        bool fits;
        await hashing.WaitAsync();
        try
        {
            fits = await Task.Run(() => Passwords.Fits(password.Length <= Passwords.Longest ? password : "", user?.PasswordHash ?? nobodysHash));
        }
        finally
        {
            hashing.Release();
        }

        if (fits && user is { Disabled: false })
        {
            throttle.Succeeded(name, address);
            metrics?.SignIn("accepted");
            return user;
        }

        // People type their password where the name belongs: a name that is none of ours is not written down.
        metrics?.SignIn("refused");
        logger.SignInFailed(from, user?.Name ?? "unknown");
        await Change(before => (before, [Audit(time.GetUtcNow(), $"address/{from}", "user.sign-in-failed", user?.Name, null)]));
        return null;
    }

    private async Task<string> HashPassword(string password)
    {
        await hashing.WaitAsync();
        try
        {
            return await Task.Run(() => Passwords.Hash(password, options.PasswordIterations));
        }
        finally
        {
            hashing.Release();
        }
    }

    private (AccessState Next, List<StoreChange> Changes) Open(AccessState before, string user, string cookie, DateTimeOffset now)
    {
        var session = new UserSession(HashOf(cookie), user, now, now + options.SessionLifetime);
        UserSession[] gone =
        [
            .. before.Sessions.Values.Where(old => old.ExpiresAt <= now),
            .. before.SessionsOf(user).Where(old => old.ExpiresAt > now).OrderByDescending(old => old.CreatedAt).Skip(options.MaxSessions - 1),
        ];
        var without = before.WithoutSessions(gone);
        return (without with { Sessions = without.Sessions.SetItem(session.Hash, session) },
            [.. gone.Select(old => new AccessChange.DeleteSession(old.Hash)), new AccessChange.PutSession(session)]);
    }

    private Caller? FindSessionByHash(string hash) =>
        state.Sessions.TryGetValue(hash, out var session) && session.ExpiresAt > time.GetUtcNow() && state.Users.GetValueOrDefault(session.UserName) is { Disabled: false } user
            ? new Caller(CallerKind.Session, user.Name, AccessState.RoleOf(user.Role), Permission.None, user.Name, hash)
            : null;

    private Caller? FindTokenById(string id)
    {
        if (!state.Tokens.TryGetValue(id, out var token) || token.ExpiresAt <= time.GetUtcNow()
            || state.Users.GetValueOrDefault(token.UserName) is not { Disabled: false } user)
        {
            return null;
        }

        var (own, granted) = (AccessState.RoleOf(user.Role), AccessState.RoleOf(token.Role));
        return new Caller(CallerKind.ApiToken, user.Name, granted < own ? granted : own, Permission.None, user.Name, id);
    }

    /// <summary>Makes the policies that every hub has, where they are not there yet.</summary>
    private void MakePolicies()
    {
        var made = ServicePolicy.Standard.Where(standard => !state.Policies.ContainsKey(standard.Key))
            .Select(standard => new ServicePolicy(standard.Key, Key(), Key(), standard.Value)).ToArray();
        if (made.Length == 0)
        {
            return;
        }

        // While the hub starts nobody waits for this thread, and nobody may see a key that a crash could take back.
        var now = time.GetUtcNow();
        store.Write([.. made.SelectMany(policy => (StoreChange[])[Put(policy), Audit(now, Hub, "policy.create", policy.Name, null)])]).GetAwaiter().GetResult();
        state = state with { Policies = state.Policies.AddRange(made.Select(policy => KeyValuePair.Create(policy.Name, policy))) };
        logger.PoliciesMade(string.Join(", ", made.Select(policy => policy.Name)));
    }

    private async Task Change(Func<AccessState, (AccessState Next, IReadOnlyList<StoreChange> Changes)> change)
    {
        await writing.WaitAsync();
        try
        {
            var (next, changes) = change(state);
            if (changes.Count > 0)
            {
                await store.Write(changes);
                state = next;
            }
        }
        catch (StorageException failure)
        {
            throw FleetErrors.Translate(failure);
        }
        finally
        {
            writing.Release();
        }
    }

    private static void KeepAnAdmin(AccessState before, string name)
    {
        if (!before.HasAdminBeside(name) && before.Users.GetValueOrDefault(name) is { } user && AccessState.RoleOf(user.Role) == Role.Admin && !user.Disabled)
        {
            throw new HubException(AccessErrors.LastAdmin, $"{name} is the only admin. Make another one first.");
        }
    }

    private static string CheckName(string name)
    {
        var kept = name.Trim().ToLowerInvariant();
        return kept.Length is > 0 and <= LongestName && kept.All(character => char.IsAsciiLetterOrDigit(character) || "._-@".Contains(character))
            ? kept
            : throw new HubException(AccessErrors.UserInvalid, $"A user's name has 1 to {LongestName} letters, digits and . _ - @.");
    }

    private static StoreChange Put(ServicePolicy policy) =>
        new AccessChange.PutPolicy(new PolicyRecord(policy.Name, policy.PrimaryKey, policy.SecondaryKey, (int)policy.Permission));

    private static StoreChange Audit(DateTimeOffset at, string author, string action, string? subject, JsonObject? value) =>
        new StoreChange.AppendAudit(new AuditRow(at, author, null, action, subject, value?.ToJsonString(Json.Relaxed), null));

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string Secret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));

    private static string Key() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));
}
