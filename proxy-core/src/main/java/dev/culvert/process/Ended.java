package dev.culvert.process;

/**
 * How a program ended.
 *
 * @param status its exit status; 128 and the number of the signal if one ended it
 * @param output the last of what it wrote to stdout
 * @param errors the last of what it wrote to stderr
 */
public record Ended(int status, String output, String errors) {
    /** The status when there is no such program. */
    public static final int NO_PROGRAM = 127;

    public boolean isGood() {
        return status == 0;
    }

    /** The last line that says something: of its errors, or else of its output; may be empty. */
    public String lastLine() {
        String said = lastLine(errors);
        return said.isEmpty() ? lastLine(output) : said;
    }

    private static String lastLine(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce("", (_, last) -> last);
    }
}
