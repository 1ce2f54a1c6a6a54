package dev.culvert.daemon.proxmox.fake;

import java.util.Set;

/**
 * Who calls.
 *
 * @param who a user, or a token as {@code USER@REALM!ID}; empty before a login
 */
record Caller(String who, Accounts accounts) {
    boolean isRoot() {
        return who.equals(Accounts.ROOT);
    }

    boolean isToken() {
        return who.contains("!");
    }

    boolean may(String path, String privilege) {
        return accounts.privileges(who, path).contains(privilege);
    }

    boolean mayAny(String path, Set<String> privileges) {
        return privileges.stream().anyMatch(privilege -> may(path, privilege));
    }

    void need(String path, String privilege) throws Refused {
        if (!may(path, privilege)) {
            throw Refused.forbidden(path + ", " + privilege);
        }
    }
}
