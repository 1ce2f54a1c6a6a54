package dev.culvert.daemon.sshtunnels;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** What of SOCKS5 (RFC 1928) is said to ssh. */
final class Socks {
    /** Version 5, one way to log in, which is not to. */
    static final byte[] GREETING = {5, 1, 0};

    static final byte[] GREETED = {5, 0};

    /** Refuses a client that has greeted, as none of its ways to log in will do. */
    static final byte[] REFUSED = {5, (byte) 0xff};

    private static final int CONNECT = 1;
    private static final int NAME = 3;
    private static final int MOST_NAME = 255;

    private Socks() {}

    static byte[] connect(String host, int port) {
        byte[] name = host.getBytes(US_ASCII);
        if (name.length > MOST_NAME) {
            throw new IllegalArgumentException("a name has at most 255 characters");
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(new byte[] {5, CONNECT, 0, NAME, (byte) name.length});
        all.writeBytes(name);
        all.write(port >> 8);
        all.write(port);
        return all.toByteArray();
    }

    /** The meaning of the code of an answer. */
    static String why(int code) {
        return switch (code) {
            case 1 -> "general failure";
            case 2 -> "not allowed";
            case 3 -> "network unreachable";
            case 4 -> "host unreachable";
            case 5 -> "connection refused";
            case 6 -> "it took too long";
            default -> "code " + code;
        };
    }
}
