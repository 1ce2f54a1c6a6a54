package dev.culvert.daemon.proxmox.fake;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Compares parameters with their definitions as Proxmox does, and complains in its words. */
final class ParameterCheck {
    private static final Pattern INTEGER = Pattern.compile("[+-]?\\d+");
    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(\\d+\\.\\d+|\\d+\\.|\\.\\d+|\\d+)([eE][+-]?\\d+)?");

    private ParameterCheck() {}

    /** Refuses what the operation does not take. */
    static void check(Operation operation, Map<String, String> given) throws Refused {
        Map<String, String> errors = new TreeMap<>();
        for (Map.Entry<String, Definition> known : operation.parameters().entrySet()) {
            if (!known.getValue().optional() && !given.containsKey(known.getKey())) {
                errors.put(known.getKey(), "property is missing and it is not optional");
            }
        }
        for (Map.Entry<String, String> one : given.entrySet()) {
            Definition definition = operation.parameter(one.getKey());
            String complaint =
                    definition == null
                            ? "property is not defined in schema and the schema does not allow"
                                    + " additional properties"
                            : complaint(one.getKey(), definition, one.getValue());
            if (complaint != null) {
                errors.put(one.getKey(), complaint);
            } else if (definition != null
                    && !definition.requires().isEmpty()
                    && !given.containsKey(definition.requires())) {
                errors.put(
                        definition.requires(),
                        "missing property - '%s' requires this property".formatted(one.getKey()));
            }
        }
        if (!errors.isEmpty()) {
            throw Refused.parameters(errors);
        }
    }

    /** Why the value is refused; null if it is not. */
    static @Nullable String complaint(String name, Definition definition, String value) {
        String type = definition.type();
        boolean right =
                switch (type) {
                    case "integer" -> INTEGER.matcher(value).matches();
                    case "number" -> NUMBER.matcher(value).matches();
                    case "boolean" -> value.equals("0") || value.equals("1");
                    default -> true;
                };
        if (!right) {
            return "type check ('%s') failed - got '%s'".formatted(type, value);
        }
        String format =
                definition.parts().isEmpty()
                        ? Formats.complaint(definition.format(), value)
                        : ofList(name, definition.parts(), value);
        if (format != null) {
            return "invalid format - " + format + "\n";
        }
        if (definition.pattern() != null && !definition.pattern().matcher(value).matches()) {
            return "value does not match the regex pattern";
        }
        return ofBounds(definition, value);
    }

    private static @Nullable String ofBounds(Definition definition, String value) {
        Definition.Bounds bounds = definition.bounds();
        if (bounds.maxLength() >= 0 && value.length() > bounds.maxLength()) {
            return "value may only be %d characters long".formatted(bounds.maxLength());
        }
        if (value.length() < bounds.minLength()) {
            return "value must be at least %d characters long".formatted(bounds.minLength());
        }
        if (NUMBER.matcher(value).matches()) {
            BigDecimal number = new BigDecimal(value);
            if (bounds.maximum() != null && number.compareTo(bounds.maximum()) > 0) {
                return "value must have a maximum value of " + bounds.maximum().toPlainString();
            }
            if (bounds.minimum() != null && number.compareTo(bounds.minimum()) < 0) {
                return "value must have a minimum value of " + bounds.minimum().toPlainString();
            }
        }
        if (!definition.enumeration().isEmpty() && !definition.enumeration().contains(value)) {
            return "value '%s' does not have a value in the enumeration '%s'"
                    .formatted(value, String.join(", ", definition.enumeration()));
        }
        return null;
    }

    /** A list such as {@code virtio,bridge=vmbr0}: Proxmox calls it a property string. */
    private static @Nullable String ofList(
            String path, Map<String, Definition> parts, String list) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String part : Parts.of(list)) {
            int equals = part.indexOf('=');
            String wrong =
                    equals > 0 && equals < part.length() - 1
                            ? put(
                                    parts,
                                    given,
                                    part.substring(0, equals),
                                    part.substring(equals + 1))
                            : equals < 0
                                    ? putDefault(parts, given, part)
                                    : "missing key in comma-separated list property";
            if (wrong != null) {
                return wrong;
            }
        }
        List<String> wrong = new ArrayList<>();
        parts.forEach((name, part) -> {
            String value = given.get(name);
            if (value != null) {
                String complaint = complaint(path + "." + name, part, value);
                if (complaint != null) {
                    wrong.add(path + "." + name + ": " + complaint.stripTrailing());
                }
            } else if (!part.optional() && part.alias().isEmpty()) {
                wrong.add(path + "." + name + ": property is missing and it is not optional");
            }
        });
        return wrong.isEmpty() ? null : "format error\n" + String.join("\n", wrong);
    }

    private static @Nullable String put(
            Map<String, Definition> parts, Map<String, String> given, String told, String value) {
        String key = told;
        Definition part = parts.get(key);
        if (given.containsKey(key)) {
            return "duplicate key in comma-separated list property: " + key;
        }
        if (part != null && !part.alias().isEmpty()) {
            if (!part.keyAlias().isEmpty() && given.put(part.keyAlias(), key) != null) {
                return "key alias '%s' is already defined".formatted(part.keyAlias());
            }
            key = part.alias();
            part = parts.get(key);
            if (given.containsKey(key)) {
                return "key '%s' is already defined (via alias)".formatted(key);
            }
        }
        if (part == null) {
            return "invalid key in comma-separated list property: " + key;
        }
        given.put(key, part.type().equals("boolean") ? truth(value) : value);
        return null;
    }

    private static @Nullable String putDefault(
            Map<String, Definition> parts, Map<String, String> given, String value) {
        for (Map.Entry<String, Definition> part : parts.entrySet()) {
            if (part.getValue().defaultKey()) {
                String told = part.getValue().type().equals("boolean") ? truth(value) : value;
                return given.putIfAbsent(part.getKey(), told) == null
                        ? null
                        : "duplicate key in comma-separated list property: " + part.getKey();
            }
        }
        return "value without key, but schema does not define a default key";
    }

    private static String truth(String value) {
        return switch (value.toLowerCase(java.util.Locale.ROOT)) {
            case "1", "on", "yes", "true" -> "1";
            case "0", "off", "no", "false" -> "0";
            default -> value;
        };
    }
}
