package dev.culvert.daemon.http.h1;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/** The headers that a route adds to its answer. */
final class HeaderLines {
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

    void writeTo(ByteBuf out) {
        for (int i = 0; i < lines.size(); i++) {
            ResponseHead.header(out, lines.get(i).name(), lines.get(i).value());
        }
    }
}
