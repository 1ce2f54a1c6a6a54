package dev.culvert.daemon.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads {@code Forwarded} (RFC 7239), one element after the other. For one value. */
final class ForwardedReader {
    /** More proxies in a row than anybody has. */
    static final int MAX_HOPS = 64;

    private static final String SYMBOLS = "!#$%&'*+-.^_`|~";

    /**
     * What one proxy says about whoever sent it the request.
     *
     * @param node its address, with a port or without; null if it does not say
     */
    record Hop(@Nullable String node, @Nullable String scheme, @Nullable String host) {}

    private final String text;
    private int at;

    private ForwardedReader(String text) {
        this.text = text;
    }

    /**
     * The proxies' words, those of the nearest proxy last.
     *
     * @throws ProblemException when it does not obey the grammar
     */
    static List<Hop> read(String value) {
        return new ForwardedReader(value).hops();
    }

    private List<Hop> hops() {
        List<Hop> hops = new ArrayList<>();
        do {
            skipBlanks();
            if (at < text.length() && text.charAt(at) != ',') {
                if (hops.size() == MAX_HOPS) {
                    throw bad("names more than " + MAX_HOPS + " proxies");
                }
                hops.add(hop());
            }
        } while (take(','));
        if (at < text.length()) {
            throw bad("has something other than a comma between two proxies");
        }
        return hops;
    }

    private Hop hop() {
        String node = null;
        String scheme = null;
        String host = null;
        do {
            skipBlanks();
            if (at == text.length() || text.charAt(at) == ',' || text.charAt(at) == ';') {
                continue; // the grammar allows empty pairs
            }
            String name = token().toLowerCase(Locale.ROOT);
            if (!take('=')) {
                throw bad("has a name without a value");
            }
            String value = at < text.length() && text.charAt(at) == '"' ? quoted() : token();
            switch (name) {
                case "for" -> node = once(node, value);
                case "proto" -> scheme = once(scheme, value);
                case "host" -> host = once(host, value);
                default -> {} // "by", and whatever a proxy adds
            }
            skipBlanks();
        } while (take(';'));
        return new Hop(node, scheme, host);
    }

    private static String once(@Nullable String before, String value) {
        if (before != null) {
            throw bad("says the same thing twice about one proxy");
        }
        return value;
    }

    private String token() {
        int from = at;
        while (at < text.length() && isTokenCharacter(text.charAt(at))) {
            at++;
        }
        if (at == from) {
            throw bad("has a character that belongs in quotes, or an empty name or value");
        }
        return text.substring(from, at);
    }

    private static boolean isTokenCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || SYMBOLS.indexOf(c) >= 0;
    }

    private String quoted() {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '"') {
                at++;
                return value.toString();
            }
            if (c == '\\' && ++at < text.length()) {
                c = text.charAt(at);
            }
            value.append(c);
        }
        throw bad("has a quote without an end");
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private boolean take(char wanted) {
        boolean there = at < text.length() && text.charAt(at) == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private static ProblemException bad(String what) {
        return ProblemException.badRequest(
                "The 'Forwarded' header " + what + ": send it as RFC 7239 says, or leave it out.");
    }
}
