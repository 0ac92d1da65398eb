using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using DeviceTwin.Hub.Certificates;
using DeviceTwin.Storage;
using DeviceTwin.Twins;
using DeviceTwin.Twins.Reconciliation;

namespace DeviceTwin.Hub.Fleet;

/// <summary>Identities, sessions, connections and telemetry.</summary>
internal sealed partial class FleetService
{
    private const int MaximumIdLength = 128;

    /// <summary>Azure's, in characters.</summary>
    private const int MaximumStatusReason = 128;

    private const int GeneratedKeyBytes = 32;
    private static readonly StoreChange OneMessage = new StoreChange.Count(FleetCounters.Telemetry, 1);

    /// <inheritdoc/>
    public DeviceIdentity? FindIdentity(string deviceId) => Visible(deviceId)?.Identity;

    /// <inheritdoc/>
    public IReadOnlyList<DeviceIdentity> ListIdentities() =>
        [.. States.Select(state => state.Identity).OrderBy(identity => identity.DeviceId, StringComparer.Ordinal)];

    /// <inheritdoc/>
    public IReadOnlyList<DeviceIdentity> ListIdentities(string? after, int limit) =>
        [.. Refusing(() => store.FindDeviceIds(after, limit)).Select(FindIdentity).OfType<DeviceIdentity>()];

    /// <inheritdoc/>
    public Task<DeviceIdentity> PutIdentity(DeviceIdentity identity, string? ifMatch, string author, CancellationToken cancellation) =>
        PutIdentity(identity, ifMatch, null, author, cancellation);

    /// <inheritdoc/>
    public Task<DeviceIdentity> CreateIdentity(DeviceIdentity identity, JsonObject twin, string author, CancellationToken cancellation) =>
        PutIdentity(identity, null, twin, author, cancellation);

    private async Task<DeviceIdentity> PutIdentity(DeviceIdentity identity, string? ifMatch, JsonObject? content, string author, CancellationToken cancellation)
    {
        var kind = KindOf(identity.ModuleId);
        CheckId(identity.ModuleId ?? identity.DeviceId, kind);
        CheckKey(identity.PrimaryKey, "primaryKey");
        CheckKey(identity.SecondaryKey, "secondaryKey");
        CheckThumbprints(identity);
        CheckStatusReason(identity.StatusReason);
        var at = time.GetUtcNow();
        DeviceChange change;
        Task written;
        lock (gate)
        {
            if (identity.ModuleId is not null)
            {
                _ = Device(identity.DeviceId);
            }

            var existing = FindWorking(identity.Address);
            if (ifMatch is null)
            {
                if (existing is not null)
                {
                    throw FleetErrors.AlreadyExists(identity);
                }

                CheckRoom(identity);
                change = Made(Complete(identity, null), content, author, at);
            }
            else
            {
                var before = existing?.Identity ?? throw FleetErrors.NotFound(identity.Address);
                FleetErrors.CheckMatch(ifMatch, before.ETag);
                change = new DeviceChange(existing, at);
                change.SetIdentity(
                    Complete(identity, before) with
                    {
                        GenerationId = before.GenerationId,
                        ETag = ETags.Next(before.ETag),
                        CreatedAt = before.CreatedAt,
                        StatusUpdatedAt = identity.Enabled == before.Enabled ? before.StatusUpdatedAt : at,
                    },
                    author,
                    $"{AuditWord(identity)}.update");
                RecheckModules(change);
            }

            written = Publish(change);
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        if (ifMatch is null)
        {
            FleetLog.Registered(logger, identity.Address, author);
        }
        else
        {
            FleetLog.Updated(logger, identity.Address, author);
        }

        return change.State.Identity;
    }

    /// <summary>A device, or a module, that begins, inside the lock: with its twin, and with what configurations ask of it.</summary>
    /// <param name="content">Of the twin, as a patch of an empty one; null = none.</param>
    private DeviceChange Made(DeviceIdentity wanted, JsonObject? content, string author, DateTimeOffset at)
    {
        var identity = wanted with
        {
            // Azure's generation ids are such counts of time: no later device of the same name has the same.
            GenerationId = at.UtcTicks.ToString(CultureInfo.InvariantCulture),
            ETag = ETags.First,
            CreatedAt = at,
            StatusUpdatedAt = null,
        };
        var twin = TwinDocument.Create(identity.DeviceId, at, identity.ModuleId);
        var change = new DeviceChange(new DeviceState(identity, twin, NodeReconciliation.From(twin), null, new DevicePresence(null, null)), at);
        change.SetIdentity(identity, author, $"{AuditWord(identity)}.create");
        change.Stored.Add(new StoreChange.PutTwin(twin));
        if (content is not null)
        {
            change.Operate(Refusing(() => TwinUpdates.Patch(twin, content, at)), author, "twin.patch");
        }

        Configure(change);
        return change;
    }

    private static string KindOf(string? moduleId) => moduleId is null ? "device" : "module";

    private static string AuditWord(DeviceIdentity identity) => identity.ModuleId is null ? "identity" : "module";

    /// <inheritdoc/>
    public async Task DeleteIdentity(string deviceId, string? ifMatch, string author, CancellationToken cancellation)
    {
        if (TwinAddress.IsModule(deviceId))
        {
            await DeleteModule(TwinAddress.Parse(deviceId), ifMatch, author, cancellation).ConfigureAwait(false);
            return;
        }

        var at = time.GetUtcNow();
        Task written;
        lock (gate)
        {
            var state = Device(deviceId);
            FleetErrors.CheckMatch(ifMatch, state.Identity.ETag);
            working.Remove(deviceId);
            var modules = RemoveModules(deviceId);
            tags.Remove(deviceId, state.Twin.Tags);
            resends.Forget(deviceId);
            StoreChange[] changes =
            [
                .. modules.Select(module => new StoreChange.DeleteModule(deviceId, module.ModuleId!)),
                new StoreChange.DeleteDevice(deviceId),
                new StoreChange.AppendAudit(new AuditRow(at, author, deviceId, "identity.delete", null, null, null)),
            ];
            written = store.Write(changes, () =>
            {
                visible.TryRemove(deviceId, out _);
                visibleModules.TryRemove(deviceId, out _);
                foreach (var subject in subjects)
                {
                    subject.Deleted(deviceId);
                }

                Tell([.. modules.Select(module => new FleetEvent.IdentityDeleted(module.Address, at)), new FleetEvent.IdentityDeleted(deviceId, at)]);
            });
        }

        await Durable(written, cancellation).ConfigureAwait(false);
        FleetLog.Deleted(logger, deviceId, author);
    }

    /// <inheritdoc/>
    public DeviceSession? FindSession(string deviceId) => Visible(deviceId)?.Session;

    /// <inheritdoc/>
    public Task SaveSession(DeviceSession session, CancellationToken cancellation) =>
        Change(session.DeviceId, change => change.SetSession(session), cancellation);

    /// <inheritdoc/>
    public Task DeleteSession(string deviceId, CancellationToken cancellation) =>
        Change(deviceId, change => change.SetSession(null), cancellation);

    /// <inheritdoc/>
    public async Task SetConnected(string deviceId, string connectionId, string? modelId, CancellationToken cancellation)
    {
        var at = time.GetUtcNow();
        Task modelled = Task.CompletedTask;
        Task written;
        lock (gate)
        {
            var state = Working(deviceId);
            if (!string.IsNullOrEmpty(modelId) && modelId != state.Twin.ModelId)
            {
                var change = new DeviceChange(state, at);
                change.SetModel(modelId);
                modelled = Publish(change);
            }

            // Presence is no durable state. An empty write brings it into the order of the device's other events.
            var presence = state.Presence;
            var came = presence.ConnectionId is null;
            presence.ConnectionId = connectionId;
            var actions = state.Reconciliation.Happened(PathEvent.Connected).Actions;
            if ((actions & ReconciliationActions.StartTimer) != 0)
            {
                resends.Begin(deviceId, state.Twin.Desired.Version);
            }

            written = store.Write([], () =>
            {
                presence.Touch(at);
                presence.Connected = true;
                if (came)
                {
                    presence.UpdatedAt = at;
                    FleetLog.Connected(logger, deviceId);
                    Tell([new FleetEvent.ConnectionChanged(deviceId, at, true)]);
                }
            });
            if (came)
            {
                NotePresence(deviceId, true, at);
            }
        }

        try
        {
            await Durable(modelled, cancellation).ConfigureAwait(false);
            await Durable(written, cancellation).ConfigureAwait(false);
        }
        catch
        {
            // Not waited for: what is queued before may be what takes so long.
            _ = Leave(deviceId, connectionId, time.GetUtcNow());
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task SetDisconnected(string deviceId, string connectionId, CancellationToken cancellation)
    {
        await Durable(Leave(deviceId, connectionId, time.GetUtcNow()), cancellation).ConfigureAwait(false);
    }

    /// <summary>Queues the end of a connection; the task completes when it is told.</summary>
    private Task Leave(string deviceId, string connectionId, DateTimeOffset at)
    {
        lock (gate)
        {
            // The device may have been deleted, or another connection may have taken over: nothing to note then.
            if (FindWorking(deviceId)?.Presence is not { } presence || presence.ConnectionId != connectionId)
            {
                return Task.CompletedTask;
            }

            presence.ConnectionId = null;
            resends.Forget(deviceId);
            var told = store.Write([], () =>
            {
                presence.Touch(at);
                presence.Connected = false;
                presence.UpdatedAt = at;
                FleetLog.Disconnected(logger, deviceId);
                Tell([new FleetEvent.ConnectionChanged(deviceId, at, false)]);
            });
            NotePresence(deviceId, false, at);
            return told;
        }
    }

    /// <summary>
    /// Has the next start know when a device came or went, inside the lock. A write of its own that nobody waits for: a disk that is full keeps no device out,
    /// and one that has gone is gone.
    /// </summary>
    private void NotePresence(string deviceId, bool connected, DateTimeOffset at) =>
        _ = store.Write([new StoreChange.PutPresence(new StoredPresence(deviceId, connected, at))]);

    /// <inheritdoc/>
    public void SetQueuedMessages(string deviceId, int count)
    {
        if (Visible(deviceId)?.Presence is { } presence)
        {
            presence.QueuedMessages = count;
        }
    }

    /// <inheritdoc/>
    public async Task AppendTelemetry(TelemetryMessage message, CancellationToken cancellation)
    {
        var receipt = new CommitReceipt();
        AppendTelemetry(message, receipt);
        await receipt.Durable(cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void AppendTelemetry(TelemetryMessage message, CommitReceipt receipt)
    {
        try
        {
            lock (gate)
            {
                var presence = Working(message.DeviceId).Presence;
                var parts = TwinAddress.IsModule(message.DeviceId) ? null : Parts(message);
                var kept = parts is null || parts.TrueForAll(part => !part.Instead);
                store.Write(new TelemetryWrite(this, message, presence, parts, kept, receipt));
            }
        }
        catch (Exception refusal)
        {
            receipt.Settle(refusal);
            ThreadPool.UnsafeQueueUserWorkItem(static refused => refused.Release(), receipt, preferLocal: false);
        }
    }

    /// <summary>What the subjects make of a message, in their order; the first that takes its place ends the round. Null = nothing.</summary>
    private List<TelemetryPart>? Parts(TelemetryMessage message)
    {
        List<TelemetryPart>? parts = null;
        try
        {
            foreach (var subject in subjects)
            {
                if (subject.Take(message) is { } part)
                {
                    (parts ??= []).Add(part);
                    if (part.Instead)
                    {
                        break;
                    }
                }
            }
        }
        catch
        {
            parts?.ForEach(part => part.Refused?.Invoke());
            throw;
        }

        return parts;
    }

    private static StoreChange[] Changes(TelemetryMessage message, List<TelemetryPart>? parts, bool kept)
    {
        if (parts is null)
        {
            return [new StoreChange.AppendTelemetry(message), OneMessage];
        }

        var added = parts.SelectMany(part => part.Changes);
        return kept ? [new StoreChange.AppendTelemetry(message), OneMessage, .. added] : [.. added];
    }

    private async Task Change(string deviceId, Action<DeviceChange> apply, CancellationToken cancellation)
    {
        Task written;
        lock (gate)
        {
            var change = new DeviceChange(Working(deviceId), time.GetUtcNow());
            apply(change);
            written = Publish(change);
        }

        await Durable(written, cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Empty keys stay what they are, or are made where there are none; thumbprints too are kept where none is given. Only what the way to
    /// authenticate needs is there: what it does not need would open the device again with the next change.
    /// </summary>
    private static DeviceIdentity Complete(DeviceIdentity identity, DeviceIdentity? before)
    {
        // Azure's clients write "sas" with empty keys where their user said nothing about authentication: that must not lock a device out
        // that has a certificate. To turn it to keys, give keys.
        if (before is { Authentication: not AuthenticationType.Sas } && identity is { Authentication: AuthenticationType.Sas, PrimaryKey: "", SecondaryKey: "" })
        {
            identity = identity with
            {
                Authentication = before.Authentication,
                PrimaryThumbprint = before.PrimaryThumbprint,
                SecondaryThumbprint = before.SecondaryThumbprint,
            };
        }

        if (identity.Authentication == AuthenticationType.Sas)
        {
            return identity with
            {
                PrimaryKey = KeyOr(identity.PrimaryKey, before?.PrimaryKey),
                SecondaryKey = KeyOr(identity.SecondaryKey, before?.SecondaryKey),
                PrimaryThumbprint = "",
                SecondaryThumbprint = "",
            };
        }

        var kept = identity is { Authentication: AuthenticationType.SelfSigned, PrimaryThumbprint: "", SecondaryThumbprint: "" }
            && before?.Authentication == AuthenticationType.SelfSigned
                ? before
                : identity;
        var signed = identity.Authentication == AuthenticationType.SelfSigned;
        if (signed && kept is { PrimaryThumbprint: "", SecondaryThumbprint: "" })
        {
            throw new HubException(
                HubError.ArgumentInvalid, "A selfSigned device needs authentication.x509Thumbprint with the SHA-1 or SHA-256 of its certificate in hexadecimal.");
        }

        return identity with
        {
            PrimaryKey = "",
            SecondaryKey = "",
            PrimaryThumbprint = signed ? kept.PrimaryThumbprint.ToUpperInvariant() : "",
            SecondaryThumbprint = signed ? kept.SecondaryThumbprint.ToUpperInvariant() : "",
        };
    }

    private static string KeyOr(string given, string? before) =>
        given.Length > 0 ? given : !string.IsNullOrEmpty(before) ? before : Convert.ToBase64String(RandomNumberGenerator.GetBytes(GeneratedKeyBytes));

    /// <param name="noun">What it is of: device or module.</param>
    private static void CheckId(string id, string noun)
    {
        var valid = id.Length is > 0 and <= MaximumIdLength
            && id.All(character => char.IsAsciiLetterOrDigit(character) || "-.+%_#*?!(),:=@$'".Contains(character));
        if (!valid)
        {
            throw new HubException(
                HubError.ArgumentInvalid,
                $"The {noun} id \"{id}\" is not allowed. Use 1 to {MaximumIdLength} ASCII letters, digits and -.+%_#*?!(),:=@$'.");
        }

        // Servers leave an encoded slash in an address as it is: who asks for "a/b" must not get a device "a%2Fb".
        if (id.Contains("%2f", StringComparison.OrdinalIgnoreCase))
        {
            throw new HubException(HubError.ArgumentInvalid, $"The {noun} id \"{id}\" is not allowed: it must not contain a slash, nor %2F. Leave it out.");
        }
    }

    private static void CheckStatusReason(string? reason)
    {
        if (reason?.Length > MaximumStatusReason)
        {
            throw new HubException(HubError.ArgumentInvalid, $"statusReason has {reason.Length} characters, {MaximumStatusReason} are allowed. Say it shorter.");
        }
    }

    private static void CheckThumbprints(DeviceIdentity identity)
    {
        if (Array.Find([identity.PrimaryThumbprint, identity.SecondaryThumbprint], text => text.Length > 0 && !CertificateText.IsThumbprint(text)) is { } wrong)
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"The thumbprint \"{wrong}\" is not allowed. Give the certificate's SHA-1 (40 digits) or SHA-256 (64) in hexadecimal, without separators.");
        }
    }

    private static void CheckKey(string key, string name)
    {
        Span<byte> bytes = stackalloc byte[128];
        if (key.Length > 0 && !(Convert.TryFromBase64String(key, bytes, out var length) && length is >= 16 and <= 64))
        {
            throw new HubException(
                HubError.ArgumentInvalid, $"{name} is not allowed. Give base64 of 16 to 64 bytes, or leave it empty to have one made.");
        }
    }

    /// <summary>A message on its way through a commit.</summary>
    private sealed class TelemetryWrite(
        FleetService fleet, TelemetryMessage message, DevicePresence presence, List<TelemetryPart>? parts, bool kept, CommitReceipt receipt)
        : StoreWrite(Changes(message, parts, kept))
    {
        public override void Durable()
        {
            presence.Touch(message.EnqueuedAt);
            parts?.ForEach(static part => part.Durable?.Invoke());
            if (kept)
            {
                Interlocked.Increment(ref fleet.telemetryTotal);
                fleet.Tell(new FleetEvent.TelemetryReceived(message.DeviceId, message.EnqueuedAt, message));
            }

            receipt.Settle(null);
        }

        public override void Failed(Exception reason) =>
            receipt.Settle(reason is StorageException failure ? FleetErrors.Translate(failure) : reason);

        public override void Release() => receipt.Release();
    }
}
