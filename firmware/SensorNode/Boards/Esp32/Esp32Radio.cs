using System;
using System.Device.Wifi;
using System.Net.NetworkInformation;
using System.Threading;
using nanoFramework.Networking;

namespace DeviceTwin.SensorNode.Boards.Esp32;

/// <summary>The board's Wi-Fi station. <see cref="Join"/> blocks the talk loop until an address is held or the attempt has failed.</summary>
public sealed class Esp32Radio : IRadio
{
    private const int JoinTimeoutMs = 20000;
    private const string NoAddress = "0.0.0.0";

    private RadioNetwork[] _found;
    private bool _listens;
    private int _fault;

    public void Join(string network, string password)
    {
        try
        {
            var timeout = new CancellationTokenSource(JoinTimeoutMs);
            _fault = WifiNetworkHelper.ConnectDhcp(network, password, WifiReconnectionKind.Automatic, false, 0, timeout.Token) ? LinkFault.None : WhyNot(network, password);
        }
        catch (Exception)
        {
            // IsUp tells; the talk loop tries again.
            _fault = LinkFault.NoNetwork;
        }
    }

    public int Fault()
    {
        return _fault;
    }

    public bool IsUp()
    {
        try
        {
            NetworkInterface[] interfaces = NetworkInterface.GetAllNetworkInterfaces();
            for (int index = 0; index < interfaces.Length; index++)
            {
                NetworkInterface candidate = interfaces[index];
                bool isStation = candidate.NetworkInterfaceType == NetworkInterfaceType.Wireless80211
                    || candidate.NetworkInterfaceType == NetworkInterfaceType.Ethernet;
                if (isStation && candidate.IPv4Address != null && candidate.IPv4Address != "" && candidate.IPv4Address != NoAddress)
                {
                    return true;
                }
            }
        }
        catch (Exception)
        {
            // No interface is up while the driver cannot even say so.
        }

        return false;
    }

    public int SignalDbm()
    {
        // nanoFramework gives the strength of scanned networks, not of the one joined, and a scan would break the connection.
        return 0;
    }

    public void StartScan()
    {
        _found = null;
        try
        {
            WifiAdapter adapter = WifiAdapter.FindAllAdapters()[0];
            if (!_listens)
            {
                adapter.AvailableNetworksChanged += TakeNetworks;
                _listens = true;
            }

            adapter.ScanAsync();
        }
        catch (Exception)
        {
            _found = new RadioNetwork[0];
        }
    }

    public RadioNetwork[] Found()
    {
        return _found;
    }

    // The helper throws the driver's answer away: it is asked once more.
    private static int WhyNot(string network, string password)
    {
        WifiConnectionStatus status = WifiNetworkHelper.WifiAdapter.Connect(network, WifiReconnectionKind.Automatic, password).ConnectionStatus;
        return status == WifiConnectionStatus.Success ? LinkFault.NoAddress
            : status == WifiConnectionStatus.InvalidCredential ? LinkFault.NetworkRefused
            : status == WifiConnectionStatus.NetworkNotAvailable ? LinkFault.NetworkNotFound
            : LinkFault.NoNetwork;
    }

    private void TakeNetworks(WifiAdapter sender, object e)
    {
        try
        {
            WifiAvailableNetwork[] seen = sender.NetworkReport.AvailableNetworks;
            RadioNetwork[] found = new RadioNetwork[seen.Length];
            for (int index = 0; index < seen.Length; index++)
            {
                found[index] = new RadioNetwork();
                found[index].Name = seen[index].Ssid;
                found[index].SignalDbm = (int)seen[index].NetworkRssiInDecibelMilliwatts;
            }

            _found = found;
        }
        catch (Exception)
        {
            _found = new RadioNetwork[0];
        }
    }
}
