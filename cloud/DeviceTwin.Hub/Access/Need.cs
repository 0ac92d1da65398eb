namespace DeviceTwin.Hub.Access;

/// <summary>What a person may do; each role includes those before it.</summary>
public enum Role
{
    /// <summary>Sees everything but secrets.</summary>
    Viewer,

    /// <summary>Also acknowledges alarms, attaches findings, calls methods, replaces nodes.</summary>
    Technician,

    /// <summary>Also changes settings, configurations, machines and identities.</summary>
    Engineer,

    /// <summary>Also keeps users, policies, certificates and backups.</summary>
    Admin,
}

/// <summary>What a service policy grants a program: Azure IoT Hub's permissions.</summary>
[Flags]
public enum Permission
{
    None = 0,
    RegistryRead = 1,
    RegistryWrite = 2,
    ServiceConnect = 4,
    DeviceConnect = 8,
    EnrollmentRead = 16,
    EnrollmentWrite = 32,
}

/// <summary>What an endpoint asks of its caller: of a person the role, of a program one of the permissions.</summary>
/// <param name="Role">Null where no person may: only the device does this.</param>
public sealed record Need(Role? Role, Permission Permission)
{
    /// <summary>What is asked where an endpoint says nothing.</summary>
    public static readonly Need Strictest = new(Access.Role.Admin, Permission.None);
}

/// <summary>Says of endpoints what they ask of their callers. An endpoint that says nothing is for an <see cref="Role.Admin"/> alone.</summary>
public static class NeedMetadata
{
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, Role role, Permission permission = Permission.ServiceConnect)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Need(role, permission));

    /// <summary>The endpoint is for the device in its address, by its own token or that of a policy that may connect devices.</summary>
    public static TBuilder NeedsDevice<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new Need(null, Permission.DeviceConnect));

    /// <summary>The endpoint answers everybody.</summary>
    public static TBuilder Open<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(OpenToAll.Mark);
}

/// <summary>Marks an endpoint that answers everybody: the sign-in and what a monitor asks.</summary>
public sealed record OpenToAll
{
    public static readonly OpenToAll Mark = new();
}
