namespace DeviceTwin.SensorNode.Boards;

/// <summary>
/// Words in one text, separated by blanks. An array of them would take 24 bytes of memory for each all the time, a reference and its literal; the text stays in flash.
/// For words that are said now and then: each time one is made anew.
/// </summary>
public static class WordList
{
    /// <summary>A word by its place, from 0; it must be there.</summary>
    public static string At(string words, int place)
    {
        int start = 0;
        for (; place > 0; place--)
        {
            start = words.IndexOf(' ', start) + 1;
        }

        int end = words.IndexOf(' ', start);
        return words.Substring(start, (end < 0 ? words.Length : end) - start);
    }
}
