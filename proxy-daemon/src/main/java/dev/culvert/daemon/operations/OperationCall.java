package dev.culvert.daemon.operations;

import dev.culvert.io.Quoted;
import dev.culvert.json.BadJsonException;
import dev.culvert.json.JsonMembers;
import dev.culvert.json.JsonText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.stream.Collectors;

/**
 * An operation and its arguments, as the HTTP request that does it.
 *
 * @param uri the path, and the query if it has one
 * @param body the JSON object; empty if the operation takes none
 */
public record OperationCall(HttpMethod method, String uri, ByteBuf body) {
    /**
     * Puts each argument where its operation wants it. Values of the body stay as they are written.
     *
     * @param arguments one JSON object with a member for each argument; borrowed
     * @return with a body that belongs to the caller
     * @throws IllegalArgumentException one sentence, when they are not what the operation takes
     */
    public static OperationCall of(Operation operation, ByteBuf arguments) {
        try {
            JsonText.checkObject(arguments);
        } catch (BadJsonException bad) {
            throw new IllegalArgumentException(
                    "The arguments are not one JSON object: " + bad.detail() + ".", bad);
        }
        Reader reader = new Reader(operation, arguments);
        reader.read();
        return new OperationCall(operation.method(), reader.uri(), reader.body());
    }

    /** Goes over the arguments once. */
    private static final class Reader {
        private final Operation operation;
        private final ByteBuf text;
        private final JsonMembers members;
        private final Set<String> given = new HashSet<>();
        private final Map<String, String> texts = new LinkedHashMap<>();
        private final ByteBuf body = Unpooled.buffer();

        Reader(Operation operation, ByteBuf arguments) {
            this.operation = operation;
            text = arguments;
            members = new JsonMembers(arguments, JsonMembers.find(arguments));
        }

        void read() {
            while (members.next()) {
                String name = members.name();
                Parameter parameter = operation.parameter(name);
                if (parameter == null && !operation.takesMore()) {
                    throw bad(
                            "has no argument '%s': it takes %s"
                                    .formatted(Quoted.word(name), names()));
                }
                if (!given.add(name)) {
                    throw bad(
                            "has the argument '%s' twice: give it once"
                                    .formatted(Quoted.word(name)));
                }
                if (parameter == null || parameter.place() == Parameter.Place.BODY) {
                    addToBody();
                } else if (members.kind() != 'n' || parameter.isRequired()) {
                    texts.put(name, scalar(name));
                }
            }
            for (Parameter parameter : operation.parameters()) {
                if (parameter.isRequired() && !given.contains(parameter.name())) {
                    throw bad("needs the argument '%s': give it".formatted(parameter.name()));
                }
            }
        }

        private String names() {
            return operation.parameters().isEmpty()
                    ? "none"
                    : operation.parameters().stream()
                            .map(Parameter::name)
                            .collect(Collectors.joining(", "));
        }

        /** The name and the value, as they are written. */
        private void addToBody() {
            body.writeByte(body.isReadable() ? ',' : '{');
            int from = members.nameStart() - 1;
            body.writeBytes(text, from, members.valueEnd() - from);
        }

        private String scalar(String name) {
            byte kind = members.kind();
            if (kind == '{' || kind == '[' || kind == 'n') {
                throw bad("takes a text or a number as '%s'".formatted(name));
            }
            String value = kind == '"' ? members.text() : members.literal();
            if (value.isEmpty()) {
                throw bad("takes no empty '%s'".formatted(name));
            }
            return value;
        }

        String uri() {
            String path = operation.path();
            StringJoiner query = new StringJoiner("&", "?", "").setEmptyValue("");
            for (Map.Entry<String, String> argument : texts.entrySet()) {
                String braced = "{" + argument.getKey() + "}";
                String value = encoded(argument.getValue());
                if (path.contains(braced)) {
                    path = path.replace(braced, value);
                } else {
                    query.add(argument.getKey() + "=" + value);
                }
            }
            return path + query;
        }

        private static String encoded(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
        }

        ByteBuf body() {
            if (body.isReadable()) {
                body.writeByte('}');
            } else if (operation.hasBody()) {
                body.writeBytes(new byte[] {'{', '}'});
            }
            return body;
        }

        private IllegalArgumentException bad(String what) {
            return new IllegalArgumentException(
                    "The operation '" + operation.name() + "' " + what + ".");
        }
    }
}
