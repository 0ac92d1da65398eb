#nullable enable

using System;
using System.Collections.Generic;
using System.Linq;

namespace DeviceTwin.SensorNode.Bearings;

/// <summary>
/// Bearings whose geometry gives the orders known of recordings: makers seldom print number and size of the balls. Another maker's bearing of
/// the same designation may have other balls, so orders from the maker's own calculator come first.
/// </summary>
public static class BearingCatalogue
{
    private static readonly BearingType[] Types =
    {
        new BearingType("6203", 8, 6746, 28499, 0,
            "SKF 6203-2RS, fan end of the Case Western Reserve University rig: 8 balls of 0.2656 in on 1.122 in give the orders listed with its recordings"),
        new BearingType("6205", 9, 7940, 39040, 0,
            "SKF 6205-2RS, drive end of the Case Western Reserve University rig: 9 balls of 0.3126 in on 1.537 in give the orders listed with its recordings"),
        new BearingType("NICE", 8, 5969, 31623, 0,
            "NICE bearing of the MFPT fault data sets: 8 balls of 0.235 in on 1.245 in give the orders listed with its recordings within 0.002"),
        new BearingType("PRONOSTIA", 13, 3500, 25600, 0,
            "Bearing of the PRONOSTIA rig: balls of 3.5 mm on 25.6 mm as its challenge (IEEE PHM 2012) states; that there are 13 is from later literature"),
        new BearingType("ZA-2115", 16, 8407, 71501, 15170,
            "Rexnord ZA-2115 of the IMS run-to-failure rig: 16 rollers of 0.331 in on 2.815 in at 15.17 degrees give the orders listed with its recordings"),
    };

    /// <summary>All of it, by name.</summary>
    public static IReadOnlyList<BearingType> All => Types;

    /// <summary>The names.</summary>
    public static IReadOnlyList<string> Names => Array.ConvertAll(Types, type => type.Name);

    /// <summary>The bearing of a designation, whatever its case, or null.</summary>
    public static BearingType? Find(string name) => Types.FirstOrDefault(type => string.Equals(type.Name, name, StringComparison.OrdinalIgnoreCase));
}
