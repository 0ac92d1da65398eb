using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using DeviceTwin.Hub.Certificates;

namespace DeviceTwin.Hub.Rest;

/// <summary>The secret that callers beyond loopback show, and the cookie that a browser gets for it.</summary>
internal sealed class HttpToken
{
    private const int Bytes = 32;
    private const string FileName = "http-token";
    private readonly byte[] token;
    private readonly byte[] session;

    private HttpToken(string token, string path, bool made)
    {
        this.token = Encoding.ASCII.GetBytes(token);
        Path = path;
        Made = made;

        // The cookie is derived: a stolen cookie is no token, and a new token ends all sessions.
        Session = Base64Url.EncodeToString(HMACSHA256.HashData(this.token, "devicetwin browser session 1"u8));
        session = Encoding.ASCII.GetBytes(Session);
    }

    /// <summary>Where it is kept (0600).</summary>
    public string Path { get; }

    /// <summary>Whether it was made just now.</summary>
    public bool Made { get; }

    /// <summary>The value of a signed-in browser's cookie.</summary>
    public string Session { get; }

    /// <summary>Reads the token of a data folder, making it on first use. To change it, delete the file and start again.</summary>
    public static HttpToken Open(string dataFolder)
    {
        var path = System.IO.Path.Combine(dataFolder, FileName);
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 16 } kept)
        {
            return new HttpToken(kept, path, made: false);
        }

        var fresh = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        PrivateFiles.Write(path, fresh + "\n", secret: true);
        return new HttpToken(fresh, path, made: true);
    }

    public bool IsToken(string candidate) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(candidate), token);

    public bool IsSession(string candidate) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(candidate), session);
}
