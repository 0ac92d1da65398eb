namespace DeviceTwin.SensorNode.Twin.Json;

/// <summary>What <see cref="JsonReader.Next"/> found.</summary>
public enum JsonToken
{
    /// <summary>The document is over.</summary>
    End = 0,

    /// <summary>The document is not JSON or leaves the bounds; <see cref="JsonReader.Position"/> says where. Final.</summary>
    Malformed = 1,

    ObjectStart = 2,
    ObjectEnd = 3,
    ArrayStart = 4,
    ArrayEnd = 5,

    /// <summary>A member's name; its value follows.</summary>
    Name = 6,

    String = 7,

    /// <summary>A number written without fraction and exponent.</summary>
    Integer = 8,

    /// <summary>A number written with fraction or exponent. Its value is not computed.</summary>
    Fraction = 9,

    True = 10,
    False = 11,
    Null = 12,
}
