package dev.culvert.daemon.http;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/** The headers that a route adds to its answer. */
public final class HeaderLines {
    private record Line(AsciiString name, CharSequence value) {}

    private final List<Line> lines = new ArrayList<>(2);

    /**
     * Adds one more.
     *
     * @throws IllegalArgumentException when the value would break out of its line
     */
    void add(AsciiString name, CharSequence value) {
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < ' ' || value.charAt(i) > 0xff) {
                throw new IllegalArgumentException(
                        "the value of '" + name + "' is no header value");
            }
        }
        lines.add(new Line(name, value));
    }

    public int count() {
        return lines.size();
    }

    public AsciiString name(int index) {
        return lines.get(index).name();
    }

    public CharSequence value(int index) {
        return lines.get(index).value();
    }
}
