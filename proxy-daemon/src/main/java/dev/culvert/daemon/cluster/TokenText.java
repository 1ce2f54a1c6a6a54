package dev.culvert.daemon.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.SecretHash;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.config.Scope;
import dev.culvert.value.BadValueException;
import dev.culvert.value.Value;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A token as the registry has it, without its secret. Unknown members are passed over. */
final class TokenText {
    static final int MAX_BYTES = 8 * 1024;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{12}");

    private TokenText() {}

    static byte[] write(Token token) {
        Map<String, Value> members = new LinkedHashMap<>();
        Grant grant = token.grant();
        put(members, "name", grant.name());
        put(members, "tenant", grant.tenant());
        members.put("scopes", texts(grant.scopes().stream().map(Scope::label).sorted().toList()));
        members.put("roles", texts(grant.roles().stream().sorted().toList()));
        put(members, "rate", grant.limits().rate());
        put(members, "bytes", grant.limits().bytes());
        members.put("turns", Value.of(grant.limits().turns()));
        put(members, "sha256", token.secret().hex());
        put(members, "created", token.created());
        put(members, "expires", token.expires());
        put(members, "revoked", token.revoked());
        Token.Former former = token.former();
        put(members, "former_sha256", former == null ? null : former.secret().hex());
        put(members, "former_until", former == null ? null : former.until());
        return new Value.Members(members).json().getBytes(UTF_8);
    }

    private static void put(Map<String, Value> members, String name, @Nullable Object text) {
        if (text != null) {
            members.put(name, Value.of(text.toString()));
        }
    }

    private static Value texts(List<String> texts) {
        return Value.of(texts.stream().map(Value::of).toList());
    }

    /**
     * Reads the token of an id.
     *
     * @throws IOException a clause that says what is wrong, without any of it
     */
    static Token read(String id, byte[] bytes) throws IOException {
        if (!ID.matcher(id).matches()) {
            throw new IOException("its key is no id of a token");
        }
        if (bytes.length > MAX_BYTES) {
            throw new IOException("it has more than " + MAX_BYTES + " bytes");
        }
        Value value;
        try {
            value = Value.parse(UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (BadValueException | CharacterCodingException e) {
            throw new IOException("it is no JSON", e);
        }
        try {
            return new Token(
                    id,
                    grant(value),
                    hash(value, "sha256"),
                    Instant.parse(needed(value, "created")),
                    time(value, "expires"),
                    time(value, "revoked"),
                    text(value, "former_sha256") == null
                            ? null
                            : new Token.Former(
                                    hash(value, "former_sha256"),
                                    Instant.parse(needed(value, "former_until"))));
        } catch (DateTimeException e) {
            throw new IOException("it has a time that is none", e);
        } catch (IllegalArgumentException e) {
            throw new IOException("its " + e.getMessage(), e);
        }
    }

    private static Grant grant(Value value) {
        Value turns = value.at("turns");
        long most = turns.isNothing() ? 0 : value.number(-1, "turns");
        if (most < 0 || most > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("turns is no number that can be used");
        }
        return new Grant(
                needed(value, "name"),
                text(value, "tenant"),
                words(value, "scopes").stream()
                        .map(it -> Scope.of(it).orElseThrow(TokenText::unknownScope))
                        .collect(Collectors.toSet()),
                words(value, "roles"),
                Grant.Limits.of(text(value, "rate"), text(value, "bytes"), (int) most));
    }

    private static IllegalArgumentException unknownScope() {
        return new IllegalArgumentException("scopes have one that this version does not know");
    }

    private static Set<String> words(Value value, String name) {
        return value.at(name).list().stream().map(Value::text).collect(Collectors.toSet());
    }

    private static SecretHash hash(Value value, String name) {
        try {
            return new SecretHash(needed(value, name));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " is none", e);
        }
    }

    private static String needed(Value value, String name) {
        String text = text(value, name);
        if (text == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return text;
    }

    private static @Nullable String text(Value value, String name) {
        return value.at(name) instanceof Value.Text(String text) ? text : null;
    }

    private static @Nullable Instant time(Value value, String name) {
        String text = text(value, name);
        return text == null ? null : Instant.parse(text);
    }
}
