package dev.culvert.json;

/**
 * How much of anything one JSON text may contain.
 *
 * @param depth nested objects and arrays, the outermost being the first
 * @param numberLength digits of one number
 * @param nameLength bytes of one member name
 * @param tokens JSON tokens, which bound the time that reading takes
 */
public record JsonLimits(int depth, int numberLength, int nameLength, int tokens) {
    /** What the protocol allows one frame (framing.md, "Limits"). */
    public static final JsonLimits FRAME = new JsonLimits(64, 1_000, 50_000, 1_000_000);

    /** What a frame's envelope leaves for its payload: it takes one level and 14 tokens itself. */
    static final JsonLimits PAYLOAD =
            new JsonLimits(
                    FRAME.depth - 1, FRAME.numberLength, FRAME.nameLength, FRAME.tokens - 14);

    public JsonLimits {
        atLeast("depth", depth, 2);
        atLeast("number_length", numberLength, 1);
        atLeast("name_length", nameLength, 16);
        atLeast("tokens", tokens, 16);
        if (depth > Long.SIZE) {
            throw new IllegalArgumentException(
                    "depth is " + depth + ": it must be at most " + Long.SIZE);
        }
    }

    private static void atLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ": it must be at least " + least);
        }
    }
}
