package dev.culvert.daemon.auth;

import dev.culvert.daemon.auth.Caller.Kind;
import dev.culvert.daemon.config.AuthSettings;
import dev.culvert.daemon.config.Scope;
import java.util.EnumSet;

/**
 * The callers on the admin sockets. Each may do everything and has the name of its user, so that
 * the log and the runs of operations say who it was. Secrets that it sends are not looked at.
 */
final class Operators extends Callers {
    private final UserNames names;

    Operators(UserNames names) {
        super(noTokens(), () -> AuthSettings.DEFAULTS, names, Quotas.none(), AuthObserver.NONE);
        this.names = names;
    }

    @Override
    public boolean areOff() {
        return false;
    }

    @Override
    public boolean readSecrets() {
        return false;
    }

    @Override
    public Caller ofUnixPeer(long uid, long gid) {
        return operator(names.of(uid, gid));
    }

    /** The kernel does not tell of a client that has left already, or without epoll. */
    @Override
    public Caller ofStranger() {
        return operator("unknown user");
    }

    private static Caller operator(String name) {
        return new Caller(name, Kind.UNIX, null, EnumSet.allOf(Scope.class), null);
    }
}
