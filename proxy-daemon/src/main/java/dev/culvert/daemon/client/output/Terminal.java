package dev.culvert.daemon.client.output;

/**
 * What the command's output goes to.
 *
 * @param out whether stdout is a terminal
 * @param err whether stderr is one
 * @param columns how wide it is; without a terminal it means nothing
 */
public record Terminal(boolean out, boolean err, int columns) {
    public static final int USUAL_COLUMNS = 80;

    public static final Terminal NONE = new Terminal(false, false, USUAL_COLUMNS);
}
