using System.Security.Claims;

namespace DeviceTwin.Hub.Access;

/// <summary>By what a caller was recognised.</summary>
public enum CallerKind
{
    /// <summary>Somebody at this machine, while it has no users.</summary>
    Local,

    /// <summary>The token of the first start.</summary>
    FirstToken,

    /// <summary>A person in a browser.</summary>
    Session,

    /// <summary>A person's program.</summary>
    ApiToken,

    /// <summary>A program that signs with a policy's key.</summary>
    Policy,

    /// <summary>A device that signs with its own key.</summary>
    Device,
}

/// <summary>Who calls, and what they may do.</summary>
/// <param name="Author">How changes are signed.</param>
/// <param name="Role">Of a person; null for policies and devices.</param>
/// <param name="Permission">Of a policy or device; nothing for people.</param>
/// <param name="Subject">The user's, policy's or device's name.</param>
/// <param name="Key">The hash of the session or the id of the token.</param>
public sealed record Caller(CallerKind Kind, string Author, Role? Role, Permission Permission, string? Subject = null, string? Key = null)
{
    private const string KindClaim = "devicetwin/kind";
    private const string KeyClaim = "devicetwin/key";

    /// <summary>Keys of devices are for those who may write them.</summary>
    public bool SeesKeys => Role is { } role ? role >= Access.Role.Engineer : (Permission & (Permission.RegistryRead | Permission.RegistryWrite)) != 0;

    public bool May(Need need) => Role is { } role ? role >= need.Role : (Permission & need.Permission) != 0;

    /// <summary>The person as the pages carry it from the first request into the circuit.</summary>
    public ClaimsPrincipal ToPrincipal()
    {
        Claim[] claims =
        [
            new(ClaimTypes.NameIdentifier, Author),
            new(ClaimTypes.Name, Author),
            new(ClaimTypes.Role, Role?.ToString() ?? ""),
            new(KindClaim, Kind.ToString()),
            new(KeyClaim, Key ?? ""),
        ];
        return new ClaimsPrincipal(new ClaimsIdentity(claims, "DeviceTwin", ClaimTypes.Name, ClaimTypes.Role));
    }

    /// <summary>What <see cref="ToPrincipal"/> wrote down of it.</summary>
    public static (CallerKind Kind, string Key)? Read(ClaimsPrincipal principal) =>
        Enum.TryParse<CallerKind>(principal.FindFirstValue(KindClaim), out var kind) ? (kind, principal.FindFirstValue(KeyClaim) ?? "") : null;
}

/// <summary>The caller of a request, as the gate found it.</summary>
public static class CallerOfRequest
{
    /// <summary>Null where nobody was recognised: on an endpoint that is open.</summary>
    public static Caller? Caller(this HttpContext context) => context.Features.Get<Caller>();

    internal static void SetCaller(this HttpContext context, Caller caller)
    {
        context.Features.Set(caller);
        if (caller.Role is not null)
        {
            context.User = caller.ToPrincipal();
        }
    }
}
