package dev.culvert.settings;

import dev.culvert.about.Units;
import dev.culvert.io.OwnerOnly;
import dev.culvert.settings.Node.Form;
import dev.culvert.settings.Node.Items;
import dev.culvert.settings.Node.Members;
import dev.culvert.settings.Node.Scalar;
import dev.culvert.settings.SecretSource.FromCommand;
import dev.culvert.settings.SecretSource.FromCredential;
import dev.culvert.settings.SecretSource.FromFile;
import dev.culvert.settings.SecretSource.FromVariable;
import dev.culvert.settings.SecretSource.Plain;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the source of a secret. No message shows a value: whoever writes a secret in the wrong
 * place must not find it in a log.
 */
final class SecretNode {
    private static final Set<String> NAMES =
            Set.of(
                    SecretSource.FILE,
                    SecretSource.CREDENTIAL,
                    SecretSource.ENV,
                    SecretSource.EXEC,
                    SecretSource.TTL);

    private SecretNode() {}

    /** Throws a sentence without the key. */
    static SecretSource read(Node node) {
        return switch (node) {
            case Scalar scalar -> plain(scalar);
            case Items _ -> throw refused("a list is no secret");
            case Members members -> source(members.nodes());
        };
    }

    /** The same for each member of an object. */
    static Map<String, SecretSource> readAll(Node node) {
        if (!(node instanceof Members members)) {
            throw new IllegalArgumentException("it must be an object with a secret for each name");
        }
        Map<String, SecretSource> sources = new LinkedHashMap<>();
        members.nodes().forEach((name, value) -> sources.put(name, read(value)));
        return sources;
    }

    private static SecretSource plain(Scalar scalar) {
        if (scalar.form() != Form.STRING && scalar.form() != Form.PLAIN) {
            throw refused("a secret is a text");
        }
        boolean isInFile = scalar.form() == Form.STRING;
        String file = scalar.position().name();
        if (isInFile && OwnerOnly.isOpenToOthers(Path.of(file))) {
            throw new IllegalArgumentException(
                    "this secret is in a file that every user can read: run 'chmod o-r "
                            + file
                            + "', or say where the secret is: "
                            + SecretSource.TAKES);
        }
        return new Plain(new SecretText(scalar.text()));
    }

    private static SecretSource source(Map<String, Node> members) {
        String kind = null;
        for (String name : members.keySet()) {
            if (!NAMES.contains(name)) {
                throw refused("the source of a secret has a name that is not known");
            }
            if (!name.equals(SecretSource.TTL)) {
                if (kind != null) {
                    throw refused("there are two sources of one secret");
                }
                kind = name;
            }
        }
        Node ttl = members.get(SecretSource.TTL);
        if (kind == null || (ttl != null && !kind.equals(SecretSource.EXEC))) {
            throw refused("the secret has no source, or a ttl without exec");
        }
        Node value = members.get(kind);
        return switch (kind) {
            case SecretSource.FILE -> new FromFile(Path.of(text(value)));
            case SecretSource.CREDENTIAL -> new FromCredential(text(value));
            case SecretSource.ENV -> new FromVariable(text(value));
            default -> new FromCommand(texts(value), ttl == null ? FromCommand.TTL : time(ttl));
        };
    }

    private static String text(@Nullable Node node) {
        if (node instanceof Scalar scalar && scalar.form() == Form.STRING) {
            return scalar.text();
        }
        throw refused("a part of the secret's source is no text");
    }

    private static List<String> texts(@Nullable Node node) {
        if (!(node instanceof Items items)) {
            throw refused("the command of a secret is no list");
        }
        List<String> texts = new ArrayList<>();
        items.nodes().forEach(it -> texts.add(text(it)));
        return texts;
    }

    private static Duration time(Node node) {
        try {
            if (node instanceof Scalar scalar) {
                return Units.duration(scalar.text());
            }
        } catch (NumberFormatException _) {
            // said below, as for anything else
        }
        throw refused("the ttl of a secret is no time such as \"5m\"");
    }

    private static IllegalArgumentException refused(String why) {
        return new IllegalArgumentException(why + ": it takes " + SecretSource.TAKES);
    }
}
