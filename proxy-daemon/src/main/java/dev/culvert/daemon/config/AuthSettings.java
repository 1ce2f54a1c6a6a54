package dev.culvert.daemon.config;

import dev.culvert.about.Check;
import dev.culvert.about.Spelling;
import dev.culvert.about.Units;
import dev.culvert.settings.Kind;
import dev.culvert.settings.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The section {@code auth}: roles, and users of Unix sockets. Tokens are not settings.
 *
 * @param ownRoles besides those that every daemon has
 * @param unix the first that matches a client counts
 */
public record AuthSettings(List<Role> ownRoles, List<UnixUser> unix) {
    public static final AuthSettings DEFAULTS = new AuthSettings(List.of(), List.of());

    public static final Kind<Scope> SCOPE = Kind.oneOf(List.of(Scope.values()), Scope::label);

    /** How long something stays valid: longer than other durations of the settings. */
    public static final Kind<Duration> LIFETIME =
            Kind.text("a time such as \"90d\", \"12h\" or \"30m\"", AuthSettings::lifetime);

    private static final Pattern DAYS = Pattern.compile("([0-9]{1,5})d");

    public AuthSettings {
        ownRoles = List.copyOf(ownRoles);
        unix = List.copyOf(unix);
        List<String> names = new ArrayList<>();
        Role.BUILT_IN.forEach(role -> names.add(role.name()));
        for (int i = 0; i < ownRoles.size(); i++) {
            String name = ownRoles.get(i).name();
            Check.that(
                    !names.contains(name),
                    "roles[" + i + "].name",
                    '"' + name + '"',
                    "there is a role of that name already");
            names.add(name);
        }
        for (int i = 0; i < unix.size(); i++) {
            for (int j = 0; j < unix.get(i).roles().size(); j++) {
                String role = unix.get(i).roles().get(j);
                Check.that(
                        names.contains(role),
                        "unix[" + i + "].roles[" + j + "]",
                        '"' + role + '"',
                        noSuchRole(role, names));
            }
        }
    }

    /** Reads {@code 90d}, or what any other duration may be. */
    public static Duration lifetime(String text) {
        Matcher days = DAYS.matcher(text);
        return days.matches()
                ? Duration.ofDays(Long.parseLong(days.group(1)))
                : Units.duration(text);
    }

    static AuthSettings read(Section in) {
        return new AuthSettings(
                in.sections("roles", AuthSettings::role), in.sections("unix", UnixUser::read));
    }

    private static Role role(Section in) {
        String name = in.get("name", AgentSettings.NAME_KIND, "");
        List<Scope> scopes = in.list("scopes", SCOPE, List.of());
        Check.that(!name.isEmpty(), "name", "\"\"", "a role has a name");
        return new Role(name, Set.copyOf(scopes));
    }

    /** All roles: those that every daemon has, and its own. */
    public List<Role> roles() {
        return Stream.concat(Role.BUILT_IN.stream(), ownRoles.stream()).toList();
    }

    /** These scopes, and those of the roles. A role that is not there has none. */
    public Set<Scope> scopes(Set<Scope> scopes, Iterable<String> roleNames) {
        EnumSet<Scope> all = EnumSet.noneOf(Scope.class);
        all.addAll(scopes);
        for (String name : roleNames) {
            roles().stream()
                    .filter(role -> role.name().equals(name))
                    .forEach(role -> all.addAll(role.scopes()));
        }
        return all;
    }

    /** Why a role that is not there is refused: without its name, and without an end. */
    public String noSuchRole(String name) {
        return noSuchRole(name, roles().stream().map(Role::name).toList());
    }

    private static String noSuchRole(String name, List<String> names) {
        return "there is no such role: the roles are "
                + String.join(", ", names)
                + Spelling.question(name, names);
    }
}
