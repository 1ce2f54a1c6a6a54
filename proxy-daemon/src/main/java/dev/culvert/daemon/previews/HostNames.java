package dev.culvert.daemon.previews;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names of the hosts of previews, {@code PORT--AGENT.DOMAIN}: each port of each agent has a
 * host of its own, so that browsers keep their pages apart.
 */
/* The name of a host knows no upper case, no dot and no underscore, and its part has at most 63
 * characters. An agent whose id has other characters gets those that fit, two hyphens, and a hash of
 * its id. An id that has two hyphens itself gets them too, so two agents never have one host. */
final class HostNames {
    private static final Pattern PLAIN = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");
    private static final int MOST_PLAIN_CHARS = 50;
    private static final int MOST_CUT_CHARS = 30;
    private static final int HASH_BYTES = 8;

    private HostNames() {}

    static String of(int port, String agent, String domain) {
        return port + "--" + part(agent) + "." + domain;
    }

    private static String part(String agent) {
        if (agent.length() <= MOST_PLAIN_CHARS && PLAIN.matcher(agent).matches()) {
            return agent;
        }
        String fits = agent.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        String cut = fits.substring(0, Math.min(fits.length(), MOST_CUT_CHARS));
        return cut.replaceAll("^-|-$", "") + "--" + HexFormat.of().formatHex(hash(agent));
    }

    private static byte[] hash(String agent) {
        return Arrays.copyOf(sha256(agent), HASH_BYTES);
    }

    /** Of the text in UTF-8. */
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
