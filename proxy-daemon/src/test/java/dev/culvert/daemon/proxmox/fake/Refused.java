package dev.culvert.daemon.proxmox.fake;

import java.util.Map;

/** What the fake refuses, in the words of Proxmox, which end with a line break. */
final class Refused extends Exception {
    private static final long serialVersionUID = 1;

    private final int status;
    private final transient Map<String, String> errors;

    Refused(int status, String message) {
        this(status, message, Map.of());
    }

    private Refused(int status, String message, Map<String, String> errors) {
        super(message);
        this.status = status;
        this.errors = errors;
    }

    /** What a call dies of. */
    static Refused died(String message) {
        return new Refused(500, message + "\n");
    }

    static Refused forbidden(String what) {
        return new Refused(403, "Permission check failed (" + what + ")\n");
    }

    static Refused forbidden() {
        return new Refused(403, "Permission check failed\n");
    }

    static Refused parameters(Map<String, String> errors) {
        return new Refused(400, "Parameter verification failed.\n", errors);
    }

    static Refused parameter(String name, String why) {
        return parameters(Map.of(name, why));
    }

    /** Before anything is known of the caller: such an answer has no body. */
    static Refused login(String message) {
        return new Refused(401, message);
    }

    int status() {
        return status;
    }

    Map<String, String> errors() {
        return errors;
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
