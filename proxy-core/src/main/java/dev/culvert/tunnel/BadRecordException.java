package dev.culvert.tunnel;

import java.io.IOException;
import java.io.Serial;

/** What comes is no row of records: the tunnel is closed. */
public final class BadRecordException extends IOException {
    @Serial private static final long serialVersionUID = 1L;

    BadRecordException(String message) {
        super(message);
    }
}
