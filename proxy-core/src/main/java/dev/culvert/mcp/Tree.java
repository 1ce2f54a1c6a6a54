package dev.culvert.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.culvert.io.Quoted;
import dev.culvert.json.JsonParsers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON value that is held whole, because it is small and read in no order. */
sealed interface Tree {
    /** More values than this are refused: each takes some fifty bytes. */
    int MOST_VALUES = 50_000;

    record Text(String value) implements Tree {}

    /** A number, as it was written. */
    record Numeral(String text) implements Tree {}

    record Truth(boolean value) implements Tree {}

    record Nothing() implements Tree {}

    record Items(List<Tree> all) implements Tree {}

    /** An object. Of several members of one name the last counts, as in JavaScript. */
    record Members(Map<String, Tree> all) implements Tree {
        static final Members NONE = new Members(Map.of());

        @Nullable Tree get(String name) {
            return all.get(name);
        }

        /** Null where there is no such text. */
        @Nullable String text(String name) {
            return all.get(name) instanceof Text text ? text.value() : null;
        }

        /** An object without members where there is none. */
        Members members(String name) {
            return all.get(name) instanceof Members members ? members : NONE;
        }

        List<Tree> items(String name) {
            return all.get(name) instanceof Items items ? items.all() : List.of();
        }

        boolean isTrue(String name) {
            return all.get(name) instanceof Truth truth && truth.value();
        }

        /** A whole number of up to 18 digits; {@code otherwise} where there is none. */
        long integer(String name, long otherwise) {
            return all.get(name) instanceof Numeral number && number.text.matches("-?[0-9]{1,18}")
                    ? Long.parseLong(number.text)
                    : otherwise;
        }
    }

    /** Reads one value, after which there is nothing. */
    static Tree read(byte[] json) throws BadMessageException {
        return read(new String(json, UTF_8));
    }

    /** The same for text. */
    static Tree read(String json) throws BadMessageException {
        try (JsonParser parser = JsonParsers.of(json)) {
            if (parser.nextToken() == null) {
                throw new BadMessageException("it is empty");
            }
            Tree tree = new Reader(parser).value();
            if (parser.nextToken() != null) {
                throw new BadMessageException("something follows its end");
            }
            return tree;
        } catch (IOException e) {
            throw new BadMessageException("it is not JSON: " + Quoted.message(e));
        }
    }

    /** In one line. */
    default String json() {
        StringBuilder json = new StringBuilder();
        write(this, json);
        return json.toString();
    }

    private static void write(Tree tree, StringBuilder json) {
        switch (tree) {
            case Text text -> quote(text.value(), json);
            case Numeral number -> json.append(number.text());
            case Truth truth -> json.append(truth.value());
            case Nothing _ -> json.append("null");
            case Items items -> {
                json.append('[');
                String before = "";
                for (Tree item : items.all()) {
                    json.append(before);
                    write(item, json);
                    before = ",";
                }
                json.append(']');
            }
            case Members members -> {
                json.append('{');
                String before = "";
                for (Map.Entry<String, Tree> member : members.all().entrySet()) {
                    json.append(before);
                    quote(member.getKey(), json);
                    json.append(':');
                    write(member.getValue(), json);
                    before = ",";
                }
                json.append('}');
            }
        }
    }

    private static void quote(String text, StringBuilder json) {
        json.append('"');
        JsonStringEncoder.getInstance().quoteAsString(text, json);
        json.append('"');
    }

    /** Reads what a parser is at. The parser bounds how deep it is. */
    final class Reader {
        private final JsonParser parser;
        private int values;

        private Reader(JsonParser parser) {
            this.parser = parser;
        }

        private Tree value() throws IOException, BadMessageException {
            if (++values > MOST_VALUES) {
                throw new BadMessageException("it has more than " + MOST_VALUES + " values");
            }
            return switch (parser.currentToken()) {
                case VALUE_STRING -> new Text(whole(parser.getText()));
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(parser.getText());
                case VALUE_TRUE -> new Truth(true);
                case VALUE_FALSE -> new Truth(false);
                case START_ARRAY -> items();
                case START_OBJECT -> members();
                default -> new Nothing();
            };
        }

        /** Without halves of surrogate pairs, which no text in UTF-8 can have. */
        private static String whole(String text) {
            for (int i = 0; i < text.length(); i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    return new String(text.getBytes(UTF_8), UTF_8);
                }
            }
            return text;
        }

        private Items items() throws IOException, BadMessageException {
            List<Tree> all = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                all.add(value());
            }
            return new Items(all);
        }

        private Members members() throws IOException, BadMessageException {
            Map<String, Tree> all = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = whole(parser.currentName());
                parser.nextToken();
                all.put(name, value());
            }
            return new Members(all);
        }
    }
}
