package dev.culvert.daemon.http;

import org.jspecify.annotations.Nullable;

/** W3C Trace Context's {@code traceparent}, version 00. */
final class TraceParent {
    private static final String SHAPE = "00-iiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii-pppppppppppppppp-ff";

    private static final int TRACE_ID = SHAPE.indexOf('i');
    private static final int TRACE_ID_END = SHAPE.lastIndexOf('i') + 1;

    private TraceParent() {}

    /**
     * The value that was sent; null if it is not valid, since the standard says to ignore it then.
     */
    static @Nullable String of(@Nullable String sent) {
        return sent != null && isValid(sent) ? sent : null;
    }

    /** The id of the trace in a valid value. */
    static String traceId(String valid) {
        return valid.substring(TRACE_ID, TRACE_ID_END);
    }

    private static boolean isValid(String value) {
        if (value.length() != SHAPE.length()) {
            return false;
        }
        boolean traced = false;
        boolean parented = false;
        for (int i = 0; i < SHAPE.length(); i++) {
            char shape = SHAPE.charAt(i);
            char c = value.charAt(i);
            boolean digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            if (Character.isLetter(shape) ? !digit : c != shape) {
                return false;
            }
            traced |= shape == 'i' && c != '0';
            parented |= shape == 'p' && c != '0';
        }
        return traced && parented;
    }
}
