#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace DeviceTwin.SensorNode.Bearings;

/// <summary>
/// Bearings whose inner geometry somebody published: makers seldom print number and size of the balls. Another maker's bearing of the same
/// designation may have other balls, so orders from the maker's own calculator come first.
/// </summary>
public static class BearingCatalogue
{
    private static readonly BearingType[] Types =
    {
        new BearingType("6203", 8, 6746, 28499, 0,
            "SKF 6203-2RS JEM, ball 0.2656 in, pitch 1.122 in: Case Western Reserve University Bearing Data Center, bearing information (fan end)"),
        new BearingType("6205", 9, 7940, 39040, 0,
            "SKF 6205-2RS JEM, ball 0.3126 in, pitch 1.537 in: Case Western Reserve University Bearing Data Center, bearing information (drive end)"),
        new BearingType("NICE", 8, 5969, 31623, 0,
            "NICE, ball 0.235 in, pitch 1.245 in: MFPT Condition Based Maintenance fault database, E. Bechhoefer"),
        new BearingType("PRONOSTIA", 13, 3500, 25600, 0,
            "ball 3.5 mm, pitch 25.6 mm: P. Nectoux et al., PRONOSTIA, IEEE PHM 2012; 13 balls after later literature"),
        new BearingType("ZA-2115", 16, 8407, 71501, 15170,
            "Rexnord ZA-2115, roller 0.331 in, pitch 2.815 in, 15.17 degrees, 16 rollers in each of two rows: H. Qiu et al., J. Sound Vib. 289 (2006), IMS data set"),
    };

    /// <summary>All of it, by name.</summary>
    public static IReadOnlyList<BearingType> All => Types;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names => Array.ConvertAll(Types, type => type.Name);

    /// <summary>The bearing of a designation, whatever its case, or null.</summary>
    public static BearingType? Find(string name) => Types.FirstOrDefault(type => string.Equals(type.Name, name, StringComparison.OrdinalIgnoreCase));
}
