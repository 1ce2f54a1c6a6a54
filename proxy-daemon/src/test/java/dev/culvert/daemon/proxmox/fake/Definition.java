package dev.culvert.daemon.proxmox.fake;

import dev.culvert.value.Value;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What Proxmox takes for one parameter, or for one key of a parameter that is a list such as {@code
 * net0}.
 *
 * @param type {@code string}, {@code integer}, {@code number}, {@code boolean} or {@code array}
 * @param format the name of a format; empty if there is none
 * @param parts the keys of such a list; empty if it is none
 * @param requires another parameter without which this one cannot be; empty if it needs none
 * @param alias the key that this one means; empty if it means itself
 * @param keyAlias the key whose value this key's name is
 */
record Definition(
        String type,
        @Nullable Pattern pattern,
        Bounds bounds,
        List<String> enumeration,
        boolean optional,
        String format,
        Map<String, Definition> parts,
        boolean defaultKey,
        String requires,
        String alias,
        String keyAlias) {

    /** Of a number, and of a text's length; −1 and null are none. */
    record Bounds(
            @Nullable BigDecimal minimum,
            @Nullable BigDecimal maximum,
            long minLength,
            long maxLength) {}

    static Definition read(Value told) {
        Map<String, Definition> parts = new LinkedHashMap<>();
        told.at("format").map().forEach((name, part) -> parts.put(name, read(part)));
        List<String> enumeration = new ArrayList<>();
        told.at("enum").list().forEach(value -> enumeration.add(value.text()));
        return new Definition(
                told.text("type"),
                told.at("pattern").isNothing() ? null : pattern(told.text("pattern")),
                new Bounds(
                        number(told.at("minimum")),
                        number(told.at("maximum")),
                        told.number(-1, "min_length"),
                        told.number(-1, "max_length")),
                enumeration,
                "true".equals(told.text("optional")),
                parts.isEmpty() ? told.text("format") : "",
                parts,
                "true".equals(told.text("default_key")),
                told.text("requires"),
                told.text("alias"),
                told.text("keyAlias"));
    }

    /** Perl prints a compiled expression as {@code (?^:…)}, and knows {@code {,8}}. */
    private static Pattern pattern(String perl) {
        return Pattern.compile(
                perl.replace("(?^:", "(?:").replace("{,", "{0,").replace("\\0", "\\x00"));
    }

    private static @Nullable BigDecimal number(Value told) {
        return told.isNothing() ? null : new BigDecimal(told.text());
    }
}
