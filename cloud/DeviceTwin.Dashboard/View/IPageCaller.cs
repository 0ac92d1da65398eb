namespace DeviceTwin.Dashboard.View;

/// <summary>The roles of people; each includes those before it.</summary>
public enum PageRole
{
    Viewer,
    Technician,
    Engineer,
    Admin,
}

/// <summary>
/// The person at a page, as things stand now: a role may be taken away, or a session ended, while the page is open. Whatever a page does for
/// somebody asks here first, also where the button was hidden.
/// </summary>
public interface IPageCaller
{
    /// <summary>How their changes are signed; null where they are not let in any more.</summary>
    string? Author { get; }

    /// <summary>The user who signed in; null where nobody had to.</summary>
    string? User { get; }

    /// <summary>Their role in a word; null where they are not let in any more.</summary>
    string? RoleWord { get; }

    bool May(PageRole role);
}
