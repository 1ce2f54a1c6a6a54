package dev.culvert.daemon.client.bugreport;

import dev.culvert.value.Value;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Prints a settings file without its comments, which may contain anything, and without the values
 * of secret keys.
 */
final class RedactedSettings {
    private RedactedSettings() {}

    static String print(Value settings) {
        return redacted(settings).prettyJson() + "\n";
    }

    private static Value redacted(Value value) {
        if (value instanceof Value.Items list) {
            return Value.of(list.items().stream().map(RedactedSettings::redacted).toList());
        }
        if (value instanceof Value.Members object) {
            Map<String, Value> members = new LinkedHashMap<>();
            object.members()
                    .forEach((name, member) ->
                            members.put(
                                    name,
                                    isSecret(name) && !member.isNothing()
                                            ? Value.of(Secrets.mark("value of a secret key"))
                                            : redacted(member)));
            return new Value.Members(members);
        }
        return value;
    }

    /** An agent's configuration is secret as a whole: it is passed on to a runtime unread. */
    private static boolean isSecret(String name) {
        return name.equals("config") || Secrets.isSecretName(name);
    }
}
