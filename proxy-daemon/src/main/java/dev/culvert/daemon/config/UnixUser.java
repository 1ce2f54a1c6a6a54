package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.io.IdMap;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One entry of {@code auth.unix}: who connects to a Unix socket, and what it may do.
 *
 * @param uid of the process that connects; empty for any
 * @param gid its primary group; empty for any
 * @param tenant the only one whose agents it sees; empty for every tenant
 * @param roles names of roles; their scopes are added to {@code scopes}
 */
public record UnixUser(
        Optional<Long> uid,
        Optional<Long> gid,
        Optional<String> tenant,
        Set<Scope> scopes,
        List<String> roles) {

    private static final long MAX_ID = 0xfffffffeL;

    public UnixUser {
        scopes = Set.copyOf(scopes);
        roles = List.copyOf(roles);
        uid.ifPresent(id -> checkId("uid", id));
        gid.ifPresent(id -> checkId("gid", id));
        if (uid.isEmpty() && gid.isEmpty()) {
            throw new IllegalArgumentException(
                    "neither uid nor gid is set: give the number of a user or of a group");
        }
        if (scopes.isEmpty() && roles.isEmpty()) {
            throw new IllegalArgumentException(
                    "neither scopes nor roles are set: give at least one of them");
        }
    }

    private static void checkId(String key, long id) {
        Check.that(id >= 0 && id <= MAX_ID, key, id, "it takes a number from 0 to " + MAX_ID);
        Check.that(
                id != IdMap.NOBODY,
                key,
                id,
                "the kernel shows everybody so whom it cannot name, so this could be anyone");
    }

    /** The ids that the kernel shows to no daemon with these maps: nobody has them here. */
    public List<String> unknown(IdMap users, IdMap groups) {
        return Stream.of(
                        uid.filter(id -> !users.has(id)).map(id -> "uid " + id),
                        gid.filter(id -> !groups.has(id)).map(id -> "gid " + id))
                .flatMap(Optional::stream)
                .toList();
    }

    static UnixUser read(Section in) {
        // In the order in which they are printed.
        Optional<Long> uid = in.find("uid", Kind.LONG);
        Optional<Long> gid = in.find("gid", Kind.LONG);
        Optional<String> tenant = in.find("tenant", AgentSettings.NAME_KIND);
        List<String> roles = in.list("roles", AgentSettings.NAME_KIND, List.of());
        List<Scope> scopes = in.list("scopes", AuthSettings.SCOPE, List.of());
        return new UnixUser(
                uid, gid, tenant, scopes.isEmpty() ? Set.of() : EnumSet.copyOf(scopes), roles);
    }

    /** Whether it is meant by the credentials that the kernel tells. */
    public boolean isPeer(long peerUid, long peerGid) {
        return uid.map(id -> id == peerUid).orElse(true)
                && gid.map(id -> id == peerGid).orElse(true);
    }
}
