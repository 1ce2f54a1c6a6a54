package dev.culvert.infra;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.value.Value;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** JSON in one form: members in the order of their names, and no blanks. */
public final class Canonical {
    private Canonical() {}

    public static Value of(Value value) {
        return switch (value) {
            case Value.Members(Map<String, Value> members) -> {
                Map<String, Value> sorted = new TreeMap<>();
                members.forEach((name, member) -> sorted.put(name, of(member)));
                yield new Value.Members(sorted);
            }
            case Value.Items items -> Value.of(items.items().stream().map(Canonical::of).toList());
            case Value.Text _, Value.Digits _, Value.Truth _, Value.Nothing _ -> value;
        };
    }

    /** SHA-256 over that form, in hexadecimal digits. */
    public static String digest(Value value) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(of(value).json().getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
