package dev.culvert.transport;

import java.io.FileNotFoundException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An error of the system, which Netty and the JDK pass on only inside an exception's message. */
enum Errno {
    NO_ENTRY(2, "No such file or directory"),
    TRY_AGAIN(11, "Resource temporarily unavailable"),
    ACCESS_DENIED(13, "Permission denied"),
    /** This process has too many, or the whole system. */
    NO_DESCRIPTOR(24, "Too many open files"),
    NO_DEVICE(19, "No such device"),
    NO_ADDRESS_FAMILY(97, "Address family not supported"),
    ADDRESS_IN_USE(98, "Address already in use"),
    ADDRESS_NOT_HERE(99, "Cannot assign requested address"),
    RESET(104, "Connection reset"),
    TIMED_OUT(110, "Connection timed out"),
    REFUSED(111, "Connection refused"),
    UNREACHABLE(113, "No route to host"),
    /** Not the system's: the name of a host was not found. */
    NO_HOST(0, "Unknown host"),
    OTHER(0, "");

    // The numbers are Linux's, the same on x86_64 and aarch64, as Netty's native calls report them.
    private static final Pattern NATIVE = Pattern.compile("failed with error\\(-(\\d+)\\)");

    /** ENFILE. */
    private static final int SYSTEM_WIDE = 23;

    private final int number;
    private final String text;

    Errno(int number, String text) {
        this.number = number;
        this.text = text;
    }

    static Errno of(Throwable cause) {
        if (cause instanceof FileNotFoundException) { // Netty's ENOENT, without a message
            return NO_ENTRY;
        }
        if (cause instanceof NoRouteToHostException) { // and its ENETUNREACH and EHOSTUNREACH
            return UNREACHABLE;
        }
        if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
            return NO_HOST;
        }
        String message = String.valueOf(cause.getMessage());
        Matcher found = NATIVE.matcher(message);
        int number = found.find() ? Integer.parseInt(found.group(1)) : -1;
        if (number == SYSTEM_WIDE) {
            return NO_DESCRIPTOR;
        }
        for (Errno errno : values()) {
            boolean same = number >= 0 ? number == errno.number : message.startsWith(errno.text);
            if (same) {
                return errno;
            }
        }
        return OTHER;
    }
}
