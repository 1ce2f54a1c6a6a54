package dev.culvert.daemon.api.tokens;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.culvert.daemon.auth.Grant;
import dev.culvert.daemon.auth.Token;
import dev.culvert.daemon.auth.Tokens;
import dev.culvert.daemon.http.Answer;
import dev.culvert.daemon.http.Json;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes what clients are told of a token: never its secret, except to whoever made it. */
record TokenJson(Tokens tokens) {
    void write(JsonGenerator json, Token token) throws IOException {
        json.writeStartObject();
        writeMembers(json, token);
        json.writeEndObject();
    }

    void writeMembers(JsonGenerator json, Token token) throws IOException {
        Grant grant = token.grant();
        json.writeStringField("id", token.id());
        json.writeStringField("name", grant.name());
        json.writeStringField("tenant", grant.tenant());
        writeList(json, "scopes", grant.scopes());
        writeList(json, "roles", grant.roles());
        json.writeStringField("state", state(token));
        writeTime(json, "created", token.created());
        writeTime(json, "expires", token.expires());
        writeTime(json, "revoked", token.revoked());
        Token.Former former = token.former();
        writeTime(json, "former_until", former == null ? null : former.until());
        writeText(json, "rate", grant.limits().rate());
        writeText(json, "bytes", grant.limits().bytes());
        if (grant.limits().turns() == 0) {
            json.writeNullField("turns");
        } else {
            json.writeNumberField("turns", grant.limits().turns());
        }
    }

    private String state(Token token) {
        return switch (tokens.denial(token)) {
            case null -> "valid";
            case TOKEN_EXPIRED -> "expired";
            case TOKEN_REVOKED, UNAUTHENTICATED, INVALID_TOKEN, INSUFFICIENT_SCOPE -> "revoked";
        };
    }

    private static void writeText(JsonGenerator json, String name, @Nullable Object value)
            throws IOException {
        json.writeStringField(name, value == null ? null : value.toString());
    }

    private static void writeTime(JsonGenerator json, String name, @Nullable Instant time)
            throws IOException {
        json.writeStringField(
                name, time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString());
    }

    private static void writeList(JsonGenerator json, String name, Set<?> values)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (String value : values.stream().map(Object::toString).sorted().toList()) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    /** Answers with a token and its secret, which nothing on the way may keep. */
    void answer(Answer answer, HttpResponseStatus status, Tokens.Made made) {
        answer.header(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
                .json(
                        status,
                        Json.object(json -> {
                            writeMembers(json, made.token());
                            json.writeStringField("token", made.secret());
                        }));
    }
}
