namespace DeviceTwin.Hub.Provisioning;

/// <summary>The refusals of provisioning.</summary>
internal static class ProvisioningErrors
{
    public static readonly HubError NotFound = new(404201, "EnrollmentNotFound", 404);
    public static readonly HubError RegistrationNotFound = new(404202, "RegistrationNotFound", 404);
    public static readonly HubError OperationNotFound = new(404520, "OperationNotFound", 404);
    public static readonly HubError EnrollmentExists = new(409520, "EnrollmentAlreadyExists", 409);

    /// <summary>A device of this name belongs to somebody else.</summary>
    public static readonly HubError DeviceTaken = new(409523, "DeviceBelongsToAnother", 409);

    public static HubException EnrollmentNotFound(string id, bool group) =>
        new(NotFound, $"There is no {(group ? "enrolment group" : "individual enrolment")} \"{id}\". Create it without If-Match, or check the spelling: ids are case-sensitive.");
}
