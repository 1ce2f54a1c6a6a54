package dev.culvert.daemon.proxmox;

import dev.culvert.io.Quoted;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a server of Proxmox did not do what it was asked for. */
public final class ProxmoxException extends Exception {
    private static final long serialVersionUID = 1;

    /** What kind of trouble it is. */
    public enum Kind {
        /** Nobody answers, or not in time, or the node behind the server does not. */
        AWAY,

        /** The server has a certificate that is not trusted. */
        CERTIFICATE,

        /** The token is wrong, has expired, or cannot be read here. */
        LOGIN,

        /** The token lacks a privilege. */
        FORBIDDEN,

        /** A parameter is wrong. */
        BAD_PARAMETER,

        /** Other work holds the guest. */
        LOCKED,

        /** Something of that id or name is there already. */
        EXISTS,

        /** The cluster has lost its majority, and refuses changes. */
        NO_QUORUM,

        /** There is no such guest, node, storage or task. */
        NOT_FOUND,

        /** It failed, in Proxmox's own words. */
        FAILED
    }

    /**
     * What the token lacks.
     *
     * @param privileges of which one is enough
     */
    public record Missing(String path, List<String> privileges) {
        public Missing {
            privileges = List.copyOf(privileges);
        }
    }

    private final Kind kind;
    private final String server;
    private final String sentence;
    private final String advice;
    private final boolean mayBeDone;
    private final transient Map<String, String> errors;
    private final transient @Nullable Missing missing;

    ProxmoxException(Kind kind, String server, String sentence, String advice) {
        this(kind, server, sentence, advice, false, Map.of(), null);
    }

    ProxmoxException(
            Kind kind,
            String server,
            String sentence,
            String advice,
            boolean mayBeDone,
            Map<String, String> errors,
            @Nullable Missing missing) {
        super("Proxmox %s: %s: %s".formatted(server, sentence, advice));
        this.kind = kind;
        this.server = server;
        this.sentence = Quoted.sentence(sentence);
        this.advice = advice;
        this.mayBeDone = mayBeDone;
        this.errors = Map.copyOf(errors);
        this.missing = missing;
    }

    public Kind kind() {
        return kind;
    }

    /** The name of the server in the settings. */
    public String server() {
        return server;
    }

    /** What happened; a clause without a full stop, with Proxmox's own words quoted. */
    public String sentence() {
        return sentence;
    }

    /** What to do now; a clause without a full stop. */
    public String advice() {
        return advice;
    }

    /** Whether a change may have been made, because the answer to it was lost. */
    public boolean mayBeDone() {
        return mayBeDone;
    }

    /** What is wrong with parameters, by their names. */
    public Map<String, String> errors() {
        return errors;
    }

    /** Which privilege is missing; null if it is not that. */
    public @Nullable Missing missing() {
        return missing;
    }
}
