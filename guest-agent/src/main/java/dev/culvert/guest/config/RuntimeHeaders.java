package dev.culvert.guest.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Which headers the host may add to requests to the runtime. */
public final class RuntimeHeaders {
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern VALUE = Pattern.compile("[\\t -~]*");
    private static final Set<String> OURS =
            Set.of(
                    "accept",
                    "accept-encoding",
                    "authorization",
                    "connection",
                    "content-encoding",
                    "content-length",
                    "content-type",
                    "expect",
                    "host",
                    "keep-alive",
                    "te",
                    "trailer",
                    "transfer-encoding",
                    "upgrade");

    private RuntimeHeaders() {}

    /**
     * Throws an {@link IllegalArgumentException} that says what is wrong, if the host may not send
     * this header to the runtime.
     */
    public static void check(String name, String value) {
        if (!TOKEN.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the name of a header for the runtime has characters that HTTP does not allow");
        }
        if (OURS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException(
                    "the header "
                            + name
                            + " is set by the agent itself (set the key with --runtime-key-file)");
        }
        if (!VALUE.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "the value of the header "
                            + name
                            + " has characters other than printable ASCII");
        }
    }
}
