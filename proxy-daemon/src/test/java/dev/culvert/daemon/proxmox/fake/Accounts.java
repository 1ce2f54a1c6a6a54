package dev.culvert.daemon.proxmox.fake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Users, their tokens and tickets, and who may do what where. Guarded by the cluster's lock. */
final class Accounts {
    static final String ROOT = "root@pam";

    /**
     * A token of a user.
     *
     * @param separate whether it may only what an entry of its own allows, too
     */
    record Token(String secret, boolean separate, String comment) {}

    /**
     * One entry of the access control list.
     *
     * @param who a user, or a token as {@code USER@REALM!ID}
     */
    record Entry(String path, String who, String role, boolean propagate) {}

    private final Map<String, String> passwords = new LinkedHashMap<>();
    private final Map<String, Token> tokens = new LinkedHashMap<>();
    private final Map<String, String> tickets = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final Roles roles;
    private final UnaryOperator<String> poolOf;

    /**
     * @param poolOf the path of the pool that {@code /vms/ID} is in; empty if it is in none
     */
    Accounts(Roles roles, UnaryOperator<String> poolOf) {
        this.roles = roles;
        this.poolOf = poolOf;
        passwords.put(ROOT, "proxmox");
    }

    Roles roles() {
        return roles;
    }

    void addUser(String user, String password) {
        passwords.put(user, password);
    }

    Set<String> users() {
        return passwords.keySet();
    }

    Map<String, Token> tokens() {
        return tokens;
    }

    List<Entry> entries() {
        return entries;
    }

    /** Makes a token, and answers it as a header has it: {@code USER@REALM!ID=SECRET}. */
    String addToken(String id, boolean separate, String comment) {
        String secret = UUID.randomUUID().toString();
        tokens.put(id, new Token(secret, separate, comment));
        passwords.putIfAbsent(userOf(id), "");
        return id + "=" + secret;
    }

    void allow(String path, String who, String role, boolean propagate) {
        roles.privileges(role);
        entries.removeIf(
                old -> old.path.equals(path) && old.who.equals(who) && old.role.equals(role));
        entries.add(new Entry(path, who, role, propagate));
    }

    /** A new ticket, if the password is right. */
    @Nullable String ticket(String user, String password) {
        String known = passwords.get(user);
        if (known == null || (!known.equals(password) && !user.equals(tickets.get(password)))) {
            return null;
        }
        String ticket = "PVE:%s:%08X::%s".formatted(user, tickets.size() + 1, UUID.randomUUID());
        tickets.put(ticket, user);
        return ticket;
    }

    @Nullable String userOfTicket(String ticket) {
        return tickets.get(ticket);
    }

    void forgetTickets() {
        tickets.clear();
    }

    /** What a form sends with each change, so that another site's page cannot. */
    static String formToken(String user) {
        return "%08X:%s"
                .formatted(
                        user.hashCode(),
                        UUID.nameUUIDFromBytes(
                                user.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    static String userOf(String who) {
        int token = who.indexOf('!');
        return token < 0 ? who : who.substring(0, token);
    }

    /** What somebody may do there. */
    Set<String> privileges(String who, String path) {
        if (who.equals(ROOT)) {
            return roles.all();
        }
        if (!who.contains("!")) {
            return withPool(who, path);
        }
        String user = userOf(who);
        Set<String> ofUser = privileges(user, path);
        Token token = tokens.get(who);
        if (token == null || !token.separate) {
            return ofUser;
        }
        Set<String> both = withPool(who, path);
        both.retainAll(ofUser);
        return both;
    }

    /** A guest in a pool has what is allowed on the pool, too. */
    private Set<String> withPool(String who, String path) {
        Set<String> found = entriesOf(who, path);
        String pool = path.startsWith("/vms/") ? poolOf.apply(path) : "";
        if (!pool.isEmpty()) {
            found.addAll(entriesOf(who, pool));
        }
        return found;
    }

    /** The deepest entries count: they replace those above. */
    private Set<String> entriesOf(String who, String path) {
        Set<String> found = new TreeSet<>();
        for (String part : lineOf(path)) {
            List<Entry> here =
                    entries.stream()
                            .filter(entry -> entry.who.equals(who) && entry.path.equals(part))
                            .filter(entry -> entry.propagate || part.equals(path))
                            .toList();
            if (!here.isEmpty()) {
                found.clear();
            }
            here.forEach(entry -> found.addAll(roles.privileges(entry.role)));
        }
        return found;
    }

    /** {@code /}, {@code /vms}, {@code /vms/101}. */
    private static List<String> lineOf(String path) {
        List<String> line = new ArrayList<>(List.of("/"));
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            line.add(path.substring(0, slash));
        }
        if (path.length() > 1) {
            line.add(path);
        }
        return line;
    }
}
