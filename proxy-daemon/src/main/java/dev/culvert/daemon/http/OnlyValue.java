package dev.culvert.daemon.http;

import io.netty.handler.codec.http.HttpHeaders;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Headers that mean something where they stand once. Most requests have none of them. */
final class OnlyValue {
    private OnlyValue() {}

    /** Its value; null where it does not stand there, or more than once. */
    static @Nullable String of(HttpHeaders headers, CharSequence name) {
        String first = headers.get(name);
        return first == null || standsTwice(headers, name) ? null : first;
    }

    /**
     * Its value; null where it does not stand there.
     *
     * @throws ProblemException where it stands more than once
     */
    static @Nullable String required(HttpHeaders headers, CharSequence name) {
        String first = headers.get(name);
        if (first != null && standsTwice(headers, name)) {
            throw FramingRules.bad("There is more than one '" + name + "': send one.");
        }
        return first;
    }

    private static boolean standsTwice(HttpHeaders headers, CharSequence name) {
        Iterator<? extends CharSequence> values = headers.valueCharSequenceIterator(name);
        values.next();
        return values.hasNext();
    }
}
