#nullable enable
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using DeviceTwin.Mqtt;
using DeviceTwin.SensorNode.Link;

namespace DeviceTwin.SensorNode.Simulator.Board;

/// <summary>
/// A node's session with a real hub: TCP, TLS 1.2 and MQTT on background tasks, seen through the polled interface of the firmware.
/// Keep-alive runs by the wall clock whatever the simulation's speed. No member blocks or throws.
/// </summary>
public sealed class TlsMqttSession : IMqttSession, IDisposable
{
    /// <summary>Messages that may wait for <see cref="Receive"/>; beyond that the session stops reading and TCP slows the hub down.</summary>
    public const int InboundCapacity = 64;

    private readonly TimeProvider time;
    private Attempt current;

    /// <param name="time">For time-outs and keep-alive; the system's where it is null.</param>
    public TlsMqttSession(TimeProvider? time = null)
    {
        this.time = time ?? TimeProvider.System;
        current = Attempt.None;
    }

    /// <summary>Why the last attempt or connection ended, in words; empty while there is nothing to say.</summary>
    public string Reason => current.Reason;

    public MqttSessionState State() => current.State;

    public int ConnectReturnCode() => current.ReturnCode;

    public bool SessionPresent() => current.SessionPresent;

    public void Open(MqttSessionOptions options)
    {
        current.Close();
        current = Attempt.Start(options, time);
    }

    public int Publish(string topic, byte[] payload, int qos) => current.Publish(topic, payload, qos);

    public int Subscribe(string[] filters, byte[] qos) => current.Subscribe(filters, qos);

    public MqttMessage? Receive() => current.Receive();

    public int NextConfirmed() => current.NextConfirmed();

    public void Close() => current.Close();

    public void Dispose() => Close();

    /// <summary>One attempt to connect and the connection that came of it. A new attempt never sees what an old one left behind.</summary>
    private sealed class Attempt
    {
        public static readonly Attempt None = new();

        private readonly CancellationTokenSource stop = new();
        private readonly ConcurrentQueue<int> confirmed = new();
        private volatile MqttClient? client;
        private int state = (int)MqttSessionState.Closed;
        private volatile string reason = "";
        private volatile int returnCode = -1;

        public MqttSessionState State => (MqttSessionState)Volatile.Read(ref state);

        public string Reason => reason;

        public int ReturnCode => returnCode;

        public bool SessionPresent => client is { SessionPresent: true };

        public static Attempt Start(MqttSessionOptions options, TimeProvider time)
        {
            var attempt = new Attempt { state = (int)MqttSessionState.Opening };

            // The caller may use its object for something else as soon as this returns.
            var copy = new MqttSessionOptions
            {
                Host = options.Host,
                Port = options.Port,
                ClientId = options.ClientId,
                UserName = options.UserName,
                Password = options.Password,
                CleanSession = options.CleanSession,
                KeepAliveSeconds = options.KeepAliveSeconds,
                CertificateAuthority = options.CertificateAuthority,
                ClientCertificate = options.ClientCertificate,
                ClientKey = options.ClientKey,
            };
            _ = Task.Run(() => attempt.Run(copy, time));
            return attempt;
        }

        public int Publish(string topic, byte[] payload, int qos)
        {
            try
            {
                if (State != MqttSessionState.Open
                    || !client!.TryPublish(topic, payload, qos, out int packetId, out Task delivered))
                {
                    return -1;
                }

                if (qos > 0)
                {
                    ReportWhenDone(delivered, packetId);
                }

                return packetId;
            }
            catch (ArgumentException error)
            {
                reason = error.Message;
                return -1;
            }
        }

        public int Subscribe(string[] filters, byte[] qos)
        {
            try
            {
                var subscriptions = new List<MqttSubscription>();
                for (int i = 0; i < filters.Length; i++)
                {
                    subscriptions.Add(new MqttSubscription(filters[i], qos[i]));
                }

                if (State != MqttSessionState.Open
                    || !client!.TrySubscribe(subscriptions, out int packetId, out Task<IReadOnlyList<byte>> granted))
                {
                    return -1;
                }

                ReportWhenDone(RequireGrants(granted), packetId);
                return packetId;
            }
            catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException)
            {
                reason = error.Message;
                return -1;
            }
        }

        public MqttMessage? Receive() =>
            client is { } open && open.Received.TryRead(out MqttPublish? message)
                ? new MqttMessage(message.Topic, message.Payload.ToArray())
                : null;

        public int NextConfirmed() => confirmed.TryDequeue(out int packetId) ? packetId : 0;

        public void Close()
        {
            Volatile.Write(ref state, (int)MqttSessionState.Closed);
            if (this != None)
            {
                _ = stop.CancelAsync();
            }
        }

        private async Task Run(MqttSessionOptions options, TimeProvider time)
        {
            try
            {
                client = await Connect(options, time).ConfigureAwait(false);
                returnCode = 0;

                // Unless it was closed meanwhile: the caller must not see it open again.
                Interlocked.CompareExchange(ref state, (int)MqttSessionState.Open, (int)MqttSessionState.Opening);
                string end = await client.Closed.WaitAsync(stop.Token).ConfigureAwait(false);
                reason = reason.Length > 0 ? reason : end;
            }
            catch (OperationCanceledException)
            {
                reason = stop.IsCancellationRequested ? "closed by this side" : "the hub did not answer in time";
            }
            catch (MqttConnectRefusedException refused)
            {
                returnCode = (int)refused.ReturnCode;
                reason = refused.Message;
            }
            catch (Exception error) when (
                error is IOException or SocketException or AuthenticationException or CryptographicException or ArgumentException
                    or InvalidOperationException or MqttConnectionClosedException)
            {
                reason = error.Message;
            }

            Volatile.Write(ref state, (int)MqttSessionState.Closed);
            if (client is { } open)
            {
                await open.Disconnect().ConfigureAwait(false);
            }
        }

        private async Task<MqttClient> Connect(MqttSessionOptions options, TimeProvider time)
        {
            SslClientAuthenticationOptions trust = Trust(options);
            using X509Certificate2? own = Own(options);
            if (own is not null)
            {
                trust.ClientCertificateContext = SslStreamCertificateContext.Create(own, null, offline: true);
            }

            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(30), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stop.Token);
            var socket = new TcpClient { NoDelay = true };
            SslStream? tls = null;
            try
            {
                await socket.ConnectAsync(options.Host, options.Port, either.Token).ConfigureAwait(false);
                tls = new SslStream(socket.GetStream());
                await tls.AuthenticateAsClientAsync(trust, either.Token).ConfigureAwait(false);
                return await MqttClient.Connect(
                    tls,
                    new MqttClientOptions
                    {
                        ClientId = options.ClientId,
                        UserName = options.UserName,
                        Password = options.Password is null ? null : Encoding.UTF8.GetBytes(options.Password),
                        CleanSession = options.CleanSession,
                        KeepAliveSeconds = options.KeepAliveSeconds,
                        ReceiveCapacity = InboundCapacity,
                        Time = time,
                    },
                    either.Token).ConfigureAwait(false);
            }
            catch (Exception)
            {
                if (tls is not null)
                {
                    await tls.DisposeAsync().ConfigureAwait(false);
                }

                socket.Dispose();
                throw;
            }
        }

        /// <summary>The plant's authority and nothing else, and the hub's certificate must carry the name that the node asked for.</summary>
        private static SslClientAuthenticationOptions Trust(MqttSessionOptions options)
        {
            var chain = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            chain.CustomTrustStore.ImportFromPem(options.CertificateAuthority);
            if (chain.CustomTrustStore.Count == 0)
            {
                throw new CryptographicException("There is no certificate in what was given as the plant's authority.");
            }

            return new SslClientAuthenticationOptions
            {
                TargetHost = options.Host,
                EnabledSslProtocols = SslProtocols.Tls12,
                AllowTlsResume = false,
                CertificateChainPolicy = chain,
            };
        }

        private static X509Certificate2? Own(MqttSessionOptions options) =>
            options.ClientCertificate is null ? null : X509Certificate2.CreateFromPem(options.ClientCertificate, options.ClientKey);

        /// <summary>A refused filter is a hub that does not speak our dialect: going on would be deaf.</summary>
        private async Task RequireGrants(Task<IReadOnlyList<byte>> granted)
        {
            foreach (byte code in await granted.ConfigureAwait(false))
            {
                if (code == MqttSubAck.Failure)
                {
                    reason = "the hub refused a subscription";
                    await client!.DisposeAsync().ConfigureAwait(false);
                    throw new MqttConnectionClosedException(reason);
                }
            }
        }

        private void ReportWhenDone(Task done, int packetId) => done.ContinueWith(
            finished =>
            {
                if (finished.IsCompletedSuccessfully)
                {
                    confirmed.Enqueue(packetId);
                }
                else
                {
                    // The end of the connection is reported by the state.
                    _ = finished.Exception;
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
