package dev.culvert.daemon.http;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host and its port, as in a {@code Host} header.
 *
 * @param host in lower case; an IPv6 address keeps its brackets
 * @param text host and port, in lower case
 */
public record Authority(String host, String text) {
    private static final int MAX_PORT_DIGITS = 5;

    /** Reads HOST or HOST:PORT; null for anything else, such as user information. */
    public static @Nullable Authority parse(String value) {
        String text = value.toLowerCase(Locale.ROOT);
        int bracket = text.lastIndexOf(']');
        int colon = text.indexOf(':', Math.max(bracket, 0));
        String host = colon < 0 ? text : text.substring(0, colon);
        if (colon >= 0 && !isPort(text.substring(colon + 1))) {
            return null;
        }
        boolean valid = host.startsWith("[") ? isBracketed(host) : isName(host);
        return valid ? new Authority(host, text) : null;
    }

    /** Whether it is an IP address and not a name. */
    boolean isAddress() {
        return host.startsWith("[") || NetUtil.isValidIpV4Address(host);
    }

    private static boolean isPort(String port) {
        return !port.isEmpty()
                && port.length() <= MAX_PORT_DIGITS
                && isMadeOf("", port)
                && Integer.parseInt(port) <= 65535;
    }

    private static boolean isBracketed(String host) {
        return host.endsWith("]")
                && host.indexOf('%') < 0
                && NetUtil.isValidIpV6Address(host.substring(1, host.length() - 1));
    }

    private static boolean isName(String host) {
        return !host.isEmpty() && isMadeOf("abcdefghijklmnopqrstuvwxyz.-_", host);
    }

    /** Whether {@code text} has only digits and these characters. */
    private static boolean isMadeOf(String others, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && others.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
