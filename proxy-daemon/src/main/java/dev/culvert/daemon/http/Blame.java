package dev.culvert.daemon.http;

import static io.netty.handler.codec.http.HttpResponseStatus.SERVICE_UNAVAILABLE;
import static io.netty.handler.codec.http.HttpResponseStatus.TOO_MANY_REQUESTS;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;

/** Who ended a request before its good end. */
public enum Blame {
    CLIENT,
    AGENT,
    /** An LLM service outside. */
    PROVIDER,
    DAEMON,
    /** The daemon, because a limit was reached. */
    LIMIT,
    /** The daemon, because it stops. */
    DRAINING;

    /** What a status says where nothing more is known. */
    static Blame of(HttpResponseStatus status) {
        if (status.equals(TOO_MANY_REQUESTS) || status.equals(SERVICE_UNAVAILABLE)) {
            return LIMIT;
        }
        return status.codeClass() == HttpStatusClass.CLIENT_ERROR ? CLIENT : DAEMON;
    }

    /** In words, such as {@code client/streaming}. */
    String in(Phase phase) {
        return switch (this) {
            case CLIENT -> "client/" + phase.label();
            case AGENT -> "agent/" + phase.label();
            case PROVIDER -> "provider/" + phase.label();
            case DAEMON -> "daemon/" + phase.label();
            case LIMIT -> "daemon/limit";
            case DRAINING -> "daemon/draining";
        };
    }
}
