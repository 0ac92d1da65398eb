namespace DeviceTwin.Storage.Access;

/// <summary>Changes of who may do what.</summary>
public static class AccessChange
{
    public sealed record PutUser(UserRecord User) : StoreChange;

    /// <summary>Removes a user with sessions and tokens.</summary>
    public sealed record DeleteUser(string Name) : StoreChange;

    public sealed record PutSession(UserSession Session) : StoreChange;

    public sealed record DeleteSession(string Hash) : StoreChange;

    public sealed record PutToken(ApiToken Token) : StoreChange;

    public sealed record DeleteToken(string Id) : StoreChange;

    public sealed record PutPolicy(PolicyRecord Policy) : StoreChange;
}
