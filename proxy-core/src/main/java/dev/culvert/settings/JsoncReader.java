package dev.culvert.settings;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads JSON with comments and trailing commas into nodes with line and column. */
final class JsoncReader {
    private static final int MAX_DEPTH = 64;
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
                    .build();

    /* How the parser says where an unfinished object or list began. */
    private static final Pattern START =
            Pattern.compile(
                    "(?:start marker|starting) at \\[Source: .*?line: (\\d+), column: (\\d+)]");

    /* The parser repeats the word, which may be a secret that somebody forgot to quote. */
    private static final Pattern UNQUOTED = Pattern.compile("(?s)^Unrecognized token '.*");

    private final String name;
    private final JsonParser parser;
    private final List<Mistake> duplicates = new ArrayList<>();

    private JsoncReader(String name, JsonParser parser) {
        this.name = name;
        this.parser = parser;
    }

    static Layer read(Path file) throws BadSettingsException {
        try {
            return read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            String why =
                    switch (e) {
                        case NoSuchFileException _ -> "there is no such file";
                        case AccessDeniedException _ ->
                                "it may not be read by this user: change its owner or its mode";
                        case CharacterCodingException _ ->
                                "it is not UTF-8: save it again in that encoding";
                        case IOException _ when Files.isDirectory(file) ->
                                "it is a directory: name the file in it";
                        default -> "it cannot be read: " + e.getMessage();
                    };
            throw new BadSettingsException(List.of(new Mistake(Position.of(file.toString()), why)));
        }
    }

    /** A layer with one object at its root. */
    static Layer read(String name, String text) throws BadSettingsException {
        List<Mistake> duplicates = new ArrayList<>();
        Node root = node(name, text, duplicates);
        if (root instanceof Node.Members members) {
            return new Document(members, duplicates);
        }
        throw new BadSettingsException(
                List.of(new Mistake(root.position(), "settings are one object: { … }")));
    }

    /**
     * Any one JSON value; reports duplicate names to {@code duplicates}, and the last one counts.
     */
    static Node node(String name, String text, Collection<Mistake> duplicates)
            throws BadSettingsException {
        try (JsonParser parser = JSON.createParser(text)) {
            JsoncReader reader = new JsoncReader(name, parser);
            if (parser.nextToken() == null) {
                throw reader.bad(parser.currentLocation(), "there is nothing here");
            }
            Node root = reader.node(reader.position());
            if (parser.nextToken() != null) {
                throw reader.bad(parser.currentTokenLocation(), "there is something after the end");
            }
            duplicates.addAll(reader.duplicates);
            return root;
        } catch (JsonProcessingException e) {
            String why = START.matcher(e.getOriginalMessage()).replaceAll("opened at $1:$2");
            why = UNQUOTED.matcher(why).replaceFirst("there is a word without quotes");
            throw new BadSettingsException(
                    List.of(new Mistake(position(name, e.getLocation()), "not JSON: " + why)));
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory cannot fail to be read", e);
        }
    }

    private Node node(Position position) throws IOException, BadSettingsException {
        if (parser.getParsingContext().getNestingDepth() > MAX_DEPTH) {
            throw bad(parser.currentTokenLocation(), "over " + MAX_DEPTH + " levels deep");
        }
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> members(position);
            case START_ARRAY -> items(position);
            case VALUE_STRING -> scalar(position, Node.Form.STRING);
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> scalar(position, Node.Form.NUMBER);
            case VALUE_TRUE, VALUE_FALSE -> scalar(position, Node.Form.BOOLEAN);
            case VALUE_NULL -> scalar(position, Node.Form.NULL);
            default -> throw new IllegalStateException("no value begins with " + token);
        };
    }

    private Node members(Position position) throws IOException, BadSettingsException {
        Map<String, Node> nodes = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            Position here = position();
            parser.nextToken();
            Node before = nodes.put(key, node(here));
            if (before != null) {
                duplicates.add(
                        new Mistake(
                                here,
                                "'%s' appears a second time, first at %s"
                                        .formatted(key, before.position())));
            }
        }
        return new Node.Members(position, nodes);
    }

    private Node items(Position position) throws IOException, BadSettingsException {
        List<Node> nodes = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            nodes.add(node(position()));
        }
        return new Node.Items(position, nodes);
    }

    private Node scalar(Position position, Node.Form form) throws IOException {
        return new Node.Scalar(position, form, parser.getText());
    }

    private BadSettingsException bad(JsonLocation location, String sentence) {
        return new BadSettingsException(List.of(new Mistake(position(name, location), sentence)));
    }

    private Position position() {
        return position(name, parser.currentTokenLocation());
    }

    private static Position position(String name, @Nullable JsonLocation location) {
        return location == null
                ? Position.of(name)
                : new Position(name, location.getLineNr(), location.getColumnNr());
    }

    private record Document(Node.Members root, List<Mistake> duplicates) implements Layer {
        @Override
        public @Nullable Node at(String path) {
            return root.at(path);
        }

        @Override
        public List<Mistake> mistakes(Collection<String> paths) {
            return duplicates;
        }
    }
}
