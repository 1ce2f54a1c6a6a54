package dev.culvert.daemon.client.host;

/**
 * How a program ended.
 *
 * @param code its exit code; {@link #NOT_THERE} if there is no such program, {@link #TOO_SLOW} if
 *     it was ended because it took too long
 */
public record Outcome(int code, String out, String err) {
    public static final int NOT_THERE = 127;
    public static final int TOO_SLOW = 124;

    public static Outcome of(String out) {
        return new Outcome(0, out, "");
    }

    public static Outcome notThere(String why) {
        return new Outcome(NOT_THERE, "", why);
    }

    public boolean isOk() {
        return code == 0;
    }

    public boolean isNotThere() {
        return code == NOT_THERE;
    }

    /** What it wrote last on standard error, or else on standard output. */
    public String said() {
        return (err.isBlank() ? out : err).strip();
    }
}
