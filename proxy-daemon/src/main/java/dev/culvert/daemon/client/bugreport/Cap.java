package dev.culvert.daemon.client.bugreport;

import java.nio.charset.StandardCharsets;

/** How much of a file is kept. */
enum Cap {
    /** The beginning. */
    HEAD(1024 * 1024),

    /** The end, where a log is newest. */
    TAIL(1024 * 1024);

    private final int mostBytes;

    Cap(int mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Cut at the end of a line; a first line says so. */
    String cut(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= mostBytes) {
            return text;
        }
        String kept =
                switch (this) {
                    case HEAD -> head(new String(bytes, 0, mostBytes, StandardCharsets.UTF_8));
                    case TAIL ->
                            tail(
                                    new String(
                                            bytes,
                                            bytes.length - mostBytes,
                                            mostBytes,
                                            StandardCharsets.UTF_8));
                };
        return "(%s of %d bytes)%n"
                        .formatted(this == HEAD ? "the beginning" : "the end", bytes.length)
                + kept;
    }

    private static String head(String text) {
        return text.substring(0, text.lastIndexOf('\n') + 1);
    }

    private static String tail(String text) {
        return text.substring(text.indexOf('\n') + 1);
    }

    boolean cuts(String text) {
        return text.length() > mostBytes
                || text.getBytes(StandardCharsets.UTF_8).length > mostBytes;
    }
}
