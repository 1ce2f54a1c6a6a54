package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One verb of one path of the API.
 *
 * @param path with its parameters in braces
 * @param parameters by name; {@code net[n]} stands for net0, net1 and so on
 * @param user {@code all} for each that is logged in, {@code world} for everybody, else empty
 * @param check the privileges that it needs; nothing if none are told
 */
record Operation(
        String verb,
        String path,
        Map<String, Definition> parameters,
        String user,
        Value check,
        boolean allowsToken,
        boolean onlyRoot,
        boolean proxied) {

    private static final Pattern NUMBERED = Pattern.compile("([a-z]+)\\d{1,3}");

    String name() {
        return verb + " " + path;
    }

    /** Its definition; null if Proxmox does not know it here. */
    @Nullable Definition parameter(String name) {
        Definition exact = parameters.get(name);
        if (exact != null) {
            return name.endsWith("[n]") ? null : exact;
        }
        Matcher numbered = NUMBERED.matcher(name);
        return numbered.matches() ? parameters.get(numbered.group(1) + "[n]") : null;
    }

    /** The parameters in this path; null if it is another. A volume's name has a slash. */
    @Nullable Map<String, String> match(String asked) {
        String[] names = path.split("/", -1);
        String[] values = asked.split("/", path.endsWith("/{volume}") ? names.length : -1);
        if (names.length != values.length) {
            return null;
        }
        Map<String, String> found = new HashMap<>();
        for (int i = 0; i < names.length; i++) {
            if (names[i].startsWith("{") && !values[i].isEmpty()) {
                found.put(names[i].substring(1, names[i].length() - 1), values[i]);
            } else if (!names[i].equals(values[i])) {
                return null;
            }
        }
        return new TreeMap<>(found);
    }
}
