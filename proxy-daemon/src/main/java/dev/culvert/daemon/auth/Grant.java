package dev.culvert.daemon.auth;

import dev.culvert.daemon.config.AgentSettings;
import dev.culvert.daemon.config.ByteRate;
import dev.culvert.daemon.config.Rate;
import dev.culvert.daemon.config.Scope;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a token is for.
 *
 * @param name by which people know it
 * @param tenant the only one whose agents it sees; null for every tenant
 * @param roles names of sets of scopes, which the settings may change
 * @param limits its own ones, where it has some of its own
 */
public record Grant(
        String name, @Nullable String tenant, Set<Scope> scopes, Set<String> roles, Limits limits) {

    /**
     * How much the holders of a token may use.
     *
     * @param rate the most requests; null for no limit of its own
     * @param bytes the most bytes of bodies; null for no limit of its own
     * @param turns the most turns at once; 0 for no limit of its own
     */
    public record Limits(@Nullable Rate rate, @Nullable ByteRate bytes, int turns) {
        public static final Limits NONE = new Limits(null, null, 0);

        /**
         * @throws IllegalArgumentException one sentence without an end, when it is not valid
         */
        public Limits {
            if (turns < 0) {
                throw new IllegalArgumentException(
                        "turns is " + turns + ": it takes a number from 1, or 0 for no limit");
            }
        }

        /**
         * The same as text, as people write it.
         *
         * @throws IllegalArgumentException one sentence without an end, when it is not valid
         */
        public static Limits of(@Nullable String rate, @Nullable String bytes, int turns) {
            return new Limits(
                    rate == null ? null : read("rate", rate, Rate::parse),
                    bytes == null ? null : read("bytes", bytes, ByteRate::parse),
                    turns);
        }

        private static <T> T read(String key, String text, Function<String, T> parser) {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(key + " is not valid: " + e.getMessage(), e);
            }
        }
    }

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
                            + ") or one role (viewer, operator, approver, admin)");
        }
    }

    private static void checkName(String key, String value) {
        if (!NAME.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    key + " is not valid: it takes " + AgentSettings.NAME_TAKES);
        }
    }
}
