package dev.culvert.daemon.front.preview;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The head of an app's answer.
 *
 * @param text all of it, with the empty line at its end
 */
record AnswerHead(int status, String text) {
    static final int SWITCHING_PROTOCOLS = 101;

    private static final Pattern FIRST =
            Pattern.compile("HTTP/1\\.[01] ([1-5][0-9]{2})( [^\r\n]*)?");
    private static final Pattern LINE = Pattern.compile("[!#-'*+.^-z|~0-9A-Z-]+:[^\r\n\0]*");
    private static final Pattern DOMAIN =
            Pattern.compile(";[ \t]*domain[ \t]*(=[^;\r\n]*)?(?=;|\r|$)", Pattern.CASE_INSENSITIVE);
    private static final Set<String> OF_THE_CONNECTION =
            Set.of("connection", "keep-alive", "proxy-connection");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it is none
     */
    static AnswerHead read(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        String[] lines = text.split("\r\n", -1);
        Matcher first = FIRST.matcher(lines[0]);
        if (!first.matches()) {
            throw new IllegalArgumentException("it begins with something else than HTTP/1.1");
        }
        for (int i = 1; i < lines.length - 2; i++) { // the last two are empty
            if (!LINE.matcher(lines[i]).matches()) {
                throw new IllegalArgumentException("it has a line that is no header");
            }
        }
        return new AnswerHead(Integer.parseInt(first.group(1)), text);
    }

    /** Whether another head follows. */
    boolean isInterim() {
        return status < 200 && status != SWITCHING_PROTOCOLS;
    }

    /** What the client gets: its connection ends after the answer. */
    byte[] closing() {
        StringBuilder head = new StringBuilder();
        for (String line : text.substring(0, text.length() - 2).split("\r\n", -1)) {
            String name = line.split(":", 2)[0].toLowerCase(Locale.ROOT);
            if (!line.isEmpty() && !OF_THE_CONNECTION.contains(name)) {
                head.append(ofThisHost(name, line)).append("\r\n");
            }
        }
        return head.append("Connection: close\r\n\r\n").toString().getBytes(ISO_8859_1);
    }

    /**
     * Cookies of an app are of its own host: of the domain, they would reach all other previews.
     */
    private static String ofThisHost(String name, String line) {
        return name.equals("set-cookie") ? DOMAIN.matcher(line).replaceAll("") : line;
    }

    /** As it came, but for the domain of cookies. */
    byte[] unchanged() {
        StringBuilder head = new StringBuilder();
        for (String line : text.split("(?<=\r\n)", -1)) {
            head.append(ofThisHost(line.split(":", 2)[0].toLowerCase(Locale.ROOT), line));
        }
        return head.toString().getBytes(ISO_8859_1);
    }
}
