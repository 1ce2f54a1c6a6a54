package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Logins, and what is asked of privileges. */
final class AccessCalls {
    private final Cluster cluster;

    AccessCalls(Cluster cluster) {
        this.cluster = cluster;
    }

    void addTo(Map<String, Handler> handlers) {
        handlers.put("POST /access/ticket", this::ticket);
        handlers.put("GET /access/permissions", this::permissions);
        handlers.put("GET /access/acl", this::entries);
        handlers.put("PUT /access/acl", this::change);
        handlers.put("GET /access/roles", this::roles);
        handlers.put("GET /access/roles/{roleid}", this::role);
        handlers.put("GET /access/users", this::users);
        String tokens = "/access/users/{userid}/token";
        handlers.put("GET " + tokens, this::tokens);
        handlers.put("GET " + tokens + "/{tokenid}", call -> token(known(call)));
        handlers.put("POST " + tokens + "/{tokenid}", this::makeToken);
        handlers.put("PUT " + tokens + "/{tokenid}", call -> token(known(call)));
        handlers.put("DELETE " + tokens + "/{tokenid}", this::deleteToken);
    }

    private Value ticket(Call call) throws Refused {
        String user = call.text("username");
        if (call.has("realm") && !user.contains("@")) {
            user += "@" + call.text("realm");
        }
        String ticket = cluster.accounts().ticket(user, call.text("password"));
        if (ticket == null) {
            throw new Refused(401, "authentication failure\n");
        }
        return Value.members(
                "username",
                user,
                "ticket",
                ticket,
                "CSRFPreventionToken",
                Accounts.formToken(user),
                "clustername",
                cluster.name(),
                "cap",
                Value.members());
    }

    private Value permissions(Call call) throws Refused {
        String who = call.has("userid") ? call.text("userid") : call.caller().who();
        if (!who.equals(call.caller().who())
                && !Accounts.userOf(call.caller().who()).equals(Accounts.userOf(who))) {
            call.caller().need("/access", "Sys.Audit");
        }
        Set<String> paths =
                new TreeSet<>(
                        Set.of("/", "/vms", "/nodes", "/storage", "/access", "/pool", "/sdn"));
        cluster.accounts().entries().forEach(entry -> paths.add(entry.path()));
        if (call.has("path")) {
            paths.clear();
            paths.add(call.text("path"));
        }
        List<Object> members = new ArrayList<>();
        for (String path : paths) {
            List<Object> privileges = new ArrayList<>();
            for (String privilege : cluster.accounts().privileges(who, path)) {
                privileges.addAll(List.of(privilege, 1));
            }
            if (!privileges.isEmpty()) {
                members.addAll(List.of(path, Value.members(privileges.toArray())));
            }
        }
        return Value.members(members.toArray());
    }

    private Value entries(Call call) {
        boolean all = call.caller().may("/access", "Sys.Audit");
        List<Value> rows = new ArrayList<>();
        for (Accounts.Entry entry : cluster.accounts().entries()) {
            if (all || call.caller().may(entry.path(), "Permissions.Modify")) {
                rows.add(
                        Value.members(
                                "path",
                                entry.path(),
                                "type",
                                entry.who().contains("!") ? "token" : "user",
                                "ugid",
                                entry.who(),
                                "roleid",
                                entry.role(),
                                "propagate",
                                entry.propagate() ? 1 : 0));
            }
        }
        return Value.of(rows);
    }

    private Value change(Call call) throws Refused {
        List<String> to = new ArrayList<>();
        for (String list : List.of("users", "tokens")) {
            if (call.has(list)) {
                to.addAll(Parts.ofList(call.text(list)));
            }
        }
        for (String role : Parts.ofList(call.text("roles"))) {
            if (!cluster.accounts().roles().byName().containsKey(role)) {
                throw Refused.died("role '%s' does not exist".formatted(role));
            }
            for (String who : to) {
                if (call.is("delete")) {
                    cluster.accounts()
                            .entries()
                            .removeIf(entry ->
                                    entry.who().equals(who)
                                            && entry.role().equals(role)
                                            && entry.path().equals(call.text("path")));
                } else {
                    cluster.accounts()
                            .allow(
                                    call.text("path"),
                                    who,
                                    role,
                                    !call.has("propagate") || call.is("propagate"));
                }
            }
        }
        return Value.nothing();
    }

    private Value roles(Call call) {
        List<Value> rows = new ArrayList<>();
        cluster.accounts()
                .roles()
                .byName()
                .forEach((role, privileges) ->
                        rows.add(
                                Value.members(
                                        "roleid", role, "privs", String.join(",", privileges))));
        return Value.of(rows);
    }

    private Value role(Call call) throws Refused {
        Set<String> privileges = cluster.accounts().roles().byName().get(call.text("roleid"));
        if (privileges == null) {
            throw Refused.died("role '%s' does not exist".formatted(call.text("roleid")));
        }
        List<Object> members = new ArrayList<>();
        privileges.forEach(privilege -> members.addAll(List.of(privilege, 1)));
        return Value.members(members.toArray());
    }

    private Value users(Call call) {
        List<Value> rows = new ArrayList<>();
        for (String user : cluster.accounts().users()) {
            if (user.equals(Accounts.userOf(call.caller().who()))
                    || call.caller().may("/access/groups", "User.Modify")) {
                rows.add(Value.members("userid", user, "enable", 1));
            }
        }
        return Value.of(rows);
    }

    private Value tokens(Call call) {
        List<Value> rows = new ArrayList<>();
        cluster.accounts()
                .tokens()
                .forEach((id, token) -> {
                    if (Accounts.userOf(id).equals(call.text("userid"))) {
                        rows.add(
                                Value.members(
                                        "tokenid",
                                        id.substring(id.indexOf('!') + 1),
                                        "privsep",
                                        token.separate() ? 1 : 0,
                                        "comment",
                                        token.comment()));
                    }
                });
        return Value.of(rows);
    }

    private static String id(Call call) {
        return call.text("userid") + "!" + call.text("tokenid");
    }

    private Accounts.Token known(Call call) throws Refused {
        Accounts.Token token = cluster.accounts().tokens().get(id(call));
        if (token == null) {
            throw Refused.died(
                    "no such token '%s' for user '%s'"
                            .formatted(call.text("tokenid"), call.text("userid")));
        }
        return token;
    }

    private static Value token(Accounts.Token token) {
        return Value.members(
                "privsep", token.separate() ? 1 : 0, "expire", 0, "comment", token.comment());
    }

    private Value makeToken(Call call) throws Refused {
        if (cluster.accounts().tokens().containsKey(id(call))) {
            throw Refused.parameter("tokenid", "Token already exists.");
        }
        boolean separate = !call.has("privsep") || call.is("privsep");
        String made = cluster.accounts().addToken(id(call), separate, call.text("comment"));
        return Value.members(
                "full-tokenid",
                id(call),
                "info",
                Value.members("privsep", separate ? 1 : 0),
                "value",
                made.substring(made.indexOf('=') + 1));
    }

    private Value deleteToken(Call call) throws Refused {
        known(call);
        cluster.accounts().tokens().remove(id(call));
        return Value.nothing();
    }
}
