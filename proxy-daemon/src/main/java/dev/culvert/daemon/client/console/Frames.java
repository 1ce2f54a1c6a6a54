package dev.culvert.daemon.client.console;

import java.io.PrintWriter;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;

/**
 * Draws one text over the one before: each is printed in one piece and over what is there, so that
 * nothing flickers. What was on the screen before stays above it.
 */
final class Frames {
    private static final String HOME = "\u001B[H";
    private static final String REST_OF_LINE = "\u001B[K";
    private static final String REST_OF_SCREEN = "\u001B[J";

    private final PrintWriter out;
    private final Terminal terminal;
    private boolean isBegun;
    private int drawn;

    Frames(PrintWriter out, Terminal terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** How wide a line may be. */
    int columns() {
        return Math.max(20, terminal.getColumns());
    }

    /**
     * Draws one.
     *
     * @param text its lines; what does not fit is left out, and the last line says so
     * @param status the line below it
     */
    void draw(String text, String status) {
        Size size = terminal.getSize();
        int rows = size.getRows() <= 0 ? 24 : size.getRows();
        List<String> lines = text.lines().toList();
        int most = Math.max(1, rows - 2);
        StringBuilder frame = new StringBuilder();
        if (!isBegun) {
            frame.append("\n".repeat(rows));
            isBegun = true;
        }
        frame.append(HOME);
        boolean isCut = lines.size() > most;
        int shown = isCut ? most - 1 : lines.size();
        for (String line : lines.subList(0, shown)) {
            frame.append(cut(line)).append(REST_OF_LINE).append('\n');
        }
        if (isCut) {
            String more = "… %d more lines".formatted(lines.size() - shown);
            frame.append(cut(more)).append(REST_OF_LINE).append('\n');
        }
        frame.append(cut(status)).append(REST_OF_LINE).append(REST_OF_SCREEN);
        drawn++;
        out.print(frame);
        out.flush();
    }

    /** The last one stays, and the next line comes below it. */
    void end() {
        if (drawn > 0) {
            out.print("\r" + REST_OF_LINE);
            out.flush();
        }
    }

    private String cut(String line) {
        return AttributedString.fromAnsi(line)
                .columnSubSequence(0, Math.max(1, terminal.getColumns() - 1))
                .toAnsi(terminal);
    }
}
