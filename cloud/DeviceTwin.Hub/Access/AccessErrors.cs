namespace DeviceTwin.Hub.Access;

/// <summary>Rows of the error catalogue about who may do what.</summary>
internal static class AccessErrors
{
    public static readonly HubError UserInvalid = new(400600, "UserInvalid", 400);
    public static readonly HubError SignInFailed = new(401600, "SignInFailed", 401);
    public static readonly HubError RoleTooLow = new(403600, "RoleTooLow", 403);
    public static readonly HubError UserNotFound = new(404600, "UserNotFound", 404);
    public static readonly HubError TokenNotFound = new(404601, "TokenNotFound", 404);
    public static readonly HubError PolicyNotFound = new(404602, "PolicyNotFound", 404);
    public static readonly HubError LastAdmin = new(409600, "LastAdmin", 409);
    public static readonly HubError SignInThrottled = new(429600, "SignInThrottled", 429);

    public static HubException NoSuchUser(string name) => new(UserNotFound, $"There is no user \"{name}\". GET /api/v1/users lists them.");

    public static HubException Throttled(TimeSpan wait) =>
        new(SignInThrottled, $"Too many attempts to sign in. Try again in {Math.Ceiling(wait.TotalSeconds):0} s.");
}
