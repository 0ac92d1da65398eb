using System.Globalization;
using System.Security.Cryptography;

namespace DeviceTwin.Hub.Access;

/// <summary>Passwords as they are stored: <c>pbkdf2-sha512$ITERATIONS$SALT$HASH</c>. Pure.</summary>
internal static class Passwords
{
    /// <summary>Length is what helps; rules about signs only make people write passwords down.</summary>
    public const int Shortest = 10;

    public const int Longest = 256;
    private const string Method = "pbkdf2-sha512";
    private const int SaltBytes = 16;
    private const int HashBytes = 64;

    public static string Hash(string password, int iterations)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return Stored(iterations, salt, Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, HashBytes));
    }

    /// <summary>What no password fits, and trying one costs the same time as with any other. Made in no time: a hub's start need not wait for it.</summary>
    public static string Nobodys(int iterations) => Stored(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    private static string Stored(int iterations, byte[] salt, byte[] hash) =>
        string.Create(CultureInfo.InvariantCulture, $"{Method}${iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");

    /// <summary>Whether a password fits; costs the same time whether it does or not.</summary>
    public static bool Fits(string password, string stored)
    {
        var parts = stored.Split('$');
        if (parts is not [Method, var count, var salt, var hash] || !int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations))
        {
            throw new FormatException("A stored password has an unknown form.");
        }

        var expected = Convert.FromBase64String(hash);
        var actual = Rfc2898DeriveBytes.Pbkdf2(password, Convert.FromBase64String(salt), iterations, HashAlgorithmName.SHA512, expected.Length);
        return CryptographicOperations.FixedTimeEquals(actual, expected);
    }

    /// <exception cref="HubException">The password will not do; the message says what would.</exception>
    public static void Check(string password, string userName)
    {
        if (password.Length is < Shortest or > Longest)
        {
            throw new HubException(AccessErrors.UserInvalid, $"A password has {Shortest} to {Longest} characters. Three or four words make a good one.");
        }

        if (password.Contains(userName, StringComparison.OrdinalIgnoreCase) && password.Length < userName.Length + Shortest)
        {
            throw new HubException(AccessErrors.UserInvalid, "A password that is little more than the name is the first that is guessed. Take another.");
        }
    }
}
