package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.Scope;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a token is for.
 *
 * @param name by which people know it
 * @param tenant the only one whose agents it sees; null for every tenant
 * @param roles names of sets of scopes, which the settings may change
 * @param rate the most requests, as {@code --rate} takes it; null for no limit of its own
 * @param turns the most turns at once; 0 for no limit of its own
 */
public record Grant(
        String name,
        @Nullable String tenant,
        Set<Scope> scopes,
        Set<String> roles,
        @Nullable String rate,
        int turns) {

    private static final Pattern RATE = Pattern.compile("[1-9][0-9]{0,8}/[smh]");
    private static final Pattern NAME = Pattern.compile(AgentSettings.NAME_PATTERN);

    /**
     * @throws IllegalArgumentException one sentence without an end, when it is not valid
     */
    public Grant {
        scopes = Set.copyOf(scopes);
        roles = Set.copyOf(roles);
        checkName("name", name);
        if (tenant != null) {
            checkName("tenant", tenant);
        }
        if (scopes.isEmpty() && roles.isEmpty()) {
            throw new IllegalArgumentException(
                    "it has neither scopes nor roles: give at least one scope ("
                            + Scope.labels()
                            + ") or one role (viewer, operator, admin)");
        }
        if (rate != null && !RATE.matcher(rate).matches()) {
            throw new IllegalArgumentException(
                    "rate is not valid: it takes a rate such as 50/s, 600/m or 10000/h");
        }
        if (turns < 0) {
            throw new IllegalArgumentException(
                    "turns is " + turns + ": it takes a number from 1, or 0 for no limit");
        }
    }

    private static void checkName(String key, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    key + " is not valid: it takes " + AgentSettings.NAME_TAKES);
        }
    }
}
