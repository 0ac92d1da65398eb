namespace DeviceTwin.Storage.Access;

/// <summary>Who may do what, as it was when the store was opened.</summary>
public interface IAccessStore
{
    StoredAccess LoadAccess();
}
